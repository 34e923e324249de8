"""One session of the device: ids, retries, states, and an error reply to whatever goes wrong.

Invariant I8 on the wire: each refusal has a tag and changes nothing; a request is carried out at
most once. The application behind the session is a recorder; what it would do is tested elsewhere.
"""

from arkcore.errors import EncodingError, TreeError
from wire import cbor, terms
from wire.errors import PolicyError, WireError
from wire.methods import METHODS
from wire.session import DeviceSession, Runner, busy_reply, printable

GREETING = {
    "firmware": "1",
    "board": "test",
    "build": bytes(32),
    "limits": {"frame_body": 4096, "inputs": 16, "outputs": 16, "cosigners": 256, "depth": 12},
    "features": 7,
    "state": terms.STATE_READY,
    "boot_id": bytes(8),
}
ABORT = 30
STATUS = 2


class Recorder(Runner):
    """Counts what it was asked; `outcome` is a result to give or an exception to raise."""

    def __init__(self):
        self.state = terms.STATE_READY
        self.asked = []
        self.outcome = {}

    def device_state(self):
        return self.state

    def run(self, name, params):
        self.asked.append((name, params))
        if name == "hello":
            return dict(GREETING)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def request(request_id, code, params):
    return cbor.encode({0: request_id, 1: code, 2: params})


def hello(request_id=1, low=1, high=1):
    return request(request_id, 1, {0: low, 1: high, 2: "test"})


def greeted(first_id=1):
    runner = Recorder()
    session = DeviceSession(runner)
    assert 1 in cbor.decode(session.handle(hello(first_id)))
    runner.asked.clear()
    return session, runner


def tag(reply):
    message = cbor.decode(reply)
    return message[2][1] if 2 in message else ""


def test_a_request_is_checked_carried_out_and_answered_by_id():
    session, runner = greeted()
    assert cbor.decode(session.handle(request(2, ABORT, {0: 7}))) == {0: 2, 1: {}}
    assert runner.asked == [("abort_batch", {"session": 7})]


def test_nothing_but_hello_works_before_hello():
    session = DeviceSession(Recorder())
    for method in METHODS[1:]:
        assert tag(session.handle(request(5, method.code, {}))) == "hello-first", method.name
    assert tag(session.handle(hello())) == ""


def test_a_repeated_request_gets_the_stored_reply_and_runs_once():
    session, runner = greeted()
    body = request(2, ABORT, {0: 7})
    first = session.handle(body)
    assert session.handle(body) == first and session.handle(body) == first
    assert len(runner.asked) == 1


def test_a_repeated_refusal_is_stored_too():
    session, runner = greeted()
    runner.outcome = PolicyError("fee-limit", "too much")
    body = request(2, ABORT, {0: 7})
    first = session.handle(body)
    runner.outcome = {}
    assert tag(first) == "fee-limit" and session.handle(body) == first


def test_a_known_id_with_other_bytes_is_a_replay():
    session, runner = greeted()
    body = request(2, ABORT, {0: 7})
    reply = session.handle(body)
    assert tag(session.handle(request(2, ABORT, {0: 8}))) == "request-replayed"
    assert tag(session.handle(request(1, ABORT, {0: 7}))) == "request-replayed"
    assert session.handle(body) == reply
    assert len(runner.asked) == 1


def test_ids_may_skip_but_never_fall():
    session, runner = greeted()
    session.handle(request(100, ABORT, {0: 1}))
    assert tag(session.handle(request(99, ABORT, {0: 1}))) == "request-replayed"
    assert tag(session.handle(request(0xFFFFFFFF, ABORT, {0: 1}))) == ""
    assert len(runner.asked) == 2


def test_hello_opens_a_new_session_with_any_id():
    session, runner = greeted(500)
    session.handle(request(501, ABORT, {0: 1}))
    assert tag(session.handle(hello(3))) == ""
    assert tag(session.handle(request(4, ABORT, {0: 1}))) == ""
    assert tag(session.handle(request(3, ABORT, {0: 1}))) == "request-replayed"


def test_hello_is_carried_out_each_time():
    session, runner = greeted()
    session.handle(hello())
    session.handle(hello())
    assert len(runner.asked) == 2


def test_a_refused_hello_leaves_the_session_as_it_was():
    session, runner = greeted(10)
    session.handle(request(11, ABORT, {0: 1}))
    assert tag(session.handle(hello(1, 2, 9))) == "version-unsupported"
    assert tag(session.handle(hello(1, 0, 0))) == "version-unsupported"
    assert tag(session.handle(request(2, ABORT, {0: 1}))) == "request-replayed"
    assert tag(session.handle(request(12, ABORT, {0: 1}))) == ""


def test_hello_answers_the_version_that_was_chosen():
    session = DeviceSession(Recorder())
    reply = cbor.decode(session.handle(hello(1, 0, 200)))
    assert reply[1][0] == terms.VERSION


def test_each_method_is_refused_outside_its_states():
    session, runner = greeted()
    request_id = 1
    for method in METHODS:
        for state in (terms.STATE_EMPTY, terms.STATE_READY, terms.STATE_HALTED):
            runner.state = state
            request_id += 1
            refused = tag(session.handle(request(request_id, method.code, {}))) == "state-wrong"
            assert refused == (state not in method.states), (method.name, state)
    runner.asked.clear()


