"""32-bit encodings (ARMv7E-M). See the ARMv7-M manual, A5.3."""

from tools.kernels.thumb_narrow import CONDITIONS
from tools.kernels.thumb_operands import Operand

_DATA = {"and": 0, "bic": 1, "orr": 2, "eor": 4, "add": 8, "adc": 10, "sbc": 11, "sub": 13}
_DATA["rsb"] = 14
_SHIFT = {"lsl": 0, "lsr": 1, "asr": 2}
_LONG = {"umull": (0xFBA0, 0), "umaal": (0xFBE0, 0x60), "umlal": (0xFBE0, 0)}
_MEMORY = {"str": 0xF8C0, "ldr": 0xF8D0, "strb": 0xF880, "ldrb": 0xF890}
_PC = 15


def branch(mnemonic: str, distance: int) -> list[int] | None:
    """BL, B.W and conditional B.W; None for the 16-bit forms."""
    sign, high = distance >> 31 & 1, distance >> 1
    if mnemonic in ("bl", "b.w"):
        j1 = ~(distance >> 23 ^ sign) & 1
        j2 = ~(distance >> 22 ^ sign) & 1
        low = (0xD000 if mnemonic == "bl" else 0x9000) | j1 << 13 | j2 << 11 | high & 0x7FF
        return [0xF000 | sign << 10 | distance >> 12 & 0x3FF, low]
    if mnemonic.endswith(".w"):
        first = 0xF000 | sign << 10 | CONDITIONS[mnemonic[1:-2]] << 6 | distance >> 12 & 0x3F
        return [
            first,
            0x8000 | (distance >> 18 & 1) << 13 | (distance >> 19 & 1) << 11 | high & 0x7FF,
        ]
    return None


def _shifted(operation: int, s: int, n: int, d: int, m: int, shift: tuple[str, int]) -> list[int]:
    kind, amount = shift
    second = (amount >> 2 & 7) << 12 | d << 8 | (amount & 3) << 6 | _SHIFT[kind] << 4 | m
    return [0xEA00 | operation << 5 | s << 4 | n, second]


def _data(name: str, s: int, ops: list[Operand]) -> list[int] | None:
    d, n, m = (ops[0], ops[0], ops[1]) if len(ops) == 2 else ops[:3]
    shift = ops[3].shift if len(ops) == 4 and ops[3].shift else ("lsl", 0)
    if d.register is None or n.register is None:
        return None
    if m.immediate is not None:
        if not 0 <= m.immediate < 256:
            return None
        return [0xF000 | _DATA[name] << 5 | s << 4 | n.register, d.register << 8 | m.immediate]
    return _shifted(_DATA[name], s, n.register, d.register, m.register or 0, shift)


def _move(s: int, ops: list[Operand]) -> list[int] | None:
    d = ops[0].register or 0
    if ops[1].immediate is not None and ops[1].immediate < 256:
        return [0xF04F | s << 4, d << 8 | ops[1].immediate]
    if ops[1].register is None:
        return None
    return _shifted(2, s, _PC, d, ops[1].register, ("lsl", 0))


def _movw(ops: list[Operand]) -> list[int]:
    value = ops[1].immediate or 0
    first = 0xF240 | (value >> 11 & 1) << 10 | value >> 12
    return [first, (value >> 8 & 7) << 12 | (ops[0].register or 0) << 8 | value & 0xFF]


def _registers(ops: list[Operand]) -> list[int]:
    return [op.register or 0 for op in ops]


def _multiply(mnemonic: str, ops: list[Operand]) -> list[int]:
    values = _registers(ops)
    if mnemonic in _LONG:
        low, high, n, m = values
        first, second = _LONG[mnemonic]
        return [first | n, low << 12 | high << 8 | second | m]
    if mnemonic == "mla":
        d, n, m, a = values
        return [0xFB00 | n, a << 12 | d << 8 | m]
    d, n, m = values
    return [0xFB00 | n, 0xF000 | d << 8 | m]


