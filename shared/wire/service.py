"""Frames in, frames out: the loop that a device runs around its `DeviceSession`.

Pings, cancels and second requests are answered while a handler works, provided the handler calls
`pump` now and then: the whole device is one thread.
"""

from wire import cbor, frame, terms
from wire.errors import WireError, classify
from wire.methods import CANCEL, LINK_ERROR, event_fields
from wire.schema import from_wire, to_wire
from wire.session import DeviceSession, busy_reply, printable

IDLE = 0
WORKING = 1
WAITING_FOR_USER = 2

_MAX_ECHO = 8
_READ_SIZE = 256
_READS_PER_PUMP = 16
_MAX_PROMPT = 64


class Stream:
    """The serial line and the clock, as the board offers them."""

    def read(self, limit: int) -> bytes:
        """At most `limit` bytes, b"" if none are there; never waits."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        raise NotImplementedError

    def now_ms(self) -> int:
        """A millisecond counter, wrapping at 2^30 or not."""
        raise NotImplementedError


class DeviceService:
    """Serves one session on one stream."""

    __slots__ = ("_stream", "_session", "_decoder", "_next", "_sequence", "_cancel_id", "activity")

    def __init__(self, stream: Stream, session: DeviceSession) -> None:
        self._stream = stream
        self._session = session
        self._decoder = frame.FrameDecoder()
        self._next: "frame.Frame | None" = None
        self._sequence = 0
        self._cancel_id = 0
        self.activity = IDLE

    def serve(self) -> bool:
        """Read what has arrived and carry out at most one request; True if there was one."""
        self.pump()
        request = self._next
        if request is None:
            return False
        self._next = None
        self._sequence = request.sequence
        self.activity = WORKING
        try:
            reply = self._session.handle(request.body)
        finally:
            self.activity = IDLE
        self._send(frame.REPLY, self._sequence, reply)
        return True

    def pump(self) -> None:
        """Take in what has arrived: answers pings, notes cancels, keeps the next request."""
        for _ in range(_READS_PER_PUMP):
            data = self._stream.read(_READ_SIZE)
            for received in self._decoder.feed(data, self._stream.now_ms()):
                self._receive(received)
            for fault in self._decoder.take_faults():
                self._report(fault)
            if not data:
                return

    def take_cancel(self) -> bool:
        """Whether the host asked, since the last call, to stop the request at work."""
        if self.activity == IDLE or self._cancel_id != self._session.last_id:
            return False
        self._cancel_id = 0
        return True

    def send_progress(self, done: int, total: int) -> None:
        self._event(terms.EVENT_PROGRESS, {"done": done, "total": total})

    def wait_user(self, prompt: str) -> None:
        """Tell the host that the device waits for its owner to answer `prompt`."""
        self.activity = WAITING_FOR_USER
        self._event(terms.EVENT_WAIT_USER, {"prompt": printable(prompt)[:_MAX_PROMPT] or "?"})

    def user_answered(self) -> None:
        self.activity = WORKING

    def _receive(self, received: frame.Frame) -> None:
        if received.type == frame.PING:
            echo = bytes((self.activity,)) + received.body[:_MAX_ECHO]
            self._send(frame.PONG, received.sequence, echo)
        elif received.type == frame.CANCEL:
            self._note_cancel(received.body)
        elif received.type == frame.REQUEST:
            self._queue(received)

    def _queue(self, received: frame.Frame) -> None:
        if self.activity == IDLE:
            if self._next is None or self._next.body == received.body:
                self._next = received
                return
        elif self._session.is_at_work(received.body):
            # A repeated request gets no second answer, only the first one at its own sequence.
            self._sequence = received.sequence
            return
        self._send(frame.REPLY, received.sequence, busy_reply(received.body))

    def _note_cancel(self, body: bytes) -> None:
        try:
            cancelled = from_wire(CANCEL, cbor.decode(body))["id"]
        except WireError:
            return
        if isinstance(cancelled, int):
            self._cancel_id = cancelled
        # The id guards the next request against a cancel that arrives late.
        if self.activity != IDLE and cancelled == self._session.last_id:
            self._event(terms.EVENT_CANCELLED, {})

    def _report(self, fault: frame.Fault) -> None:
        code, tag, _, _ = classify(WireError(fault.tag))
        body = cbor.encode(to_wire(LINK_ERROR, {"code": code, "tag": tag}))
        self._send(frame.LINK_ERROR, fault.sequence, body)

    def _event(self, kind: int, data: "dict[object, object]") -> None:
        data["id"] = self._session.last_id
        body = cbor.encode({3: kind, 4: to_wire(event_fields(kind), data)})
        self._send(frame.EVENT, self._sequence, body)

    def _send(self, frame_type: int, sequence: int, body: bytes) -> None:
        self._stream.write(frame.encode_frame(frame_type, sequence, body))
