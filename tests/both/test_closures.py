"""A leaf is exactly one of Ark's closures or is refused (spec/arkade.md 2.1, 2.2).

Invariant: nothing that looks like a closure runs as another. Further vectors: tests/conformance.
"""

from arkcore import closures, delays
from arkcore.closures import decode

from tests.both.helpers import refusal

A = bytes(range(32))
B = bytes(range(32, 64))
C = bytes(range(64, 96))
HASH_LOCK = b"\xa9\x14" + bytes(20) + b"\x87"
SEQUENCE = delays.blocks(144)


def every_kind() -> "list[closures.Closure]":
    built = [closures.note(A)]
    for add in (False, True):
        for keys in ([A], [A, B], [C, A, B]):
            built.append(closures.multisig(keys, add))
            built.append(closures.csv_multisig(SEQUENCE, keys, add))
            built.append(closures.cltv_multisig(840000, keys, add))
            built.append(closures.condition_multisig(HASH_LOCK, keys, add))
            built.append(closures.condition_csv_multisig(HASH_LOCK, SEQUENCE, keys, add))
    return built


def test_every_kind_decodes_to_its_parts() -> None:
    for closure in every_kind():
        again = decode(closure.script)
        for part in ("kind", "keys", "sequence", "locktime", "condition", "checksigadd"):
            assert getattr(again, part) == getattr(closure, part), (closure.kind, part)


def test_only_delayed_leaves_count_as_exits() -> None:
    for closure in every_kind():
        delayed = closure.kind in (closures.CSV_MULTISIG, closures.CONDITION_CSV_MULTISIG)
        assert closure.is_exit == delayed, closure.kind


def test_witness_has_signatures_in_reverse_key_order_then_the_condition() -> None:
    signatures = {A: b"a" * 64, B: b"b" * 65}
    plain = closures.multisig([A, B]).witness(signatures)
    assert plain == [b"b" * 65, b"a" * 64]
    added = closures.condition_multisig(HASH_LOCK, [A, B], True)
    assert added.witness(signatures, (b"one", b"two")) == [b"b" * 65, b"a" * 64, b"one", b"two"]
    assert closures.note(A).witness({}, (b"preimage",)) == [b"preimage"]


def test_refuses_a_witness_without_every_signature() -> None:
    closure = closures.multisig([A, B])
    assert refusal(closure.witness, {A: bytes(64)}) == "closure-signature-missing"


def test_refuses_scripts_that_are_no_closure() -> None:
    key = b"\x20" + A
    for name, script in [
        ("true", b"\x51"),
        ("ends with verify", key + b"\xad"),
        ("two checksigs", key + b"\xac" + key + b"\xac"),
        ("spare opcode", key + b"\xac\x61"),
        ("key without opcode", key),
        ("threshold below all", key + b"\xac" + key + b"\xba\x51\x9c"),
        ("greater or equal", key + b"\xac" + key + b"\xba\x52\xa2"),
        ("lock without drop", b"\x5a\xb1" + key + b"\xac"),
        ("33-byte key", b"\x21\x02" + A + b"\xac"),
        ("note of another hash", b"\xa9\x20" + A + b"\x87"),
        ("only a threshold", b"\x51\x9c"),
    ]:
        assert refusal(decode, script) == "closure-shape", name
    assert refusal(decode, b"") == "closure-empty"


def test_refuses_pushes_and_numbers_that_are_longer_than_needed() -> None:
    tail = b"\xb2\x75\x20" + A + b"\xac"
    assert refusal(decode, b"\x4c\x20" + A + b"\xac") == "closure-push"
    assert refusal(decode, b"\x20" + A[:31]) == "closure-push"
    assert refusal(decode, b"\x4d\x20") == "closure-push"
    assert refusal(decode, b"\x01\x0a" + tail) == "closure-number"
    assert refusal(decode, b"\x03\x90\x00\x00" + tail) == "closure-number"
    assert refusal(decode, b"\x06\x90\x01\x01\x01\x01\x01" + tail) == "closure-number"
    assert refusal(decode, b"\x01\x80" + tail) == "closure-number"


def test_refuses_negative_and_oversized_locks() -> None:
    key = b"\x20" + A + b"\xac"
    assert refusal(decode, b"\x4f\xb2\x75" + key) == "delay-range"
    assert refusal(decode, b"\x4f\xb1\x75" + key) == "closure-locktime"
    assert refusal(decode, b"\x05\x00\x00\x00\x00\x01\xb1\x75" + key) == "closure-locktime"
    assert refusal(closures.cltv_multisig, 1 << 32, [A]) == "closure-locktime"
    for locktime in (0, 1, 0xFFFFFFFF):
        assert decode(closures.cltv_multisig(locktime, [A]).script).locktime == locktime


def test_refuses_op_success_anywhere_outside_of_pushes() -> None:
    for code in (0x50, 0x62, 0x7E, 0x95, 0xBB, 0xFE):
        script = bytes((code,)) + b"\x69\x20" + A + b"\xac"
        assert refusal(decode, script) == "closure-success", code
    assert refusal(closures.condition_multisig, b"\xbb", [A]) == "closure-success"
    assert decode(closures.multisig([b"\xfe" * 32]).script).keys == [b"\xfe" * 32]


def test_refuses_a_condition_with_op_verify_inside() -> None:
    inner = b"\x51\x69\x51"
    assert refusal(closures.condition_multisig, inner, [A]) == "closure-inner-verify"
    script = inner + b"\x69\x20" + A + b"\xac"
    assert refusal(decode, script) == "closure-inner-verify"
    pushed = b"\x01\x69\x87"
    assert decode(closures.condition_multisig(pushed, [A]).script).condition == pushed


def test_refuses_a_condition_that_signs_or_waits() -> None:
    for code in (0xAC, 0xAD, 0xAE, 0xAF, 0xB1, 0xB2, 0xBA):
        condition = b"\x51" + bytes((code,))
        assert refusal(closures.condition_multisig, condition, [A]) == "closure-condition", code
        script = condition + b"\x69\x20" + A + b"\xac"
        assert refusal(decode, script) == "closure-condition", code
    assert refusal(closures.condition_multisig, b"", [A]) == "closure-condition"
    assert refusal(decode, b"\x69\x20" + A + b"\xac") == "closure-condition"


def test_refuses_key_lists_and_hashes_of_wrong_size() -> None:
    assert refusal(closures.multisig, []) == "closure-keys"
    assert refusal(closures.multisig, [A, B[:31]]) == "closure-keys"
    assert refusal(closures.multisig, [b"\x02" + A]) == "closure-keys"
    assert refusal(closures.multisig, [A] * 1000) == "closure-keys"
    assert refusal(closures.note, A[:20]) == "closure-hash"


def test_refuses_scripts_over_the_size_limit_before_reading_them() -> None:
    limit = closures.MAX_SCRIPT_BYTES
    assert refusal(decode, bytes(limit + 1)) == "closure-size"
    around = len(closures.condition_multisig(b"\x51", [A]).script) - 1
    largest = closures.condition_multisig(b"\x51" * (limit - around), [A]).script
    assert len(largest) == limit and decode(largest).keys == [A]
    over = b"\x51" * (limit - around + 1)
    assert refusal(closures.condition_multisig, over, [A]) == "closure-size"


def test_a_threshold_over_sixteen_keys_is_a_pushed_number() -> None:
    keys = [bytes((index,)) * 32 for index in range(17)]
    closure = closures.multisig(keys, True)
    assert closure.script.hex().endswith("ba01119c")
    assert decode(closure.script).keys == keys
