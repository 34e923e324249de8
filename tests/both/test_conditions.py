"""A condition is met exactly when the operator's script engine says so, and costs little to judge.

Invariant: what this evaluator does not know, it refuses.
"""

from arkcore.conditions import evaluate, is_true
from arkcore.hashes import hash160, sha256, sha256d
from arkcore.pushes import push_number
from arkcore.ripemd160 import ripemd160

from tests.both.helpers import refusal

SECRET = b"preimage" * 4


def test_hash_locks_open_to_their_preimage_alone() -> None:
    for code, digest in [
        (0xA6, ripemd160(SECRET)),
        (0xA8, sha256(SECRET)),
        (0xA9, hash160(SECRET)),
        (0xAA, sha256d(SECRET)),
    ]:
        lock = bytes((code, len(digest))) + digest + b"\x87"
        assert evaluate(lock, [SECRET]), code
        assert not evaluate(lock, [SECRET + b"x"]), code


def test_a_sized_hash_lock_checks_both_demands() -> None:
    lock = b"\x82\x01\x20\x88\xa8\x20" + sha256(SECRET) + b"\x87"
    assert evaluate(lock, [SECRET])
    assert not evaluate(lock, [SECRET[:31]])
    assert not evaluate(lock, [bytes(32)])


def test_arithmetic_and_comparisons() -> None:
    for script, holds in [
        ("52539355 9c", True),  # 2 + 3 == 5
        ("55539452 9c", True),  # 5 - 3 == 2
        ("5253 9f", True), ("5352 9f", False), ("5352 a0", True), ("5252 a1", True),
        ("5253 a2", False), ("5253 9e", True), ("5151 9a", True), ("5100 9a", False),
        ("0051 9b", True), ("00 91", True), ("52 91", False), ("5253a3 52 87", True),
        ("5253a4 53 87", True), ("525154 a5", True), ("545154 a5", False),
        ("5252 9f", False), ("5252 a0", False), ("5252 a2", True), ("0000 9b", False),
        ("5100 9b", True), ("5353 9e", False), ("525254 a5", True), ("545254 a5", False),
        ("5252 9d 51", True), ("5253 9d 51", False), ("4f 5193 91", True),
    ]:  # fmt: skip
        assert evaluate(bytes.fromhex(script.replace(" ", "")), []) == holds, script


def test_stack_moves() -> None:
    for script, items in [
        ("75 01aa 87", "bb aa"),  # DROP: wrong order below
        ("76 87", "aa"),
        ("7c 01aa 88 01bb 87", "aa bb"),
        ("77 01bb 87", "aa bb"),
        ("78 01aa 88 01bb 88 01aa 87", "aa bb"),
        ("7b 01aa 88 01cc 88 01bb 87", "aa bb cc"),
        ("7d 01bb 88 01aa 88 01bb 87", "aa bb"),
        ("6e 01bb 88 01aa 88 01bb 88 01aa 87", "aa bb"),
        ("6d 51", "aa bb"),
        ("61 51", ""),
    ]:
        stack = [bytes.fromhex(item) for item in items.split()]
        holds = script != "75 01aa 87"
        assert evaluate(bytes.fromhex(script.replace(" ", "")), stack) == holds, script


def test_the_stack_must_end_with_one_true_item() -> None:
    assert not evaluate(b"\x51", [b"\x01"])
    assert not evaluate(b"\x61", [])
    assert not evaluate(b"\x00", [])
    assert not evaluate(b"\x61", [b"\x80"])
    assert evaluate(b"\x61", [b"\x00\x01"])
    assert is_true(b"\x80\x00") and not is_true(b"\x00\x80") and not is_true(b"")


def test_refuses_opcodes_that_conditions_do_not_need() -> None:
    for code in (0x63, 0x67, 0x6A, 0x6B, 0x79, 0xA7, 0xAB, 0xAC, 0xB1, 0xB2, 0xBA, 0x69, 0x8F):
        script = b"\x51\x51\x51" + bytes((code,))
        assert refusal(evaluate, script, []) == "condition-opcode", code
    assert refusal(evaluate, b"\x51\xfe", []) == "closure-success"


def test_refuses_stacks_that_run_out_or_overflow() -> None:
    assert refusal(evaluate, b"\x87", [b"a"]) == "condition-stack"
    assert refusal(evaluate, b"\xa8", []) == "condition-stack"
    assert refusal(evaluate, b"\x75", []) == "condition-stack"
    assert refusal(evaluate, b"\x51" * 1001, []) == "condition-stack"
    assert refusal(evaluate, b"\x51", [b""] * 1001) == "condition-stack"
    assert refusal(evaluate, b"\x75\x51", [bytes(521)]) == "condition-stack"
    assert refusal(evaluate, b"\x4d\x09\x02" + bytes(521), []) == "condition-stack"


def test_stacks_at_their_limits_still_run() -> None:
    assert evaluate(b"\x6d" * 499 + b"\x75", [b"\x01"] * 1000)
    assert evaluate(b"\x51" * 1000 + b"\x6d" * 499 + b"\x75", [])
    assert evaluate(b"\x75\x51", [bytes(520)])
    assert refusal(evaluate, b"\x75", [b""] * 1001) == "condition-stack"


def test_refuses_numbers_of_more_than_four_bytes_and_padded_ones() -> None:
    assert refusal(evaluate, b"\x91", [bytes(5)]) == "closure-number"
    assert refusal(evaluate, b"\x91", [b"\x01\x00"]) == "closure-number"
    assert not evaluate(push_number(0x7FFFFFFF) + b"\x91", [])