def _memory(mnemonic: str, ops: list[Operand]) -> list[int]:
    t, base = ops[0].register or 0, ops[1].memory[0].register or 0
    if len(ops) == 3:
        return [(_MEMORY[mnemonic] & ~0x80) | base, t << 12 | 0xB00 | (ops[2].immediate or 0)]
    inner = ops[1].memory
    if len(inner) > 1 and inner[1].register is not None:
        amount = inner[2].shift[1] if len(inner) > 2 and inner[2].shift else 0
        return [(_MEMORY[mnemonic] & ~0x80) | base, t << 12 | amount << 4 | inner[1].register]
    return [_MEMORY[mnemonic] | base, t << 12 | (inner[1].immediate or 0 if len(inner) > 1 else 0)]


def _double(mnemonic: str, ops: list[Operand]) -> list[int]:
    inner = ops[2].memory
    offset = (inner[1].immediate or 0) >> 2 if len(inner) > 1 else 0
    opcode = 0xE9D0 if mnemonic == "ldrd" else 0xE9C0
    second = (ops[0].register or 0) << 12 | (ops[1].register or 0) << 8 | offset
    return [opcode | (inner[0].register or 0), second]


def _multiple(mnemonic: str, ops: list[Operand]) -> list[int]:
    if mnemonic in ("push", "pop"):
        opcode = 0xE92D if mnemonic == "push" else 0xE8BD
    else:
        opcode = 0xE890 if mnemonic == "ldmia" else 0xE880
        opcode |= ops[0].writeback << 5 | (ops[0].register or 0)
    return [opcode, sum(1 << r for r in ops[-1].registers or [])]


def _shift(mnemonic: str, ops: list[Operand]) -> list[int]:
    name, s = mnemonic[:3], mnemonic.endswith("s")
    d, n = ops[0].register or 0, ops[1].register or 0
    if ops[2].immediate is not None:
        return _shifted(2, s, _PC, d, n, (name, ops[2].immediate))
    return [0xFA00 | _SHIFT[name] << 5 | s << 4 | n, 0xF000 | d << 8 | (ops[2].register or 0)]


def _field(ops: list[Operand]) -> list[int]:
    start, width = ops[2].immediate or 0, ops[3].immediate or 0
    second = (start >> 2) << 12 | (ops[0].register or 0) << 8 | (start & 3) << 6 | (width - 1)
    return [0xF3C0 | (ops[1].register or 0), second]


def encode(mnemonic: str, ops: list[Operand]) -> list[int] | None:
    if mnemonic in _DATA:
        return _data(mnemonic, 0, ops)
    if mnemonic.endswith("s") and mnemonic[:-1] in _DATA:
        return _data(mnemonic[:-1], 1, ops)
    if mnemonic in ("mov", "movs"):
        return _move(mnemonic == "movs", ops)
    if mnemonic in ("umull", "umaal", "umlal", "mul", "mla"):
        return _multiply(mnemonic, ops)
    if mnemonic in _MEMORY:
        return _memory(mnemonic, ops)
    if mnemonic in ("ldrd", "strd"):
        return _double(mnemonic, ops)
    if mnemonic in ("push", "pop", "ldmia", "stmia"):
        return _multiple(mnemonic, ops)
    if mnemonic[:3] in _SHIFT:
        return _shift(mnemonic, ops)
    if mnemonic == "movw":
        return _movw(ops)
    if mnemonic == "ubfx":
        return _field(ops)
    if mnemonic == "cmp" and ops[1].register is not None:
        return _shifted(13, 1, ops[0].register or 0, 15, ops[1].register, ("lsl", 0))
    if mnemonic == "rev":
        d, m = _registers(ops)
        return [0xFA90 | m, 0xF080 | d << 8 | m]
    if mnemonic == "tbh":
        inner = ops[0].memory
        return [0xE8D0 | (inner[0].register or 0), 0xF010 | (inner[1].register or 0)]
    return None
