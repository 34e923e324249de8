"""The whole of the field VM's code: constants, slots, ladders, entry points.

A ladder reads its scalar as signs (+1 or -1, no zero digit), so that every step adds a point.
"""

from tools.kernels.formulas import ADD, DOUBLE, POWERS, SCALARS, TOOLS
from tools.kernels.vm_assembler import Program

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BETA = 0x7AE96A2B657C07106E64479EAC3434E99CF0497512F58995C1396C28719501EE
LAMBDA = 0x5363AD4CC05C30E0A5261C028812645A122E22EA20816678DF02967C1B23BD72
A1 = 0x3086D221A7D46BCDE86C90E49284EB15
B1 = -0xE4437ED6010E88286F547FA90ABFE4C3
A2 = 0x114CA50F7A8E2F3F657C1108D9D44CFD8
HALF = (N + 1) // 2

COMB_BLOCKS, COMB_TEETH, COMB_SPACING = 4, 5, 13
COMB_SLOTS = 2 * 16 * COMB_BLOCKS
WINDOW_BITS = 132
_COMB_DIGITS = 2 ** (COMB_BLOCKS * COMB_TEETH * COMB_SPACING) - 1

CONSTANTS = {
    "zero": 0,
    "one": 1,
    "seven": 7,
    "beta": BETA,
    "p": P,
    "n": N,
    "minus_n": 2**256 - N,
    "half": HALF,
    "comb_bias": _COMB_DIGITS * HALF % N,
    # k = sum of +-2^i + lambda * sum of +-2^i, 132 signs each: see `recode`.
    "split_bias": (2**WINDOW_BITS - 1 - 2**130) * (1 + LAMBDA) * HALF % N,
    "g1": (2**384 * A1 + N // 2) // N,
    "g2": (2**384 * -B1 + N // 2) // N,
    "shift": 2**128,
    "minus_b1": -B1,
    "minus_b2": -A1 % N,
    "minus_lambda": N - LAMBDA,
    "offset": 2**129,
}
_WORK = """
    x y z x2 yl z2 y2 t0 t1 t2 t3 t4 x3 y3 z3 qx qy qz u u1 v v1 w w1 sa sb sr pad k idx
    sign flag want px py i_in i_out e2 e3 e6 e22 e44 e88 e c1 c2
"""
WORK = _WORK.split()
KEYS = 8
SLOTS = {name: number for number, name in enumerate(list(CONSTANTS) + WORK)}
for _i in range(KEYS):
    SLOTS[f"a{_i}"] = len(SLOTS)
    SLOTS[f"b{_i}"] = len(SLOTS)
SCRATCH = len(SLOTS)

# What the points layer calls and where it puts operands.
_ENTRIES = """
    lift affine scalar_add scalar_mul scalar_negate scalar_reduce base base_plus point twice
    plus plus_affine flip comb_entry
"""
ENTRIES = _ENTRIES.split()
_INTERFACE_SLOTS = """
    one x y z x2 y2 z2 qx qy qz u sa sb sr k flag want px py i_in i_out
"""
INTERFACE_SLOTS = _INTERFACE_SLOTS.split()


def _digit(row: str, bits: list[int]) -> str:
    """Gathers table index and sign from `row`; the highest bit comes first and is the sign."""
    lines = [f"bit sign < {row} @ {bits[0]}"]
    lines += [f"bit idx < {row} @ {bit}" for bit in bits]
    return "\n".join(lines) + "\n"


SIGNED = "y2 = zero - yl\ny2 = yl if sign\n"
INFINITE = "x = zero\ny = one\nz = zero\n"


def _base() -> str:
    """k·G: k big-endian, then (x y z)."""
    text = "base_core:\nk = reverse k\nsa = k\nsb = half\ncall mul_n\nsa = sr\nsb = comb_bias\n"
    text += "call add_n\n" + INFINITE + "counter 12\nbase_loop:\ncall double\n"
    for block in range(COMB_BLOCKS):
        first = block * COMB_TEETH * COMB_SPACING
        bits = [first + tooth * COMB_SPACING for tooth in (4, 3, 2, 1, 0)]
        text += _digit("sr", bits) + f"look x2 2 16 idx {32 * block}\n"
        text += SIGNED + "call add_affine\n"
    text += "loop 1 base_loop\nret\nbase:\ntbase 0\ncall base_core\nend\n"
    return text + (
        "base_plus:  # k·G + (qx qy qz)\ntbase 0\ncall base_core\n"
        "x2 = qx\ny2 = qy\nz2 = qz\ncall add\nend\n"
    )


def _window(row: str, table_read: str, by_lambda: bool) -> str:
    text = _digit(row, [3, 2, 1, 0]) + f"{table_read} x2 3 8 idx 0\n"
    return text + ("x2 = x2 * beta\n" if by_lambda else "") + SIGNED + "call add\n"


def _multiples() -> str:
    """P, 3P, .. 15P of (px, py) into 24 table slots at the table base."""
    text = "multiples:\nx = px\ny = py\nz = one\ncall double\nx2 = x\ny2 = y\nz2 = z\n"
    text += "x = px\ny = py\nz = one\nput x 3 0\n"
    for entry in range(1, 8):
        text += f"call add\nput x 3 {3 * entry}\n"
    return text + "ret\n"


def _single() -> str:
    """k·P in constant time: k big-endian, px py, then (x y z)."""
    text = f"point:\ntbase {COMB_SLOTS}\ncall multiples\nk = reverse k\ncall recode\n"
    text += INFINITE + "counter 128\npoint_loop:\n" + "call double\n" * 4
    text += _window("sa", "look", False) + _window("sb", "look", True)
    return text + "loop 4 point_loop\nend\n"


def _several(count: int) -> str:
    """Σ k_i·P_i after `prepare` of each of `count` keys; public data."""
    text = f"multi_{count}:\n" + INFINITE + f"counter 128\nmulti_{count}_loop:\n"
    text += "call double\n" * 4
    for i in range(count):
        text += f"tbase {COMB_SLOTS + 24 * i}\ncall pick_{i}\n"
    return text + f"loop 4 multi_{count}_loop\nend\n"


def _prepare(i: int) -> str:
    """Table and digits of key i: k big-endian, px, py."""
    text = f"prepare_{i}:\ntbase {COMB_SLOTS + 24 * i}\ncall multiples\nk = reverse k\n"
    return text + f"call recode\na{i} = sa\nb{i} = sb\nend\n"


def _pick(i: int) -> str:
    text = f"pick_{i}:\n" + _window(f"a{i}", "pick", False)
    return text + _window(f"b{i}", "pick", True) + "ret\n"


def build() -> Program:
    program = Program(SLOTS)
    for text in (DOUBLE, ADD, POWERS, SCALARS, TOOLS, _base(), _multiples(), _single()):
        program.source(text)
    for i in range(KEYS):
        program.source(_pick(i))
        program.source(_prepare(i))
    for count in range(1, KEYS + 1):
        program.source(_several(count))
    return program
