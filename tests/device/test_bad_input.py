"""Whatever bytes arrive, the answer is a typed error and the next right request works (I8).

Each case changes one thing of a right request, or sends what no host would send.
"""

import random
import time
from typing import Any

import cbor2
import pytest
from stanchion.device.link import DeviceLink
from stanchion.emulator import Emulator
from wire import frame
from wire.methods import method_by_name

from tests.device.bare import HELLO, ask, next_frame, reply, tag_of

ADDRESS = method_by_name("get_address").code
STATUS = method_by_name("get_status").code
ENROLL = method_by_name("enroll_operator").code
CREATE = method_by_name("create_wallet").code
INTENT = method_by_name("open_intent").code
NEXT_ID = 1000


def request(code: Any, params: Any, number: Any = 2) -> bytes:
    return cbor2.dumps({0: number, 1: code, 2: params}, canonical=True)


GOOD = request(ADDRESS, {0: 0, 1: 0, 2: False})
INPUT = {0: 0, 1: bytes(36), 2: 1000, 3: 0}

CASES: list[tuple[str, bytes, str]] = [
    ("no bytes at all", b"", "cbor-encoding"),
    ("a lone integer", b"\x01", "message-shape"),
    ("an array", b"\x83\x02\x07\xa0", "message-shape"),
    ("a request cut in the middle", GOOD[:-2], "cbor-encoding"),
    ("bytes after the request", GOOD + b"\x00", "cbor-encoding"),
    ("an indefinite map", b"\xbf\x00\x02\x01\x07\x02\xa0\xff", "cbor-encoding"),
    ("a long integer form", b"\xa3\x00\x18\x02\x01\x07\x02\xa0", "cbor-encoding"),
    ("keys out of order", b"\xa3\x01\x02\x00\x02\x02\xa0", "cbor-encoding"),
    ("a key twice", b"\xa3\x00\x02\x00\x02\x02\xa0", "cbor-encoding"),
    ("a float", request(STATUS, {0: 1.5}), "cbor-encoding"),
    ("a negative integer", request(STATUS, {0: -1}), "cbor-encoding"),
    ("a tag", request(STATUS, {0: cbor2.CBORTag(1, 2)}), "cbor-encoding"),
    ("null", request(STATUS, {0: None}), "cbor-encoding"),
    ("text that is not UTF-8", b"\xa3\x00\x02\x01\x02\x02\xa1\x00\x62\xff\xfe", "cbor-encoding"),
    ("an array header of 4 billion", b"\xa3\x00\x02\x01\x02\x02\xa1\x00\x9a\xff\xff\xff\xff",
     "cbor-encoding"),
    ("a string header of 4 billion", b"\xa3\x00\x02\x01\x02\x02\xa1\x00\x5a\xff\xff\xff\xff",
     "cbor-encoding"),
    ("nesting without end", b"\xa3\x00\x02\x01\x02\x02\xa1\x00" + b"\x81" * 2000 + b"\x00",
     "cbor-encoding"),
    ("no parameters", cbor2.dumps({0: 2, 1: STATUS}), "message-shape"),
    ("a fourth key", cbor2.dumps({0: 2, 1: STATUS, 2: {}, 3: 1}), "message-shape"),
    ("id zero", request(STATUS, {}, 0), "message-shape"),
    ("an id over 32 bits", request(STATUS, {}, 1 << 32), "message-shape"),
    ("an id as text", request(STATUS, {}, "2"), "message-shape"),
    ("a method as text", request("hello", {}), "message-shape"),
    ("parameters as a list", request(STATUS, []), "message-shape"),
    ("an unknown method", request(99, {}), "method-unknown"),
    ("a huge method", request(1 << 60, {}), "method-unknown"),
    ("a missing field", request(ADDRESS, {0: 0, 1: 0}), "param-missing"),
    ("a field too many", request(ADDRESS, {0: 0, 1: 0, 2: False, 3: 1}), "param-unknown"),
    ("a field of no method", request(STATUS, {0: 1}), "param-unknown"),
    ("a number for a truth value", request(ADDRESS, {0: 0, 1: 0, 2: 1}), "param-type"),
    ("a truth value for a number", request(ADDRESS, {0: False, 1: 0, 2: False}), "param-type"),
    ("text for bytes", request(ENROLL, {0: "a", 1: "b" * 33}), "param-type"),
    ("a kind that does not exist", request(ADDRESS, {0: 3, 1: 0, 2: False}), "param-bounds"),
    ("a hardened index", request(ADDRESS, {0: 0, 1: 1 << 31, 2: False}), "param-bounds"),
    ("a key of 32 bytes", request(ENROLL, {0: "a", 1: bytes(32)}), "param-bounds"),
    ("a name with a line break", request(ENROLL, {0: "a\nb"}), "param-bounds"),
    ("a name with other letters", request(ENROLL, {0: "\u0430pple"}), "param-bounds"),
    ("a name of 25 letters", request(ENROLL, {0: "a" * 25}), "param-bounds"),
    ("no inputs", request(INTENT, {0: [], 1: [], 2: 0, 3: 0}), "param-bounds"),
    ("17 inputs", request(INTENT, {0: [INPUT] * 17, 1: [], 2: 0, 3: 0}), "param-bounds"),
    ("an input that is a list", request(INTENT, {0: [[1]], 1: [], 2: 0, 3: 0}), "param-type"),
    ("an outpoint of 35 bytes", request(INTENT, {0: [{**INPUT, 1: bytes(35)}]}), "param-bounds"),
    ("more money than exists", request(INTENT, {0: [{**INPUT, 2: 1 << 62}]}), "param-bounds"),
    ("another wallet", request(CREATE, {0: 4, 1: 12, 2: bytes(32)}), "state-wrong"),
]  # fmt: skip