def test_a_halted_device_signs_nothing():
    allowed = [m.name for m in METHODS if terms.STATE_HALTED in m.states]
    assert allowed == ["hello", "get_status"]


def test_wrong_parameters_never_reach_the_application():
    session, runner = greeted()
    cases = (
        ({}, "param-missing"),
        ({0: "7"}, "param-type"),
        ({0: 1 << 32}, "param-bounds"),
        ({0: 7, 1: 7}, "param-unknown"),
    )
    for number, (params, want) in enumerate(cases):
        assert tag(session.handle(request(number + 2, ABORT, params))) == want
    assert tag(session.handle(request(20, 99, {}))) == "method-unknown"
    assert runner.asked == []


def test_what_is_no_request_is_answered_with_id_zero():
    session, runner = greeted()
    shapes = (
        {},
        {0: 5, 1: 2},
        {0: 5, 1: 2, 2: {}, 3: 0},
        {0: 0, 1: 2, 2: {}},
        {0: 1 << 32, 1: 2, 2: {}},
        {0: "5", 1: 2, 2: {}},
        {0: True, 1: 2, 2: {}},
        {0: 5, 1: b"2", 2: {}},
        {0: 5, 1: 2, 2: []},
        {0: 5, 1: {}},
        [5, 2, {}],
        5,
    )
    for shape in shapes:
        reply = cbor.decode(session.handle(cbor.encode(shape)))
        assert reply[0] == 0 and reply[2][1] == "message-shape", shape
    for body in (b"", b"\xff", b"\xa3\x00\x05\x02\x00\x01\x02", request(5, STATUS, {}) + b"\x00"):
        reply = cbor.decode(session.handle(body))
        assert reply[0] == 0 and reply[2][1] == "cbor-encoding", body
    assert runner.asked == []
    assert tag(session.handle(request(2, ABORT, {0: 1}))) == ""


def error_of(outcome):
    session, runner = greeted()
    runner.outcome = outcome
    return cbor.decode(session.handle(request(2, ABORT, {0: 7})))[2]


def test_families_of_errors_have_codes_of_their_own():
    cases = (
        (PolicyError("fee-limit", "why"), {0: 144, 1: "fee-limit", 3: False, 4: "why"}),
        (TreeError("tree-child"), {0: 128, 1: "tree-child", 3: False, 4: ""}),
        (EncodingError("truncated"), {0: 96, 1: "truncated", 3: False, 4: ""}),
        (WireError("user-refused"), {0: 51, 1: "user-refused", 3: False, 4: ""}),
        (WireError("cancelled"), {0: 49, 1: "cancelled", 3: True, 4: ""}),
        (MemoryError("x"), {0: 241, 1: "memory", 3: True, 4: ""}),
    )
    for outcome, want in cases:
        want[2] = terms.STAGE_CLOSE
        assert error_of(outcome) == want, outcome


def test_an_error_may_say_itself_that_a_retry_helps():
    error = PolicyError("fee-limit")
    error.retry = True
    assert error_of(error)[3] is True


def test_a_fault_shows_its_class_and_not_its_text():
    for fault in (ValueError("secret"), KeyError("secret"), OSError("secret")):
        error = error_of(fault)
        assert error[1] == "internal" and error[4] == type(fault).__name__


def test_a_result_that_breaks_the_table_is_a_fault_of_the_device():
    for outcome in ({"vtxos": []}, None, [], {"x": 1}):
        error = error_of(outcome)
        assert error[1] == "internal" and error[4].startswith("result of abort_batch"), outcome


def test_refusals_before_the_handler_carry_the_message_stage():
    session, runner = greeted()
    reply = cbor.decode(session.handle(request(2, ABORT, {})))
    assert reply[2][2] == terms.STAGE_MESSAGE


def test_details_are_cut_and_made_printable():
    assert error_of(PolicyError("fee-limit", "\u20ac\n" + "x" * 500))[4] == "??" + "x" * 126
    assert printable("") == ""


def test_a_second_request_is_busy_and_has_no_effect():
    busy = cbor.decode(busy_reply(request(9, ABORT, {0: 1})))
    assert busy[0] == 9 and busy[2][1] == "busy" and busy[2][3] is True
    assert cbor.decode(busy_reply(b"\xff"))[0] == 0


class PowerCut(BaseException):
    """What no handler can catch."""


def test_an_interrupted_request_has_no_reply_to_repeat():
    session, runner = greeted()
    session.handle(request(2, ABORT, {0: 7}))

    def cut(name, params):
        raise PowerCut()

    runner.run = cut
    body = request(3, ABORT, {0: 7})
    interrupted = False
    try:
        session.handle(body)
    except PowerCut:
        interrupted = True
    assert interrupted and tag(session.handle(body)) == "internal"


class Nested(Recorder):
    """Asks the session, from inside a request, about the request's own bytes and others."""

    def run(self, name, params):
        if name == "abort_batch":
            own = request(2, ABORT, {0: 7})
            self.seen = (self.session.is_at_work(own), self.session.is_at_work(b"other"))
            self.last_id = self.session.last_id
        return Recorder.run(self, name, params)


def test_the_request_at_work_is_known_by_its_bytes_and_id():
    runner = Nested()
    session = DeviceSession(runner)
    runner.session = session
    session.handle(hello())
    session.handle(request(2, ABORT, {0: 7}))
    assert runner.seen == (True, False) and runner.last_id == 2
