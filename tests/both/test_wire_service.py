"""The device's loop around a session answers pings, cancels and second requests while it works.

Invariant: cancel can only stop, and only the request that it names; whatever arrives, the device
keeps serving. The stream is a list of chunks in memory; the real line is in tests/device.
"""

from arkcore.errors import ArkError
from wire import cbor, frame, service, terms
from wire.errors import WireError
from wire.frame import FrameDecoder, encode_frame
from wire.service import DeviceService, Stream
from wire.session import DeviceSession, Runner

GREETING = {
    "firmware": "1",
    "board": "test",
    "build": bytes(32),
    "limits": {"frame_body": 4096, "inputs": 16, "outputs": 16, "cosigners": 256, "depth": 12},
    "features": 7,
    "state": terms.STATE_READY,
    "boot_id": bytes(8),
}


class Wire(Stream):
    """Chunks to be read, bytes that were written, and a clock that is set by hand."""

    def __init__(self):
        self.waiting = []
        self.written = b""
        self.time_ms = 0

    def read(self, limit):
        if not self.waiting:
            return b""
        chunk = self.waiting.pop(0)
        if len(chunk) > limit:
            self.waiting.insert(0, chunk[limit:])
        return chunk[:limit]

    def write(self, data):
        self.written += data

    def now_ms(self):
        return self.time_ms

    def frames(self):
        """What the device sent since the last call: (type, sequence, body)."""
        sent = FrameDecoder().feed(self.written, 0)
        self.written = b""
        return [(f.type, f.sequence, f.body) for f in sent]


class Worker(Runner):
    """`start_exit` runs `during()`, which plays what happens while the device works."""

    def __init__(self):
        self.during = None
        self.runs = 0

    def device_state(self):
        return terms.STATE_READY

    def run(self, name, params):
        if name == "hello":
            return dict(GREETING)
        self.runs += 1
        if self.during:
            self.during()
        return {}


def device():
    line = Wire()
    worker = Worker()
    served = DeviceService(line, DeviceSession(worker))
    line.waiting.append(frame_of(1, 1, {0: 1, 1: 1, 2: "test"}, 1))
    assert served.serve()
    line.frames()
    return line, worker, served


def frame_of(request_id, code, params, sequence):
    body = cbor.encode({0: request_id, 1: code, 2: params})
    return encode_frame(frame.REQUEST, sequence, body)


def leave(request_id, sequence):
    return frame_of(request_id, 40, {0: bytes(36)}, sequence)


def cancel(request_id, sequence=99):
    return encode_frame(frame.CANCEL, sequence, cbor.encode({0: request_id}))


def answers(line):
    """(sequence, decoded body) of every reply sent."""
    return [(s, cbor.decode(body)) for kind, s, body in line.frames() if kind == frame.REPLY]


def test_a_reply_carries_the_sequence_of_its_request():
    line, worker, served = device()
    line.waiting.append(leave(2, 77))
    assert served.serve() is True and served.serve() is False
    assert answers(line) == [(77, {0: 2, 1: {}})]


def test_nothing_arriving_is_nothing_done():
    line, worker, served = device()
    assert served.serve() is False and line.written == b""


def test_ping_is_echoed_with_what_the_device_does():
    line, worker, served = device()
    line.waiting.append(encode_frame(frame.PING, 5, b"12345678"))
    served.serve()
    assert line.frames() == [(frame.PONG, 5, b"\x0012345678")]

    def while_working():
        line.waiting.append(encode_frame(frame.PING, 6, b"a"))
        served.pump()
        served.wait_user("sign?")
        line.waiting.append(encode_frame(frame.PING, 7, b"b"))
        served.pump()
        served.user_answered()
        line.waiting.append(encode_frame(frame.PING, 8, b"c"))
        served.pump()

    worker.during = while_working
    line.waiting.append(leave(2, 2))
    served.serve()
    pongs = [body for kind, _, body in line.frames() if kind == frame.PONG]
    assert pongs == [b"\x01a", b"\x02b", b"\x01c"]


def test_a_long_ping_is_not_a_way_to_make_the_device_send_much():
    line, worker, served = device()
    line.waiting.append(encode_frame(frame.PING, 5, bytes(4000)))
    served.serve()
    assert line.frames() == [(frame.PONG, 5, bytes(9))]


def test_another_request_meanwhile_is_busy_and_not_carried_out():
    line, worker, served = device()

    def while_working():
        line.waiting.append(leave(3, 30))
        served.pump()

    worker.during = while_working
    line.waiting.append(leave(2, 20))
    served.serve()
    worker.during = None
    served.serve()
    (busy_at, busy), (done_at, done) = answers(line)
    assert (busy_at, busy[0], busy[2][1]) == (30, 3, "busy")
    assert (done_at, done) == (20, {0: 2, 1: {}})
    assert worker.runs == 1


def test_the_same_request_meanwhile_gets_one_reply_at_its_latest_sequence():
    line, worker, served = device()

    def while_working():
        line.waiting.append(leave(2, 21))
        served.pump()

    worker.during = while_working
    line.waiting.append(leave(2, 20))
    served.serve()
    assert answers(line) == [(21, {0: 2, 1: {}})] and worker.runs == 1


def test_the_same_request_afterwards_gets_the_stored_reply():
    line, worker, served = device()
    for sequence in (20, 21):
        line.waiting.append(leave(2, sequence))
        served.serve()
    assert answers(line) == [(20, {0: 2, 1: {}}), (21, {0: 2, 1: {}})] and worker.runs == 1


