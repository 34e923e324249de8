// EventSource for Node before 22, which has none: what the SDK needs of it, on top of fetch.
class EventSource {
  #listeners = new Map();
  #abort = new AbortController();
  #closed = false;

  constructor(url) {
    this.url = url;
    this.#read();
  }

  addEventListener(type, listener) {
    if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
    this.#listeners.get(type).add(listener);
  }

  removeEventListener(type, listener) {
    this.#listeners.get(type)?.delete(listener);
  }

  close() {
    this.#closed = true;
    this.#abort.abort();
  }

  #dispatch(type, event) {
    if (this.#closed) return;
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener(event);
  }

  async #read() {
    try {
      const headers = { Accept: 'text/event-stream' };
      const response = await fetch(this.url, { headers, signal: this.#abort.signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const decoder = new TextDecoder();
      let buffer = '';
      for await (const chunk of response.body) {
        buffer += decoder.decode(chunk, { stream: true });
        const frames = buffer.split('\n\n');
        buffer = frames.pop();
        for (const frame of frames) this.#deliver(frame);
      }
      throw new Error('the stream ended');
    } catch (error) {
      this.#dispatch('error', error);
    }
  }

  #deliver(frame) {
    const lines = frame.split('\n').filter((line) => line.startsWith('data:'));
    if (lines.length) {
      this.#dispatch('message', { data: lines.map((line) => line.slice(5).trimStart()).join('\n') });
    }
  }
}

globalThis.EventSource ??= EventSource;