def assert_works(link: DeviceLink) -> None:
    answer = reply(link, ask(link, NEXT_ID, "get_status"))
    assert 1 in answer, answer


@pytest.mark.parametrize(("body", "tag"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_bad_request_gets_a_typed_error_and_the_next_one_works(
    link: DeviceLink, body: bytes, tag: str
) -> None:
    answer = reply(link, link.send(frame.REQUEST, body))
    assert tag_of(answer) == tag
    assert_works(link)


def test_a_request_before_hello_is_refused(emulator: Emulator) -> None:
    bare = DeviceLink(emulator.port)
    bare.open()
    assert tag_of(reply(bare, ask(bare, 1, "get_status"))) == "hello-first"
    assert 1 in reply(bare, ask(bare, 2, "hello", **HELLO))
    assert 1 in reply(bare, ask(bare, 3, "get_status"))
    bare.close()


def test_an_old_id_and_a_changed_repetition_are_refused(link: DeviceLink) -> None:
    first = reply(link, ask(link, 7, "get_address", kind=0, index=1, show=False))
    assert reply(link, ask(link, 7, "get_address", kind=0, index=1, show=False)) == first
    changed = reply(link, ask(link, 7, "get_address", kind=0, index=2, show=False))
    assert tag_of(changed) == "request-replayed"
    assert tag_of(reply(link, ask(link, 6, "get_status"))) == "request-replayed"
    assert_works(link)


def raw(body: bytes, sequence: int = 9) -> bytes:
    return frame.encode_frame(frame.REQUEST, sequence, body)


def damaged(position: int) -> bytes:
    whole = bytearray(raw(GOOD))
    whole[position] ^= 0x40
    return bytes(whole)


@pytest.mark.parametrize(
    "noise",
    [
        b"AT+CGMI\r\n",
        b"\x03\x03\x04\x11\x13",
        bytes(5000),
        frame.MAGIC * 500,
        raw(GOOD)[:7],
        raw(GOOD)[:-1],
        *[damaged(position) for position in range(0, len(raw(GOOD)), 3)],
        random.Random(1).randbytes(20_000),
    ],
    ids=lambda noise: f"{len(noise)}-{noise[:6].hex()}",
)
def test_noise_on_the_line_costs_only_itself(link: DeviceLink, noise: bytes) -> None:
    link._require_open().write(noise)
    # What looks like the beginning of a frame is given up after 250 ms without a byte.
    time.sleep(0.3)
    assert_works(link)


def test_frames_of_the_wrong_direction_are_ignored(link: DeviceLink) -> None:
    for kind in (frame.REPLY, frame.EVENT, frame.PONG, frame.LINK_ERROR):
        link.send(kind, GOOD)
    assert_works(link)


def test_a_damaged_frame_is_reported_with_its_sequence(link: DeviceLink) -> None:
    whole = bytearray(raw(GOOD, 77))
    whole[-1] ^= 1
    link._require_open().write(bytes(whole))
    fault = next_frame(link, (frame.LINK_ERROR,))
    assert fault.sequence == 77
    assert_works(link)


def test_the_interrupt_key_does_not_stop_the_firmware(emulator: Emulator, link: DeviceLink) -> None:
    before = emulator.pid
    link._require_open().write(b"\x03" * 200 + b"\x04" * 200)
    assert_works(link)
    assert emulator.pid == before and emulator.starts == 1