def test_two_requests_in_one_read_are_one_served_and_one_busy():
    line, worker, served = device()
    line.waiting.append(leave(2, 20) + leave(2, 21) + leave(3, 30))
    served.serve()
    served.serve()
    assert [(s, body[0], 2 in body) for s, body in answers(line)] == [
        (30, 3, True),
        (21, 2, False),
    ]


def cancelled_by(line, served, *frames):
    """A handler body that reads `frames` and stops when told to."""

    def while_working():
        line.waiting.extend(frames)
        served.pump()
        if served.take_cancel():
            raise WireError("cancelled")

    return while_working


def test_cancel_stops_the_request_that_it_names():
    line, worker, served = device()
    worker.during = cancelled_by(line, served, cancel(2))
    line.waiting.append(leave(2, 20))
    served.serve()
    (event_kind, event_at, event), (kind, at, reply) = line.frames()
    assert (event_kind, event_at) == (frame.EVENT, 20)
    assert cbor.decode(event) == {3: terms.EVENT_CANCELLED, 4: {0: 2}}
    assert cbor.decode(reply)[2][1] == "cancelled"


def test_cancel_of_any_other_id_stops_nothing():
    for other in (0, 1, 3, 0xFFFFFFFF):
        line, worker, served = device()
        worker.during = cancelled_by(line, served, cancel(other))
        line.waiting.append(leave(2, 20))
        served.serve()
        assert [kind for kind, _, _ in line.frames()] == [frame.REPLY], other


def test_cancel_while_idle_does_nothing():
    line, worker, served = device()
    line.waiting.append(cancel(1))
    assert served.serve() is False
    assert line.written == b"" and served.take_cancel() is False


def test_a_late_cancel_does_not_hit_the_next_request():
    line, worker, served = device()
    line.waiting.append(leave(2, 20) + cancel(2))
    served.serve()
    worker.during = cancelled_by(line, served)
    line.waiting.append(cancel(2) + leave(3, 30) + cancel(2))
    served.serve()
    assert [body for _, body in answers(line)] == [{0: 2, 1: {}}, {0: 3, 1: {}}]


def test_a_cancel_counts_once():
    line, worker, served = device()
    seen = []

    def while_working():
        line.waiting.append(cancel(2))
        served.pump()
        seen.extend([served.take_cancel(), served.take_cancel()])

    worker.during = while_working
    line.waiting.append(leave(2, 20))
    served.serve()
    assert seen == [True, False] and served.take_cancel() is False


def test_a_malformed_cancel_is_ignored():
    for body in (b"", b"\xff", b"\x02", b"\xa1\x00\x61\x32", b"\xa2\x00\x02\x01\x02"):
        line, worker, served = device()
        worker.during = cancelled_by(line, served, encode_frame(frame.CANCEL, 1, body))
        line.waiting.append(leave(2, 20))
        served.serve()
        assert answers(line) == [(20, {0: 2, 1: {}})], body


def test_progress_and_prompts_are_events_of_the_request_at_work():
    line, worker, served = device()

    def while_working():
        served.send_progress(3, 10)
        served.wait_user("Leave?\n\u20ac " + "x" * 100)
        served.user_answered()

    worker.during = while_working
    line.waiting.append(leave(2, 20))
    served.serve()
    events = [cbor.decode(body) for kind, _, body in line.frames() if kind == frame.EVENT]
    prompt = "Leave??? " + "x" * 55
    assert events == [
        {3: terms.EVENT_PROGRESS, 4: {0: 2, 1: 3, 2: 10}},
        {3: terms.EVENT_WAIT_USER, 4: {0: 2, 1: prompt}},
    ]


def test_a_damaged_request_is_reported_with_its_sequence():
    line, worker, served = device()
    damaged = bytearray(leave(2, 20))
    damaged[-1] ^= 0x80
    line.waiting.append(bytes(damaged))
    assert served.serve() is False
    assert line.frames() == [(frame.LINK_ERROR, 20, cbor.encode({0: 1, 1: "frame-crc"}))]
    line.waiting.append(leave(2, 21))
    served.serve()
    assert answers(line) == [(21, {0: 2, 1: {}})]


def test_silence_inside_a_frame_is_noticed_without_new_bytes():
    line, worker, served = device()
    line.waiting.append(leave(2, 20)[:-1])
    served.serve()
    line.time_ms = 250
    served.serve()
    assert line.frames() == [(frame.LINK_ERROR, 20, cbor.encode({0: 5, 1: "frame-timeout"}))]


def test_frames_that_only_a_device_sends_are_ignored():
    line, worker, served = device()
    for kind in (frame.REPLY, frame.LINK_ERROR, frame.PONG, frame.EVENT):
        line.waiting.append(encode_frame(kind, 1, b"\xa1\x00\x02"))
    assert served.serve() is False and line.written == b""


def test_a_handler_that_fails_leaves_the_device_serving():
    line, worker, served = device()

    def fails():
        raise ArkError("tree-child")

    worker.during = fails
    line.waiting.append(leave(2, 20))
    served.serve()
    worker.during = None
    assert served.activity == service.IDLE
    line.waiting.append(leave(3, 30))
    served.serve()
    assert [1 in body for _, body in answers(line)] == [False, True]
