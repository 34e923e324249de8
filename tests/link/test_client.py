"""The client talks to a MicroPython process over a real pty, through whatever a line can do.

Invariant: a request is carried out at most once, its reply arrives in spite of loss and damage,
and what cannot be repaired is named. The device runs the firmware's own wire modules with scripted
commands (`looped_device.py`); the line between can lose, damage and delay frames.
"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stanchion.device.client import DeviceClient, Patience
from stanchion.device.errors import (
    DeviceBusy,
    DeviceGone,
    DeviceRefused,
    DeviceRestarted,
    DeviceTimeout,
    ProtocolMismatch,
)
from wire import cbor, frame
from wire.errors import WireError
from wire.frame import encode_frame

from tests.link import looped_device as act
from tests.link.line import Line, damaged, first, unchanged

QUICK = Patience(quiet_s=0.4, ping_s=0.4, attempts=3, reopen_s=2.0, busy_s=0.6)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with Line(tmp_path) as running:
        yield running


@pytest.fixture
def client(line: Line) -> Iterator[DeviceClient]:
    with DeviceClient(line.port, patience=QUICK) as connected:
        yield connected


def do(client: DeviceClient, action: int) -> None:
    client.start_exit(outpoint=bytes((action,)) + bytes(35))


def runs(client: DeviceClient) -> int:
    return client.get_status()["vtxo_count"]


def test_hello_tells_what_the_device_is(client: DeviceClient) -> None:
    greeting = client.greeting
    assert greeting is not None
    assert greeting["version"] == 1 and greeting["board"] == "pty"
    assert greeting["limits"]["frame_body"] == 4096


def test_commands_go_out_by_name_and_come_back_by_name(client: DeviceClient) -> None:
    assert client.call("get_nonces", session=1) == {"nonces": [bytes(66)] * 12}
    assert client.get_nonces(session=1)["nonces"] == [bytes(66)] * 12
    do(client, act.DO_NOTHING)
    assert runs(client) == 3


def test_ids_rise_from_a_random_start(client: DeviceClient, line: Line) -> None:
    line.requests()
    for _ in range(5):
        client.get_status()
    ids = [cbor.decode(body)[0] for body in line.requests()]  # type: ignore[index]
    assert ids == list(range(ids[0], ids[0] + 5)) and ids[0] > 1


def test_wrong_parameters_do_not_leave_the_host(client: DeviceClient, line: Line) -> None:
    line.requests()
    with pytest.raises(WireError, match="param-bounds: outpoint"):
        client.start_exit(outpoint=bytes(35))
    with pytest.raises(WireError, match="method-unknown"):
        client.call("sign_anything")
    with pytest.raises(WireError, match="param-unknown"):
        client.call("get_status", extra=1)
    assert line.requests() == []


def test_a_refusal_carries_tag_stage_detail_and_what_to_do(client: DeviceClient) -> None:
    with pytest.raises(DeviceRefused) as caught:
        do(client, act.REFUSE)
    error = caught.value
    assert (error.tag, error.stage, error.retry, error.code) == ("exit-fee", 32, False, 144)
    assert error.detail == "fee over the limit" and error.method == "start_exit"
    for part in ("said no to start_exit", "Nothing was signed", "refused again"):
        assert part in str(error)


@pytest.mark.parametrize("loss", [damaged, lambda _: b""], ids=["damaged", "lost"])
def test_a_request_that_does_not_arrive_is_sent_again(
    client: DeviceClient, line: Line, loss: object
) -> None:
    line.to_device = first(loss, frame.REQUEST)  # type: ignore[arg-type]
    do(client, act.DO_NOTHING)
    sent = line.requests()[-2:]
    assert sent[0] == sent[1]
    assert runs(client) == 1


@pytest.mark.parametrize("loss", [damaged, lambda _: b""], ids=["damaged", "lost"])
def test_a_reply_that_does_not_arrive_is_fetched_without_acting_twice(
    client: DeviceClient, line: Line, loss: object
) -> None:
    line.to_host = first(loss, frame.REPLY)  # type: ignore[arg-type]
    do(client, act.DO_NOTHING)
    assert runs(client) == 1


def test_damage_is_repaired_at_once_and_not_after_a_timeout(line: Line) -> None:
    with DeviceClient(line.port, patience=Patience(quiet_s=20, ping_s=20)) as patient:
        started = time.monotonic()
        line.to_device = first(damaged, frame.REQUEST)
        line.to_host = first(damaged, frame.REPLY)
        do(patient, act.DO_NOTHING)
        assert time.monotonic() - started < 3


def test_noise_of_the_interpreter_is_not_mistaken_for_a_frame(client: DeviceClient) -> None:
    do(client, act.PRINT_NOISE)
    assert runs(client) == 1


def test_progress_reaches_the_caller(client: DeviceClient) -> None:
    seen: list[tuple[int, int]] = []
    client.on_progress = lambda done, total: seen.append((done, total))
    do(client, act.SHOW_PROGRESS)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_work_longer_than_the_patience_is_waited_for(client: DeviceClient, line: Line) -> None:
    line.requests()
    do(client, act.WORK_LONG)
    assert len(line.requests()) == 1


def test_a_device_that_is_deaf_for_a_while_acts_once(client: DeviceClient) -> None:
    do(client, act.SLEEP_DEAF)
    assert runs(client) == 1


def test_a_prompt_reaches_the_caller_who_may_cancel(client: DeviceClient) -> None:
    prompts: list[str] = []

    def give_up(prompt: str) -> None:
        prompts.append(prompt)
        client.cancel()

    client.on_wait_user = give_up
    with pytest.raises(DeviceRefused) as caught:
        do(client, act.WAIT_FOR_OWNER)
    assert caught.value.tag == "cancelled" and caught.value.retry
    assert prompts == ["Leave?"]
    do(client, act.DO_NOTHING)


def test_an_interrupted_program_frees_the_device(client: DeviceClient) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    client.on_wait_user = interrupt
    with pytest.raises(KeyboardInterrupt):
        do(client, act.WAIT_FOR_OWNER)
    client.connect()
    do(client, act.DO_NOTHING)


def test_cancel_from_another_thread_ends_the_call(client: DeviceClient) -> None:
    timer = threading.Timer(0.3, client.cancel)
    timer.start()
    with pytest.raises(DeviceRefused, match="cancelled"):
        do(client, act.WAIT_FOR_OWNER)
    timer.join()


def test_a_late_cancel_harms_no_later_request(client: DeviceClient) -> None:
    do(client, act.DO_NOTHING)
    client.cancel()
    do(client, act.WORK_LONG)
    assert runs(client) == 2


def test_a_restart_in_the_middle_is_named_and_can_be_followed(client: DeviceClient) -> None:
    before = client.greeting
    with pytest.raises(DeviceRestarted, match="it restarted"):
        do(client, act.RESTART)
    after = client.connect()
    assert before is not None and after["boot_id"] != before["boot_id"]
    do(client, act.DO_NOTHING)


def test_a_cable_that_is_pulled_and_put_back_loses_nothing(
    client: DeviceClient, line: Line
) -> None:
    def replug() -> None:
        time.sleep(0.2)
        line.unplug()
        time.sleep(0.5)
        line.plug()

    hand = threading.Thread(target=replug)
    hand.start()
    do(client, act.WORK_LONG)
    hand.join()
    assert runs(client) == 1


def test_a_cable_that_stays_out_is_named(client: DeviceClient, line: Line) -> None:
    line.unplug()
    started = time.monotonic()
    with pytest.raises(DeviceGone, match="Check the cable"):
        client.get_status()
    assert time.monotonic() - started < 10


def test_a_port_without_a_device_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceGone, match="No connection to the device"):
        DeviceClient(str(tmp_path / "nothing")).connect()


def test_a_device_that_never_answers_is_named(client: DeviceClient, line: Line) -> None:
    line.to_device = lambda _: b""
    with pytest.raises(DeviceTimeout, match="did not answer get_status"):
        client.get_status()
    assert len(set(line.requests()[-3:])) == 1
    line.to_device = None
    assert runs(client) == 0


def test_two_programs_cannot_hold_the_port(client: DeviceClient, line: Line) -> None:
    with pytest.raises(DeviceGone, match="no other program"):
        DeviceClient(line.port).connect()
    do(client, act.DO_NOTHING)


def test_a_program_that_died_during_a_request_leaves_the_device_busy(line: Line) -> None:
    former = DeviceClient(line.port, patience=QUICK)
    former.connect()
    former.on_wait_user = lambda _: former.close()
    with pytest.raises(DeviceGone):
        # The port stays closed because nothing may reopen it.
        former.patience = Patience(attempts=1)
        do(former, act.WAIT_FOR_OWNER)
    with pytest.raises(DeviceBusy) as caught:
        DeviceClient(line.port, patience=QUICK).connect()
    assert caught.value.retry


def test_hello_waits_for_the_request_of_a_former_program(line: Line) -> None:
    former = DeviceClient(line.port, patience=Patience(attempts=1))
    former.connect()
    threading.Timer(0.2, former.close).start()
    with pytest.raises(DeviceGone):
        do(former, act.WORK_LONG)
    with DeviceClient(line.port, patience=Patience(busy_s=5)) as client:
        assert runs(client) == 1


def answer_with(body: bytes) -> object:
    return lambda found: encode_frame(found.type, found.sequence, body)


WRONG_REPLIES = {
    "no CBOR": b"\xff",
    "keys descend": b"\xa2\x01\xa0\x00\x05",
    "long form of a key": b"\xa2\x00\x05\x18\x01\xa0",
    "no map": b"\x05",
    "no id": b"\xa1\x01\xa0",
    "nested too deep": b"\x81" * 3000 + b"\x00",
}


@pytest.mark.parametrize("name", WRONG_REPLIES)
def test_a_reply_outside_the_protocol_is_not_used(
    client: DeviceClient, line: Line, name: str
) -> None:
    line.to_host = first(answer_with(WRONG_REPLIES[name]), frame.REPLY)  # type: ignore[arg-type]
    with pytest.raises(ProtocolMismatch, match="The answer was not used"):
        client.get_status()
    do(client, act.DO_NOTHING)


@pytest.mark.parametrize(
    "result", [{}, {0: 7}, {0: 1, 77: 1}], ids=["empty", "out of bounds", "unknown field"]
)
def test_a_result_outside_the_table_is_not_used(
    client: DeviceClient, line: Line, result: dict[int, int]
) -> None:
    def change(found: frame.Frame) -> bytes:
        message = cbor.decode(found.body)
        assert isinstance(message, dict)
        return encode_frame(found.type, found.sequence, cbor.encode({0: message[0], 1: result}))

    line.to_host = first(change, frame.REPLY)
    with pytest.raises(ProtocolMismatch, match="reply to get_status"):
        client.get_status()


def test_a_reply_with_more_than_a_result_is_not_used(client: DeviceClient, line: Line) -> None:
    def change(found: frame.Frame) -> bytes:
        message = cbor.decode(found.body)
        assert isinstance(message, dict)
        return encode_frame(found.type, found.sequence, cbor.encode({**message, 3: 0}))

    line.to_host = first(change, frame.REPLY)
    with pytest.raises(ProtocolMismatch, match="neither result nor error"):
        client.get_status()


def test_replies_to_other_requests_are_passed_over(client: DeviceClient, line: Line) -> None:
    def twice(found: frame.Frame) -> bytes:
        other = encode_frame(frame.REPLY, found.sequence, cbor.encode({0: 1, 1: {}}))
        event = cbor.encode({3: 2, 4: {0: 1, 1: 1, 2: 1}})
        return other + encode_frame(frame.EVENT, found.sequence, event) + unchanged(found)

    seen: list[object] = []
    client.on_progress = lambda done, total: seen.append(done)
    line.to_host = first(twice, frame.REPLY)
    do(client, act.DO_NOTHING)
    assert runs(client) == 1 and not seen


def test_ping_tells_whether_the_device_lives(client: DeviceClient, line: Line) -> None:
    assert client.link.ping(1.0) == 0
    line.to_host = lambda _: b""
    assert client.link.ping(0.2) is None


def test_a_pong_to_another_ping_proves_nothing(client: DeviceClient, line: Line) -> None:
    line.to_host = lambda found: encode_frame(found.type, found.sequence, found.body[:-1] + b"?")
    assert client.link.ping(0.2) is None
