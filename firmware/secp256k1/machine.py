"""The fast engine: points and scalars as programs of the field VM.

Same functions as `secp256k1.plain`. Secrets live in one preallocated memory that is wiped after
each operation; whatever touches them runs in the VM, whose time and addresses do not depend on
them. Sums over public data (`multi_mul`) read their tables directly.
"""

from secp256k1 import vm_code as vm
from secp256k1.encoding import GENERATOR, INFINITY, CurveError

NAME = "field VM"
_ONE = bytes(31) + b"\x01"
_WORK = 32 * vm.FIRST_WORK_SLOT
_WIPED = bytes(32 * vm.SLOT_COUNT - _WORK)
_LITTLE_ONE = b"\x01" + bytes(31)
# The slots u .. sr, where the scalar programs leave their traces.
_SCALARS, _SCALARS_END = 32 * vm.SLOT_U, 32 * (vm.SLOT_SR + 1)
_code = bytearray(vm.CODE)
_memory = bytearray(vm.CONSTANTS + _WIPED)
_table = bytearray(32 * vm.TABLE_SLOTS)
_run = None


def start(run) -> None:
    """Takes the VM that this board executes and computes the generator's comb with it."""
    global _run
    _run = run
    _build_comb()


def wipe() -> None:
    """Clears everything but constants and the comb."""
    _memory[_WORK:] = _WIPED


def _put(slot: int, value: bytes) -> None:
    _memory[32 * slot : 32 * slot + 32] = value


def _get(slot: int) -> bytes:
    return bytes(_memory[32 * slot : 32 * slot + 32])


def _execute(entry: int) -> None:
    _run(_code, _memory, _table, entry)


def _copy_point(target: int, source: int) -> None:
    """Three neighbouring slots."""
    _memory[32 * target : 32 * target + 96] = _memory[32 * source : 32 * source + 96]


def _set_infinity(slot: int) -> None:
    _memory[32 * slot : 32 * slot + 96] = bytes(32) + _LITTLE_ONE + bytes(32)


def _lift(point: bytes) -> None:
    """Loads an encoded point into px, py."""
    _put(vm.SLOT_PX, point[1:])
    _put(vm.SLOT_WANT, bytes((point[0] & 1,)) + bytes(31))
    _execute(vm.RUN_LIFT)
    if _get(vm.SLOT_FLAG) != bytes(32):
        raise CurveError("not a curve point")


def _encoded() -> bytes:
    """The point in (x y z) as 33 bytes."""
    _execute(vm.RUN_AFFINE)
    x32 = _get(vm.SLOT_X)
    # No curve point has x = 0, so that x stands for infinity.
    if x32 == bytes(32):
        return INFINITY
    return bytes((2 + (_memory[32 * vm.SLOT_Y] & 1),)) + x32


def check_point(point: bytes) -> None:
    """Raises CurveError unless the encoded x is on the curve."""
    _lift(point)


def base_mul(k: bytes) -> bytes:
    _put(vm.SLOT_K, k)
    _execute(vm.RUN_BASE)
    result = _encoded()
    wipe()
    return result


def point_mul(point: bytes, k: bytes) -> bytes:
    """k·P of one finite point."""
    _lift(point)
    _put(vm.SLOT_K, k)
    _execute(vm.RUN_POINT)
    result = _encoded()
    wipe()
    return result


def points_sum(points: "list[bytes]") -> bytes:
    """Sum of finite points."""
    _set_infinity(vm.SLOT_X)
    for point in points:
        _copy_point(vm.SLOT_QX, vm.SLOT_X)
        _lift(point)
        _copy_point(vm.SLOT_X, vm.SLOT_QX)
        _add_lifted()
    return _encoded()


def _add_lifted() -> None:
    _put(vm.SLOT_X2, _get(vm.SLOT_PX))
    _put(vm.SLOT_Y2, _get(vm.SLOT_PY))
    _execute(vm.RUN_PLUS_AFFINE)


