"""16-bit encodings (ARMv6-M): everything a Cortex-M0+ can execute. See the ARMv6-M manual, A5."""

from tools.kernels.thumb_operands import Operand

_NAMES = "eq ne cs cc mi pl vs vc hi ls ge lt gt le"
CONDITIONS = {name: number for number, name in enumerate(_NAMES.split())}
_ALU = {"ands": 0, "eors": 1, "adcs": 5, "sbcs": 6, "orrs": 12, "muls": 13, "bics": 14}
_COMMUTES = ("ands", "eors", "adcs", "orrs", "muls")
_SHIFTS = {"lsls": (0, 2), "lsrs": (1, 3), "asrs": (2, 4)}
_MEMORY = {"str": (0x6000, 4), "ldr": (0x6800, 4), "strb": (0x7000, 1), "ldrb": (0x7800, 1)}
_INDEXED = {"str": 0x5000, "strb": 0x5400, "ldr": 0x5800, "ldrb": 0x5C00}


def branch(mnemonic: str, distance: int) -> list[int]:
    if mnemonic == "b":
        _within(distance, 2048)
        return [0xE000 | distance >> 1 & 0x7FF]
    _within(distance, 256)
    return [0xD000 | CONDITIONS[mnemonic[1:]] << 8 | distance >> 1 & 0xFF]


def _within(distance: int, limit: int) -> None:
    if not -limit <= distance < limit:
        raise ValueError(f"branch of {distance} bytes is too far")


def _add_sub(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    minus = mnemonic == "subs"
    if len(ops) == 2:
        ops = [ops[0], *ops]
    d, n, m = ops
    if not (d.low and n.low):
        return None
    assert d.register is not None and n.register is not None
    if m.low and m.register is not None:
        return [0x1800 | minus << 9 | m.register << 6 | n.register << 3 | d.register]
    if m.immediate is None:
        return None
    if m.immediate < 8:
        return [0x1C00 | minus << 9 | m.immediate << 6 | n.register << 3 | d.register]
    if d.register == n.register and m.immediate < 256:
        return [0x3000 | minus << 11 | d.register << 8 | m.immediate]
    return None


def _alu(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    if len(ops) == 2:
        ops = [ops[0], *ops]
    if len(ops) != 3 or not all(op.low for op in ops):
        return None
    d, n, m = (op.register or 0 for op in ops)
    if d != n and d == m and mnemonic in _COMMUTES:
        n, m = m, n
    return [0x4000 | _ALU[mnemonic] << 6 | m << 3 | d] if d == n else None


def _shift(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    by_immediate, by_register = _SHIFTS[mnemonic]
    if len(ops) != 3 or not (ops[0].low and ops[1].low):
        return None
    d, m = ops[0].register or 0, ops[1].register or 0
    if ops[2].immediate is not None:
        return [by_immediate << 11 | (ops[2].immediate & 31) << 6 | m << 3 | d]
    if ops[2].low and d == m:
        return [0x4000 | by_register << 6 | (ops[2].register or 0) << 3 | d]
    return None


def _memory(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    if len(ops) != 2 or not ops[0].low or not ops[1].memory:
        return None
    t, base = ops[0].register or 0, ops[1].memory[0]
    offset = ops[1].memory[1] if len(ops[1].memory) > 1 else Operand(immediate=0)
    if len(ops[1].memory) > 2:
        return None
    if base.register == 13 and mnemonic in ("ldr", "str") and offset.immediate is not None:
        if offset.immediate % 4 or offset.immediate > 1020:
            return None
        return [0x9000 | (mnemonic == "ldr") << 11 | t << 8 | offset.immediate >> 2]
    if not base.low:
        return None
    if offset.low:
        return [_INDEXED[mnemonic] | (offset.register or 0) << 6 | (base.register or 0) << 3 | t]
    opcode, size = _MEMORY[mnemonic]
    if offset.immediate is None or offset.immediate % size or offset.immediate // size > 31:
        return None
    return [opcode | offset.immediate // size << 6 | (base.register or 0) << 3 | t]


def _stack(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    registers = ops[0].registers or []
    extra = 14 if mnemonic == "push" else 15
    if any(r > 7 and r != extra for r in registers):
        return None
    opcode = 0xB400 if mnemonic == "push" else 0xBC00
    return [opcode | (extra in registers) << 8 | sum(1 << r for r in registers if r < 8)]


def _multiple(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    registers = ops[1].registers or []
    if not (ops[0].low and ops[0].writeback) or any(r > 7 for r in registers):
        return None
    if mnemonic == "ldmia" and ops[0].register in registers:
        return None
    opcode = 0xC800 if mnemonic == "ldmia" else 0xC000
    return [opcode | (ops[0].register or 0) << 8 | sum(1 << r for r in registers)]


def _stack_pointer(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    amount = ops[-1].immediate
    if amount is None or amount % 4:
        return None
    if ops[0].register == 13 and amount < 512:
        return [0xB000 | (mnemonic == "sub") << 7 | amount >> 2]
    if mnemonic == "add" and ops[0].low and ops[1].register == 13 and amount < 1024:
        return [0xA800 | (ops[0].register or 0) << 8 | amount >> 2]
    return None


def _high(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    """add rd, rm and mov rd, rm reach all registers and set no flags."""
    if len(ops) != 2 or ops[1].register is None or ops[0].register is None:
        return None
    d, m = ops[0].register, ops[1].register
    opcode = 0x4400 if mnemonic == "add" else 0x4600
    return [opcode | d >> 3 << 7 | m << 3 | d & 7]


def _compare(ops: list[Operand]) -> list[int] | None:
    n, m = ops
    if n.low and m.immediate is not None and m.immediate < 256:
        return [0x2800 | (n.register or 0) << 8 | m.immediate]
    if n.low and m.low:
        return [0x4280 | (m.register or 0) << 3 | (n.register or 0)]
    return None


def _unary(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    opcode = {"mvns": 0x43C0, "rsbs": 0x4240, "rev": 0xBA00, "uxtb": 0xB2C0, "uxth": 0xB280}
    if not (ops[0].low and ops[1].low):
        return None
    return [opcode[mnemonic] | (ops[1].register or 0) << 3 | (ops[0].register or 0)]


def encode(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    """The single halfword, or None where only a 32-bit form exists."""
    if mnemonic in ("adds", "subs"):
        return _add_sub(mnemonic, ops)
    if mnemonic in _ALU:
        return _alu(mnemonic, ops)
    if mnemonic in _SHIFTS:
        return _shift(mnemonic, ops)
    if mnemonic in _MEMORY:
        return _memory(mnemonic, ops)
    if mnemonic in ("push", "pop"):
        return _stack(mnemonic, ops)
    if mnemonic in ("ldmia", "stmia"):
        return _multiple(mnemonic, ops)
    if mnemonic in ("mvns", "rsbs", "rev", "uxtb", "uxth"):
        return _unary(mnemonic, ops)
    if mnemonic == "cmp":
        return _compare(ops)
    if mnemonic == "movs" and ops[0].low and (ops[1].immediate or 0) < 256:
        if ops[1].immediate is not None:
            return [0x2000 | (ops[0].register or 0) << 8 | ops[1].immediate]
        return _shift("lsls", [*ops, Operand(immediate=0)])
    if mnemonic in ("add", "sub") and (ops[-1].immediate is not None):
        return _stack_pointer(mnemonic, ops)
    if mnemonic in ("add", "mov"):
        return _high(mnemonic, ops)
    return [0x4700 | (ops[0].register or 0) << 3] if mnemonic == "bx" else None
