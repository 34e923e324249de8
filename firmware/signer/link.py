"""The host's line into the device: frames in both directions, also while a request is at work.

Ping is always answered; cancel raises a flag that the work at hand looks at; any other request
that comes meanwhile is told `busy`. Cancel can never confirm anything.
"""

from arkcore.errors import ArkError
from wire import cbor, frame, terms
from wire.errors import WIRE_ERRORS, WireError
from wire.methods import CANCEL, EVENTS, LINK_ERROR
from wire.schema import from_wire, to_wire

_READ_BYTES = 1024
_MAX_ECHO = 64


def _code_of(tag: str) -> int:
    for known, code, _ in WIRE_ERRORS:
        if known == tag:
            return code
    return 0


class Link:
    """Frames over `board.link_read` and `board.link_write`."""

    __slots__ = ("_board", "_decoder", "_session", "_waiting", "_working", "_cancel", "_sequence")

    def __init__(self, board) -> None:
        self._board = board
        self._decoder = frame.FrameDecoder()
        self._session = None
        self._waiting = None
        self._working = False
        self._cancel = False
        self._sequence = 0

    def attach(self, session) -> None:
        """`session` is the wire.session.DeviceSession behind this link."""
        self._session = session

    def serve(self) -> bool:
        """Answers the next request, if one is there. True if there was."""
        self.pump()
        request = self._waiting
        if request is None:
            return False
        self._waiting = None
        self._cancel = False
        self._working = True
        try:
            reply = self._session.handle(request.body)
        finally:
            self._working = False
        self._send(frame.REPLY, request.sequence, reply)
        return True

    def pump(self) -> None:
        """Reads what has arrived and answers all of it but the next request."""
        data = self._board.link_read(_READ_BYTES)
        for received in self._decoder.feed(data, self._board.ticks_ms()):
            self._take(received)
        for fault in self._decoder.take_faults():
            values = {"code": _code_of(fault.tag), "tag": fault.tag}
            body = cbor.encode(to_wire(LINK_ERROR, values))
            self._send(frame.LINK_ERROR, fault.sequence, body)

    def take_cancel(self) -> bool:
        """Whether the host has asked to stop the request at work; asks once."""
        asked = self._cancel
        self._cancel = False
        if asked:
            self._event(terms.EVENT_CANCELLED, {})
        return asked

    def send_wait_user(self, prompt: str) -> None:
        self._event(terms.EVENT_WAIT_USER, {"prompt": prompt})

    def send_progress(self, done: int, total: int) -> None:
        self._event(terms.EVENT_PROGRESS, {"done": done, "total": total})

    def _take(self, received: frame.Frame) -> None:
        if received.type == frame.PING:
            self._send(frame.PONG, received.sequence, received.body[:_MAX_ECHO])
        elif received.type == frame.CANCEL:
            self._take_cancel(received.body)
        elif received.type == frame.REQUEST:
            if self._working or self._waiting is not None:
                reply = self._session.while_busy(received.body)
                if reply:
                    self._send(frame.REPLY, received.sequence, reply)
            else:
                self._waiting = received

    def _take_cancel(self, body: bytes) -> None:
        try:
            request_id = from_wire(CANCEL, cbor.decode(body))["id"]
        except ArkError:
            return
        # A cancel that was meant for an earlier request must not hit this one.
        if self._working and request_id == self._session.last_id:
            self._cancel = True

    def _event(self, kind: int, values: dict) -> None:
        values["id"] = self._session.last_id
        for code, _, fields in EVENTS:
            if code == kind:
                body = cbor.encode({3: kind, 4: to_wire(fields, values)})
                self._sequence = (self._sequence + 1) & 0xFFFF
                self._send(frame.EVENT, self._sequence, body)
                return
        raise WireError("internal", "event %d" % kind)

    def _send(self, frame_type: int, sequence: int, body: bytes) -> None:
        self._board.link_write(frame.encode_frame(frame_type, sequence, body))