def multi_mul(points: "list[bytes]", scalars: "list[bytes]", base: "bytes | None" = None) -> bytes:
    """base·G + Σ k_i·P_i over finite points; public data."""
    _set_infinity(vm.SLOT_QX)
    waiting = 0
    for i in range(len(points)):
        if points[i] == GENERATOR:
            base = scalars[i] if base is None else scalar_add(base, scalars[i])
            continue
        _lift(points[i])
        if scalars[i] == _ONE:
            _copy_point(vm.SLOT_X, vm.SLOT_QX)
            _add_lifted()
            _copy_point(vm.SLOT_QX, vm.SLOT_X)
            continue
        _put(vm.SLOT_K, scalars[i])
        _execute(vm.RUN_PREPARE[waiting])
        waiting += 1
        if waiting == vm.KEYS:
            _gather(waiting)
            waiting = 0
    if waiting:
        _gather(waiting)
    if base is None:
        _copy_point(vm.SLOT_X, vm.SLOT_QX)
    else:
        _put(vm.SLOT_K, base)
        _execute(vm.RUN_BASE_PLUS)
    return _encoded()


def _gather(count: int) -> None:
    """Adds the sum of the prepared products to (qx qy qz)."""
    _execute(vm.RUN_MULTI[count - 1])
    _memory[32 * vm.SLOT_X2 : 32 * vm.SLOT_X2 + 32] = _get(vm.SLOT_QX)
    _put(vm.SLOT_Y2, _get(vm.SLOT_QY))
    _put(vm.SLOT_Z2, _get(vm.SLOT_QZ))
    _execute(vm.RUN_PLUS)
    _copy_point(vm.SLOT_QX, vm.SLOT_X)


def _scalar_operation(entry: int, a: bytes, b: "bytes | None" = None) -> bytes:
    _put(vm.SLOT_SA, a)
    if b is not None:
        _put(vm.SLOT_SB, b)
    _execute(entry)
    result = _get(vm.SLOT_SR)
    _memory[_SCALARS:_SCALARS_END] = _WIPED[: _SCALARS_END - _SCALARS]
    return result


def scalar_add(a: bytes, b: bytes) -> bytes:
    return _scalar_operation(vm.RUN_SCALAR_ADD, a, b)


def scalar_mul(a: bytes, b: bytes) -> bytes:
    return _scalar_operation(vm.RUN_SCALAR_MUL, a, b)


def scalar_negate(a: bytes) -> bytes:
    return _scalar_operation(vm.RUN_SCALAR_NEGATE, a)


def scalar_reduce(b32: bytes) -> bytes:
    return _scalar_operation(vm.RUN_SCALAR_REDUCE, b32)


def _build_comb() -> None:
    """64 entries of two slots: a block is the top tooth plus or minus each lower one."""
    _lift(GENERATOR)
    _put(vm.SLOT_X, _get(vm.SLOT_PX))
    _put(vm.SLOT_Y, _get(vm.SLOT_PY))
    _put(vm.SLOT_Z, _LITTLE_ONE)
    for block in range(4):
        teeth = []
        for _ in range(5):
            teeth.append(bytes(_memory[32 * vm.SLOT_X : 32 * vm.SLOT_X + 96]))
            _execute(vm.RUN_TWICE)
        following = bytes(_memory[32 * vm.SLOT_X : 32 * vm.SLOT_X + 96])
        for signs in range(16):
            _store_comb_entry(teeth, signs, 64 * (16 * block + signs))
        _memory[32 * vm.SLOT_X : 32 * vm.SLOT_X + 96] = following
    wipe()


def _store_comb_entry(teeth: "list[bytes]", signs: int, offset: int) -> None:
    _memory[32 * vm.SLOT_X : 32 * vm.SLOT_X + 96] = teeth[4]
    for i in range(4):
        tooth = teeth[i]
        _put(vm.SLOT_X2, tooth[:32])
        _put(vm.SLOT_Z2, tooth[64:])
        _put(vm.SLOT_Y2, tooth[32:64])
        if not signs >> i & 1:
            _execute(vm.RUN_FLIP)
        _execute(vm.RUN_PLUS)
    _execute(vm.RUN_COMB_ENTRY)
    _table[offset : offset + 32] = _get(vm.SLOT_X)
    _table[offset + 32 : offset + 64] = _get(vm.SLOT_Y)
