"""Opcodes, pushes and numbers as scripts carry them (spec/arkade.md 2.1)."""

from arkcore.errors import ScriptError

OP_0 = 0x00
OP_PUSHDATA1 = 0x4C
OP_PUSHDATA2 = 0x4D
OP_PUSHDATA4 = 0x4E
OP_1NEGATE = 0x4F
OP_1 = 0x51
OP_16 = 0x60
OP_VERIFY = 0x69
OP_RETURN = 0x6A
OP_DROP = 0x75
OP_EQUAL = 0x87
OP_NUMEQUAL = 0x9C
OP_SHA256 = 0xA8
OP_HASH160 = 0xA9
OP_CHECKSIG = 0xAC
OP_CHECKSIGVERIFY = 0xAD
OP_CHECKMULTISIG = 0xAE
OP_CHECKMULTISIGVERIFY = 0xAF
OP_CHECKLOCKTIMEVERIFY = 0xB1
OP_CHECKSEQUENCEVERIFY = 0xB2
OP_CHECKSIGADD = 0xBA

_LOCK_NUMBER_BYTES = 5


class Op:
    """One operation: `code`, `data` (None unless it pushes), `start` and `end` in the script."""

    __slots__ = ("code", "data", "start", "end")

    def __init__(self, code: int, data: "bytes | None", start: int, end: int) -> None:
        self.code = code
        self.data = data
        self.start = start
        self.end = end


def is_success(code: int) -> bool:
    """True for the OP_SUCCESSx codes of BIP-342."""
    return (
        code in (80, 98)
        or 126 <= code <= 129
        or 131 <= code <= 134
        or 137 <= code <= 138
        or 141 <= code <= 142
        or 149 <= code <= 153
        or 187 <= code <= 254
    )


def encode_number(value: int) -> bytes:
    """The shortest CScriptNum (little endian, sign in the top bit); empty for 0."""
    rest = -value if value < 0 else value
    out = bytearray()
    while rest:
        out.append(rest & 0xFF)
        rest >>= 8
    if out and out[-1] & 0x80:
        out.append(0)
    if value < 0:
        out[-1] |= 0x80
    return bytes(out)


def decode_number(data: bytes, limit: int = _LOCK_NUMBER_BYTES) -> int:
    """The value of a CScriptNum of at most `limit` bytes. Raises ScriptError `closure-number`."""
    if len(data) > limit:
        raise ScriptError("closure-number", "%d bytes" % len(data))
    magnitude = bytearray(data)
    negative = bool(magnitude) and magnitude[-1] & 0x80 != 0
    if negative:
        magnitude[-1] &= 0x7F
    value = int.from_bytes(magnitude, "little")
    if negative:
        value = -value
    if encode_number(value) != data:
        raise ScriptError("closure-number", "not minimal")
    return value


def push_data(data: bytes) -> bytes:
    """The shortest push of `data` as data (a number below 17 is not turned into OP_n).

    Raises ScriptError `closure-push` over 65535 bytes.
    """
    size = len(data)
    if size > 0xFFFF:
        raise ScriptError("closure-push", "%d bytes" % size)
    if size < OP_PUSHDATA1:
        return bytes((size,)) + data
    if size <= 0xFF:
        return bytes((OP_PUSHDATA1, size)) + data
    return bytes((OP_PUSHDATA2,)) + size.to_bytes(2, "little") + data


def push_number(value: int) -> bytes:
    """OP_0, OP_1NEGATE, OP_1 .. OP_16, or the shortest push of the number."""
    if value == 0:
        return bytes((OP_0,))
    if value == -1:
        return bytes((OP_1NEGATE,))
    if 1 <= value <= 16:
        return bytes((OP_1 - 1 + value,))
    return push_data(encode_number(value))


def pushed_number(op: Op) -> int:
    """The number that `op` pushes. Raises ScriptError `closure-number`, `closure-shape`."""
    if op.code == OP_1NEGATE:
        return -1
    if OP_1 <= op.code <= OP_16:
        return op.code - OP_1 + 1
    if op.data is None:
        raise ScriptError("closure-shape", "number expected")
    value = decode_number(op.data)
    if op.data and -1 <= value <= 16:
        raise ScriptError("closure-number", "has an opcode of its own")
    return value


def read_ops(script: bytes) -> "list[Op]":
    """All operations of a script.

    Raises ScriptError `closure-push` (cut off, or longer than needed), `closure-success`.
    """
    ops = []
    offset = 0
    while offset < len(script):
        op = _read_op(script, offset)
        if is_success(op.code):
            raise ScriptError("closure-success", "0x%02x" % op.code)
        ops.append(op)
        offset = op.end
    return ops


def _read_op(script: bytes, start: int) -> Op:
    code = script[start]
    if code > OP_PUSHDATA4:
        return Op(code, None, start, start + 1)
    offset = start + 1
    size = code
    if code >= OP_PUSHDATA1:
        width = 1 << (code - OP_PUSHDATA1)
        if offset + width > len(script):
            raise ScriptError("closure-push", "length cut off")
        size = int.from_bytes(script[offset : offset + width], "little")
        offset += width
    if size > len(script) - offset:
        raise ScriptError("closure-push", "data cut off")
    data = bytes(script[offset : offset + size])
    if push_data(data) != script[start : offset + size]:
        raise ScriptError("closure-push", "longer than needed")
    return Op(code, data, start, offset + size)
