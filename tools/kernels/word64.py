"""The field VM for 64-bit MicroPython ports (the emulator) as one viper function.

Viper keeps locals in machine words, so 32-bit limbs multiply without integer objects. Calls between
viper functions cost more than a multiplication; hence one long, unrolled function, written here.
"""

_HEAD = """
# ruff: noqa: F821
import micropython


@micropython.viper
def run(code: ptr8, memory: ptr32, table: ptr32, entry: int):
    pc = entry << 2
    counter = 0
    origin = 0
    r0 = r1 = r2 = r3 = 0
    full = uint(1) << 32
    m = full - 1
    while True:
        op = int(code[pc])
        d = int(code[pc + 1]) << 3
        a = int(code[pc + 2]) << 3
        b = int(code[pc + 3])
        pc += 4
"""


def _limb(target: str, value: str) -> str:
    """Low 32 bits of `value` into `target`; v keeps all of it for the carry."""
    return f"{target} = (v := {value}) & m"


_CONTROL = """
elif op == 9:
    mask = 0 - (int(memory[b << 3]) & 1)
    for i in range(8):
        old = int(memory[d + i])
        memory[d + i] = old ^ ((old ^ int(memory[a + i])) & mask)
elif op == 10:
    b += counter
    memory[d] = int(memory[d]) << 1 | int(memory[a + (b >> 5)]) >> (b & 31) & 1
elif op == 11:
    for i in range(4):
        x = int(memory[a + i])
        y = int(memory[a + 7 - i])
        y = (y & 0xFF00FF) << 8 | (y >> 8 & 0xFF00FF)
        x = (x & 0xFF00FF) << 8 | (x >> 8 & 0xFF00FF)
        memory[d + i] = y << 16 | y >> 16
        memory[d + 7 - i] = x << 16 | x >> 16
elif op == 12:
    counter = a >> 3
elif op == 13:
    counter -= d >> 3
    if counter >= 0:
        pc = (a >> 3 | b << 8) << 2
elif op == 14:
    # The return addresses are kept in locals: at most four calls deep.
    r3 = r2
    r2 = r1
    r1 = r0
    r0 = pc
    pc = (a >> 3 | b << 8) << 2
elif op == 15:
    pc = r0
    r0 = r1
    r1 = r2
    r2 = r3
elif op == 20:
    origin = a >> 3 | b << 8
else:
    base = (origin + (int(code[pc + 2]) | int(code[pc + 3]) << 8)) << 3
    if op == 18:
        for i in range(a):
            table[base + i] = memory[d + i]
    elif op == 19:
        for i in range(a):
            memory[d + i] = table[base + i]
    else:
        index = int(memory[int(code[pc]) << 3])
        if index & b:
            index = index & (b - 1)
        else:
            index = b - 1 - (index & (b - 1))
        base += index * a
        for i in range(a):
            memory[d + i] = table[base + i]
    pc += 4
"""


def _indented(lines: list[str] | str, depth: int) -> str:
    if isinstance(lines, str):
        lines = lines.strip("\n").splitlines()
    return "".join("    " * depth + line + "\n" for line in lines)


def _load(prefix: str, index: str) -> list[str]:
    return [f"{prefix}{i} = uint(memory[{index} + {i}])" for i in range(8)]


def _product() -> list[str]:
    """t0 .. t15 = x0 .. x7 times y0 .. y7."""
    lines = []
    for i in range(8):
        for j in range(8):
            carry = "(v >> 32) + " if j else ""
            before = f" + t{i + j}" if i else ""
            lines.append(_limb(f"t{i + j}", f"{carry}x{i} * y{j}{before}"))
        lines.append(f"t{i + 8} = v >> 32")
    return lines


