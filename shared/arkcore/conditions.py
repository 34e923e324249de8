"""Runs the condition of a closure, as the operator's script engine does (spec/arkade.md 2.2).

Only what conditions need: pushes, hashes, comparisons, stack moves. Straight-line code, so the
work is bounded by the length of the script.
"""

from arkcore.errors import ScriptError
from arkcore.hashes import hash160, sha256, sha256d
from arkcore.pushes import OP_PUSHDATA4, Op, decode_number, encode_number, pushed_number, read_ops
from arkcore.ripemd160 import ripemd160

MAX_STACK_ITEMS = 1000
MAX_ITEM_BYTES = 520
_NUMBER_BYTES = 4

_HASHES = {0xA6: ripemd160, 0xA8: sha256, 0xA9: hash160, 0xAA: sha256d}
# Opcode -> (items it takes, indexes of those items, deepest first, that it leaves).
_MOVES = {
    0x61: (0, ()),  # NOP
    0x6D: (2, ()),  # 2DROP
    0x6E: (2, (0, 1, 0, 1)),  # 2DUP
    0x75: (1, ()),  # DROP
    0x76: (1, (0, 0)),  # DUP
    0x77: (2, (1,)),  # NIP
    0x78: (2, (0, 1, 0)),  # OVER
    0x7B: (3, (1, 2, 0)),  # ROT
    0x7C: (2, (1, 0)),  # SWAP
    0x7D: (2, (1, 0, 1)),  # TUCK
}
_SIZE = 0x82
_EQUAL = 0x87
_EQUALVERIFY = 0x88
_NOT = 0x91
_NUMEQUALVERIFY = 0x9D
_WITHIN = 0xA5


def _compare(code: int, a: int, b: int) -> "int | None":
    results = {
        0x93: a + b,
        0x94: a - b,
        0x9A: int(a != 0 and b != 0),
        0x9B: int(a != 0 or b != 0),
        0x9C: int(a == b),
        _NUMEQUALVERIFY: int(a == b),
        0x9E: int(a != b),
        0x9F: int(a < b),
        0xA0: int(a > b),
        0xA1: int(a <= b),
        0xA2: int(a >= b),
        0xA3: min(a, b),
        0xA4: max(a, b),
    }
    return results.get(code)


def is_true(item: bytes) -> bool:
    """Any byte set, where a lone sign bit (negative zero) does not count."""
    return any(item[:-1]) or item[-1:] not in (b"", b"\x00", b"\x80")


class _Machine:
    __slots__ = ("stack",)

    def __init__(self, items: "list[bytes]") -> None:
        self.stack = list(items)

    def pop(self, count: int) -> "list[bytes]":
        """The top `count` items, deepest first."""
        if count > len(self.stack):
            raise ScriptError("condition-stack", "too few items")
        start = len(self.stack) - count
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def pop_numbers(self, count: int) -> "list[int]":
        return [decode_number(item, _NUMBER_BYTES) for item in self.pop(count)]

    def step(self, op: Op) -> bool:
        """Runs one operation; False if it demands what is not so. Raises ScriptError
        `condition-opcode`, `condition-stack`, `closure-number`."""
        code = op.code
        if op.data is not None:
            self.stack.append(op.data)
        elif OP_PUSHDATA4 < code <= 0x60:
            self.stack.append(encode_number(pushed_number(op)))
        elif code in _MOVES:
            count, left = _MOVES[code]
            items = self.pop(count)
            self.stack.extend([items[index] for index in left])
        elif code in _HASHES:
            self.stack.append(_HASHES[code](self.pop(1)[0]))
        elif code == _SIZE:
            item = self.pop(1)[0]
            self.stack.extend([item, encode_number(len(item))])
        elif code in (_EQUAL, _EQUALVERIFY):
            first, second = self.pop(2)
            return self.leave(int(first == second), code == _EQUALVERIFY)
        else:
            return self.step_number(code)
        return True

    def step_number(self, code: int) -> bool:
        if code == _NOT:
            return self.leave(int(self.pop_numbers(1)[0] == 0), False)
        if code == _WITHIN:
            value, low, high = self.pop_numbers(3)
            return self.leave(int(low <= value < high), False)
        if _compare(code, 0, 0) is None:
            raise ScriptError("condition-opcode", "0x%02x" % code)
        first, second = self.pop_numbers(2)
        return self.leave(_compare(code, first, second) or 0, code == _NUMEQUALVERIFY)

    def leave(self, number: int, verify: bool) -> bool:
        if verify:
            return number != 0
        self.stack.append(encode_number(number))
        return True


def _check_stack(stack: "list[bytes]") -> None:
    if len(stack) > MAX_STACK_ITEMS:
        raise ScriptError("condition-stack", "%d items" % len(stack))
    for item in stack:
        if len(item) > MAX_ITEM_BYTES:
            raise ScriptError("condition-stack", "item of %d bytes" % len(item))


def evaluate(condition: bytes, items: "list[bytes]") -> bool:
    """True if `condition`, started on the witness `items`, leaves exactly one true item.

    Raises ScriptError `condition-opcode` (an opcode that this evaluator does not run),
    `condition-stack`, `closure-number`, `closure-push`, `closure-success`.
    """
    machine = _Machine(items)
    _check_stack(machine.stack)
    for op in read_ops(condition):
        if not machine.step(op):
            return False
        if len(machine.stack) > MAX_STACK_ITEMS:
            raise ScriptError("condition-stack", "too many items")
        if machine.stack:
            _check_stack(machine.stack[-1:])
    return len(machine.stack) == 1 and is_true(machine.stack[0])
