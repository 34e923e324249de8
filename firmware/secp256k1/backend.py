"""Chooses how this board computes, and proves at start that the choice computes right.

A VM that gives a wrong answer (damaged file, an unknown chip) is not used: the plain engine takes
its place, slower but independent of machine code, and `BACKEND` says so.
"""

from secp256k1 import architecture, plain, schnorr
from secp256k1.encoding import CurveError

_SECRET = bytes(31) + b"\x03"
_PUBLIC = bytes.fromhex("02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9")
# BIP-340 test vector 0.
_SIGNATURE = bytes.fromhex(
    "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
    "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0"
)


def find_vm():
    """The `run` of this board's field VM, or None where only plain integers are left."""
    number = architecture.number()
    try:
        if number == architecture.X64:
            from secp256k1.vm_word64 import run
        elif number == architecture.ARMV6M:
            from secp256k1.vm_thumb1 import run
        elif number in architecture.ARMV7EM:
            from secp256k1.vm_thumb2 import run
        else:
            return None
    except (ImportError, ValueError):
        # A bundle for another chip: its machine code is absent or of a foreign architecture.
        return None
    return run


def self_test(engine) -> bool:
    """Whether the engine derives, signs, verifies, refuses and multiplies as known."""
    try:
        signature = schnorr.sign(engine, _SECRET, bytes(32), bytes(32))
        changed = bytes(32) + signature[32:]
        return (
            engine.base_mul(_SECRET) == _PUBLIC
            and signature == _SIGNATURE
            and not schnorr.verify(engine, _PUBLIC[1:], bytes(32), changed)
            and engine.point_mul(_PUBLIC, _SIGNATURE[32:])
            == engine.base_mul(engine.scalar_mul(_SIGNATURE[32:], _SECRET))
        )
    except CurveError:
        return False


def choose():
    """The engine to use."""
    run = find_vm()
    if run is None:
        return plain
    from secp256k1 import machine

    machine.start(run)
    return machine if self_test(machine) else plain
