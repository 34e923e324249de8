"""Every field VM computes what plain integers say, edges of the field and of the words included.

Run by tests/curve on both interpreters: the VM of this interpreter against `vm_plain`, and the
points layer over it against the plain engine.
"""

import hashlib

from secp256k1 import backend, machine, plain, vm_plain
from secp256k1 import vm_code as vm

P = vm_plain.PRIME
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
EDGES = (0, 1, 2, 977, P - 1, P, P + 1, N - 1, N, 2**255, 2**256 - 1, 2**256 - 2**32, 2**32 - 1)


def run_here(code, memory, table, entry) -> None:  # type: ignore[no-untyped-def]
    (backend.find_vm() or vm_plain.run)(code, memory, table, entry)


def numbers(count: int) -> "list[int]":
    digests = [hashlib.sha256(bytes((i & 255, i >> 8))).digest() for i in range(count)]
    return [int.from_bytes(digest, "big") for digest in digests]


def scalars(count: int, start: int = 0) -> "list[bytes]":
    return [(value % N).to_bytes(32, "big") for value in numbers(start + count)[start:]]


def executed(run, op: int, d: int, a: int, b: int, x: int, y: int) -> bytearray:  # type: ignore[no-untyped-def]
    memory = bytearray(range(256))
    memory[32:64] = x.to_bytes(32, "little")
    memory[64:96] = y.to_bytes(32, "little")
    run(bytearray((op, d, a, b, 0, 0, 0, 0)), memory, bytearray(64), 0)
    return memory


def agree(op: int, x: int, y: int, b: int = 2, d: int = 3) -> bool:
    """Same memory from both VMs; results modulo p may differ in their representative."""
    mine, theirs = executed(run_here, op, d, 1, b, x, y), executed(vm_plain.run, op, d, 1, b, x, y)
    if op <= vm_plain.SMALL:
        for memory in (mine, theirs):
            value = int.from_bytes(memory[32 * d : 32 * d + 32], "little") % P
            memory[32 * d : 32 * d + 32] = value.to_bytes(32, "little")
    return mine == theirs


def test_operations_on_two_numbers_agree_at_every_pair_of_edges() -> None:
    values = list(EDGES) + numbers(4)
    for op in (vm_plain.MUL, vm_plain.ADD, vm_plain.SUB, vm_plain.WMUL, vm_plain.RADD):
        for x in values:
            for y in values:
                assert agree(op, x, y), (op, x, y)
    for x in values:
        for y in values:
            assert agree(vm_plain.RSUB, x, y)
            assert agree(vm_plain.CMOV, x, y)


def test_operations_agree_on_random_numbers() -> None:
    values = numbers(200)
    for i in range(199):
        for op in range(vm_plain.MUL, vm_plain.CMOV + 1):
            if op not in (vm_plain.SQR, vm_plain.SMALL):
                assert agree(op, values[i], values[i + 1]), (op, i)


def test_operations_with_a_small_operand_agree() -> None:
    for x in list(EDGES) + numbers(5):
        for count in (1, 2, 3, 88):
            assert agree(vm_plain.SQR, x, 0, count)
        for factor in (0, 1, 2, 21, 255):
            assert agree(vm_plain.SMALL, x, 0, factor)
        for position in (0, 1, 31, 32, 33, 200, 255):
            assert agree(vm_plain.BIT, x, 0, position)
        assert agree(vm_plain.REV, x, 0)


def test_a_result_may_replace_its_operand() -> None:
    x, y = numbers(2)
    for op in (vm_plain.MUL, vm_plain.ADD, vm_plain.SUB, vm_plain.WMUL, vm_plain.RADD):
        assert agree(op, x, y, 2, 1) and agree(op, x, y, 2, 2) and agree(op, x, y, 1, 1)
    assert agree(vm_plain.RSUB, x, y, 2, 1) and agree(vm_plain.RSUB, x, y, 2, 2)
    assert agree(vm_plain.REV, x, y, 0, 1)
    assert agree(vm_plain.SQR, x, y, 3, 1) and agree(vm_plain.SMALL, x, y, 21, 1)