def _fold_top() -> list[str]:
    """w0 .. w7 plus top times 2^256, modulo p."""
    first = [_limb("t0", "t0 + top * 977"), _limb("t1", "(v >> 32) + t1 + top")]
    ripple = [_limb(f"t{j}", f"(v >> 32) + t{j}") for j in range(2, 8)]
    return first + ripple + ["top = v >> 32"] + first + ["t2 += v >> 32"]


def _reduce() -> list[str]:
    lines = [_limb("t0", "t0 + t8 * 977")]
    for j in range(1, 8):
        lines.append(_limb(f"t{j}", f"(v >> 32) + t{j} + t{j + 8} * 977 + t{j + 7}"))
    return lines + ["top = (v >> 32) + t15"] + _fold_top()


def _store(prefix: str = "t", index: str = "d") -> list[str]:
    return [f"memory[{index} + {i}] = {prefix}{i}" for i in range(8)]


def _sum(difference: bool) -> list[str]:
    """t = x + y or x - y over 256 bits; top = carry or borrow."""
    lines = []
    for i in range(8):
        carry = "" if not i else "(v >> 32) + "
        if difference:
            # full (2^32) and m keep each limb positive; a missing bit shows the borrow.
            bias = "full" if not i else "m"
            lines.append(_limb(f"t{i}", f"{carry}x{i} + {bias} - y{i}"))
        else:
            lines.append(_limb(f"t{i}", f"{carry}x{i} + y{i}"))
    return lines + [
        "top = {}v >> 32{}".format("uint(1) - (" if difference else "", ")" * difference)
    ]


def _take_prime() -> list[str]:
    """t minus top times (2^32 + 977), twice, for a borrow."""
    lines = []
    for last in (False, True):
        lines.append(_limb("t0", "t0 + full - top * 977"))
        lines.append(_limb("t1", "(v >> 32) + t1 + m - top"))
        if not last:
            lines += [_limb(f"t{j}", f"(v >> 32) + t{j} + m") for j in range(2, 8)]
            lines.append("top = uint(1) - (v >> 32)")
    return lines


def _high(lines: list[str]) -> list[str]:
    return lines + ["memory[d + 8] = top"] + [f"memory[d + {i}] = 0" for i in range(9, 16)]


def source() -> str:
    text = _HEAD.lstrip("\n")
    text += _indented(["if op == 0:", "    return", "if op < 7:"], 2) + _indented(
        _load("x", "a"), 3
    )
    text += _indented(["if op == 4:", "    count = b"], 3) + _indented(["else:"], 3)
    text += _indented(["count = 1", "if op == 5:"], 4)
    text += _indented(["y0 = uint(b)"] + [f"y{i} = uint(0)" for i in range(1, 8)], 5)
    text += _indented(["else:"], 4) + _indented(_load("y", "(b << 3)"), 5)
    text += _indented(["if op == 2:"], 3) + _indented(_sum(False) + _fold_top(), 4)
    text += _indented(["elif op == 3:"], 3) + _indented(_sum(True) + _take_prime(), 4)
    text += _indented(["else:", "    while count:", "        count -= 1"], 3)
    text += _indented(["if op == 4:"], 5) + _indented([f"y{i} = x{i}" for i in range(8)], 6)
    text += _indented(_product(), 5) + _indented(["if op == 6:", "    break"], 5)
    text += _indented(_reduce(), 5) + _indented(["if count:"], 5)
    text += _indented([f"x{i} = t{i}" for i in range(8)], 6)
    text += _indented(_store(), 3) + _indented(["if op == 6:"], 3)
    text += _indented([f"memory[d + {i}] = t{i}" for i in range(8, 16)], 4)
    text += _indented(["elif op < 9:"], 2) + _indented(_load("x", "a"), 3)
    text += _indented(_load("y", "(b << 3)"), 3) + _indented(["if op == 7:"], 3)
    text += _indented(_sum(False), 4) + _indented(["else:"], 3) + _indented(_sum(True), 4)
    text += _indented(_high(_store()), 3)
    return text + _indented(_CONTROL, 2)
