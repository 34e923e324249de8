"""The field VM in plain Python: the meaning of every instruction, and the reference of its tests.

`run(code, memory, table, entry)` executes instructions of four bytes (operation, d, a, b) from the
instruction index `entry` until END. `memory` is a bytearray of 32-byte slots (d, a, b are slot
numbers), `table` a bytearray of the same slots that only LOOK, PICK, PUT and GET reach; numbers
are little-endian. Results modulo p are any representative below 2^256.
"""

PRIME = 2**256 - 2**32 - 977
_FULL = 1 << 256

END, MUL, ADD, SUB, SQR, SMALL, WMUL, RADD, RSUB, CMOV = range(10)
BIT, REV, SETC, LOOP, CALL, RET, LOOK, PICK, PUT, GET, TBASE = range(10, 21)


def _get(memory, slot: int) -> int:
    return int.from_bytes(memory[32 * slot : 32 * slot + 32], "little")


def _put(memory, slot: int, value: int) -> None:
    memory[32 * slot : 32 * slot + 32] = value.to_bytes(32, "little")


def _put_wide(memory, slot: int, value: int) -> None:
    memory[32 * slot : 32 * slot + 64] = value.to_bytes(64, "little")


def _field(memory, op: int, d: int, a: int, b: int) -> None:
    """MUL, ADD, SUB d = a . b; SQR d = a^(2^b); SMALL d = a * (the number b); all modulo p."""
    x = _get(memory, a)
    if op == SQR:
        for _ in range(b):
            x = x * x % PRIME
    elif op == SMALL:
        x = x * b % PRIME
    elif op == MUL:
        x = x * _get(memory, b) % PRIME
    elif op == ADD:
        x = (x + _get(memory, b)) % PRIME
    else:
        x = (x - _get(memory, b)) % PRIME
    _put(memory, d, x)


def _raw(memory, op: int, d: int, a: int, b: int) -> None:
    """WMUL, RADD, RSUB: plain integers; slot d+1 takes the high half, the carry or the borrow."""
    x, y = _get(memory, a), _get(memory, b)
    if op == WMUL:
        _put_wide(memory, d, x * y)
    elif op == RADD:
        _put_wide(memory, d, x + y)
    else:
        _put_wide(memory, d, x - y if x >= y else x - y + _FULL + _FULL)


def _bits(memory, op: int, d: int, a: int, b: int, counter: int) -> None:
    """CMOV: d = a where b is odd. BIT: low word of d shifted left, bit (b + counter) of a below.

    REV: d = the bytes of a in reverse order.
    """
    start = 32 * d
    if op == CMOV:
        if memory[32 * b] & 1:
            memory[start : start + 32] = memory[32 * a : 32 * a + 32]
    elif op == BIT:
        position = b + counter
        bit = memory[32 * a + (position >> 3)] >> (position & 7) & 1
        word = int.from_bytes(memory[start : start + 4], "little") << 1 | bit
        memory[start : start + 4] = (word & 0xFFFFFFFF).to_bytes(4, "little")
    else:
        memory[start : start + 32] = bytes(reversed(memory[32 * a : 32 * a + 32]))


def _move(code, pc: int, memory, table, origin: int) -> None:
    """The operations of eight bytes: (op, slot, size, count)(index slot, 0, base in two bytes).

    LOOK and PICK copy entry j of `count` entries of `size` slots at `base` of the table; the low
    bits of the index slot name it, mirrored (count - 1 - j) where the bit above them is 0. LOOK
    reads every entry, PICK only the one. PUT and GET copy `size` slots to and from `base`. TBASE
    sets the `origin` that is added to every base.
    """
    op, slot, size, count = code[pc], 32 * code[pc + 1], 32 * code[pc + 2], code[pc + 3]
    base = 32 * (origin + (code[pc + 6] | code[pc + 7] << 8))
    if op == PUT:
        table[base : base + size] = memory[slot : slot + size]
        return
    if op != GET:
        index = memory[32 * code[pc + 4]]
        entry = index & (count - 1)
        if not index & count:
            entry = count - 1 - entry
        base += entry * size
    memory[slot : slot + size] = table[base : base + size]


def run(code, memory, table, entry: int) -> None:
    """Executes from instruction `entry`. CALL nests at most four deep."""
    pc = 4 * entry
    counter = origin = 0
    returns = []
    while code[pc] != END:
        op, d, a, b = code[pc], code[pc + 1], code[pc + 2], code[pc + 3]
        pc += 4
        if op <= SMALL:
            _field(memory, op, d, a, b)
        elif op <= RSUB:
            _raw(memory, op, d, a, b)
        elif op <= REV:
            _bits(memory, op, d, a, b, counter)
        elif op == TBASE:
            origin = a | b << 8
        elif op >= LOOK:
            _move(code, pc - 4, memory, table, origin)
            pc += 4
        elif op == SETC:
            counter = a
        elif op == CALL:
            returns.append(pc)
            pc = 4 * (a | b << 8)
        elif op == RET:
            pc = returns.pop()
        else:
            counter -= d
            if counter >= 0:
                pc = 4 * (a | b << 8)