def test_table_operations_and_control_agree() -> None:
    look, pick, put, get = vm_plain.LOOK, vm_plain.PICK, vm_plain.PUT, vm_plain.GET
    for op in (look, pick):
        for index in range(16):
            code = bytearray((vm_plain.TBASE, 0, 2, 0, op, 4, 2, 8, 1, 0, 1, 0, 0, 0, 0, 0))
            results = []
            for run in (run_here, vm_plain.run):
                memory = bytearray(256)
                memory[32] = index
                run(code, memory, bytearray([i * 7 & 255 for i in range(32 * 20)]), 0)
                results.append(memory)
            assert results[0] == results[1], (op, index)
    code = bytearray((put, 1, 3, 0, 0, 0, 2, 0, get, 5, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0))
    for run in (run_here, vm_plain.run):
        memory, table = bytearray(range(256)), bytearray(32 * 6)
        run(code, memory, table, 0)
        assert table[64:160] == memory[32:128] and memory[160:224] == memory[64:128]


def test_loops_and_nested_calls_agree() -> None:
    # Entry 2: counter 5, {call 8; loop 2}; 8: call 11, ret; 11: slot1 += slot2, bit, ret.
    code = bytearray((0,) * 8 + (12, 0, 5, 0, 14, 0, 7, 0, 13, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    code += bytearray((14, 0, 9, 0, 15, 0, 0, 0, 2, 1, 1, 2, 10, 3, 2, 0, 15, 0, 0, 0))
    results = []
    for run in (run_here, vm_plain.run):
        memory = bytearray(range(128))
        run(code, memory, bytearray(32), 2)
        results.append(memory)
    assert results[0] == results[1]
    assert results[0][32:64] != bytes(range(32, 64))


def started():  # type: ignore[no-untyped-def]
    machine.start(run_here)
    return machine


def test_the_points_layer_agrees_with_plain_integers() -> None:
    engine = started()
    assert backend.self_test(engine)
    a, b, c = scalars(3)
    p, q = plain.base_mul(a), plain.base_mul(b)
    assert engine.base_mul(a) == p
    assert engine.point_mul(p, b) == plain.point_mul(p, b)
    assert engine.points_sum([p, q, p]) == plain.points_sum([p, q, p])
    assert engine.scalar_add(a, b) == plain.scalar_add(a, b)
    assert engine.scalar_mul(a, b) == plain.scalar_mul(a, b)
    assert engine.scalar_negate(a) == plain.scalar_negate(a)
    assert engine.scalar_reduce(b"\xff" * 32) == plain.scalar_reduce(b"\xff" * 32)
    for count in (1, 8, 9):
        points = [plain.base_mul(k) for k in scalars(count, 3)]
        factors = scalars(count, 20)
        assert engine.multi_mul(points, factors, c) == plain.multi_mul(points, factors, c)


def test_scalars_at_the_edges_of_their_range_multiply_right() -> None:
    engine = started()
    p = plain.base_mul(scalars(1)[0])
    for k in (1, 2, 3, N - 1, N - 2, N >> 1, (N >> 1) + 1, 1 << 128, (1 << 255) + 1):
        raw = k.to_bytes(32, "big")
        assert engine.base_mul(raw) == plain.base_mul(raw), k
        assert engine.point_mul(p, raw) == plain.point_mul(p, raw), k
        assert engine.multi_mul([p], [raw]) == plain.multi_mul([p], [raw]), k


def test_an_engine_that_computes_wrong_fails_its_self_test() -> None:
    def damaged(code, memory, table, entry) -> None:  # type: ignore[no-untyped-def]
        run_here(code, memory, table, entry)
        memory[32 * vm.SLOT_SR] ^= 1

    assert backend.self_test(started())
    machine.start(damaged)
    assert not backend.self_test(machine)
    started()


def test_no_secret_stays_in_the_memory_of_the_vm() -> None:
    engine = started()
    secret = scalars(1)[0]
    little = bytes([secret[31 - i] for i in range(32)])
    point = engine.base_mul(secret)
    engine.point_mul(point, secret)
    half = engine.scalar_mul(secret, secret)
    engine.scalar_negate(secret)
    for needle in (secret, little, half):
        for start in range(0, 32, 8):
            assert bytes(engine._memory).find(needle[start : start + 8]) < 0
            assert bytes(engine._table).find(needle[start : start + 8]) < 0
