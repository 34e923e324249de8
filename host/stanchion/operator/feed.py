"""The event stream: listeners with topics, events with topics (spec/arkade.md 8.3).

An event without topics reaches everybody; one with topics reaches the listeners that share one.
Nothing is replayed. Listeners are queues; a face over HTTP drains them, or is woken by `on_event`.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

Event = dict[str, Any]


def _normal(topics: Iterable[str]) -> set[str]:
    return {topic.strip().lower() for topic in topics}


class Listener:
    """One subscriber's queue of events."""

    def __init__(self, topics: Iterable[str], on_event: Callable[[], None] | None) -> None:
        self.id = str(uuid.uuid4())
        self.topics = _normal(topics)
        self._queue: deque[Event] = deque()
        self._on_event = on_event

    def push(self, event: Event) -> None:
        self._queue.append(event)
        if self._on_event is not None:
            self._on_event()

    def take(self) -> list[Event]:
        """All waiting events, oldest first; they are gone afterwards."""
        events = list(self._queue)
        self._queue.clear()
        return events

    def add_topics(self, topics: Iterable[str]) -> None:
        self.topics |= _normal(topics)

    def remove_topics(self, topics: Iterable[str]) -> None:
        self.topics -= _normal(topics)

    def overwrite_topics(self, topics: Iterable[str]) -> None:
        self.topics = _normal(topics)


class EventFeed:
    """Hands each event to the listeners it concerns."""

    def __init__(self) -> None:
        self._listeners: dict[str, Listener] = {}

    def open(self, topics: Iterable[str], on_event: Callable[[], None] | None = None) -> Listener:
        listener = Listener(topics, on_event)
        self._listeners[listener.id] = listener
        listener.push({"streamStarted": {"id": listener.id}})
        return listener

    def close(self, listener: Listener) -> None:
        self._listeners.pop(listener.id, None)

    def listener(self, stream_id: str) -> Listener | None:
        return self._listeners.get(stream_id)

    def has_listener(self, topics: Iterable[str]) -> bool:
        """Whether anybody listens to one of these topics."""
        wanted = _normal(topics)
        return any(wanted & listener.topics for listener in self._listeners.values())

    def publish(self, event: Event, topics: Iterable[str] = ()) -> None:
        wanted = _normal(topics)
        for listener in list(self._listeners.values()):
            if not wanted or wanted & listener.topics:
                listener.push(event)
