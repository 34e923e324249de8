"""Σ k·P over plain integers: signed comb for G, GLV and wNAF interleaving for other points."""

from secp256k1.plain_points import (
    BETA,
    GX,
    GY,
    INFINITY,
    N,
    P,
    add,
    add_affine,
    batch_affine,
    double,
)

# The comb reads 260 signs of a scalar: 4 blocks of 5 teeth, 13 positions apart.
_BLOCKS, _TEETH, _SPACING = 4, 5, 13
_ALL_SIGNS = (1 << (_BLOCKS * _TEETH * _SPACING)) - 1
_HALF = (N + 1) >> 1
# Short lattice vectors of the endomorphism: A1 + B1·λ = A2 + A1·λ = 0 (mod n).
_A1 = 0x3086D221A7D46BCDE86C90E49284EB15
_MINUS_B1 = 0xE4437ED6010E88286F547FA90ABFE4C3
_A2 = 0x114CA50F7A8E2F3F657C1108D9D44CFD8
_WINDOW = 5
_CHUNK = 16
_comb: "list[tuple[int, int]]" = []


def _teeth() -> "list[tuple[int, int]]":
    """2^(13·i)·G for i = 0 .. 19."""
    point = (GX, GY, 1)
    teeth = []
    for _ in range(_BLOCKS * _TEETH):
        teeth.append(point)
        for _ in range(_SPACING):
            point = double(point)
    return batch_affine(teeth)


def comb_table() -> "list[tuple[int, int]]":
    """64 points, 16 a block: top tooth plus or minus each lower one (bit set: plus)."""
    if _comb:
        return _comb
    teeth = _teeth()
    entries = []
    for block in range(_BLOCKS):
        base = teeth[block * _TEETH : block * _TEETH + _TEETH]
        for signs in range(16):
            point = (base[4][0], base[4][1], 1)
            for i in range(4):
                x, y = base[i]
                point = add_affine(point, x, y if signs >> i & 1 else P - y)
            entries.append(point)
    _comb.extend(batch_affine(entries))
    return _comb


def base_mul(k: int) -> "tuple[int, int, int]":
    """k·G. The scalar is rewritten as 260 signs, so every digit adds a point."""
    table = comb_table()
    signs = (k + _ALL_SIGNS) * _HALF % N
    total = INFINITY
    for position in range(_SPACING - 1, -1, -1):
        total = double(total)
        for block in range(_BLOCKS):
            bits = signs >> (block * _TEETH * _SPACING + position)
            digit = (
                (bits & 1)
                | (bits >> 12 & 2)
                | (bits >> 24 & 4)
                | (bits >> 36 & 8)
                | (bits >> 48 & 16)
            )
            if digit & 16:
                x, y = table[block * 16 + (digit & 15)]
            else:
                x, y = table[block * 16 + (15 - digit)]
                y = P - y
            total = add_affine(total, x, y)
    return total


def split(k: int) -> "tuple[int, int]":
    """(k1, k2) of about 128 bits and either sign with k = k1 + k2·λ (mod n)."""
    c1 = (_A1 * k + (N >> 1)) // N
    c2 = (_MINUS_B1 * k + (N >> 1)) // N
    return k - c1 * _A1 - c2 * _A2, c1 * _MINUS_B1 - c2 * _A1


def _wnaf(k: int) -> "list[tuple[int, int]]":
    """Non-zero digits (position, odd digit in -15 .. 15) of k >= 0."""
    digits = []
    position = 0
    while k:
        while not k & 0xFF:
            k >>= 8
            position += 8
        while not k & 1:
            k >>= 1
            position += 1
        digit = k & 31
        if digit > 15:
            digit -= 32
        digits.append((position, digit))
        k -= digit
    return digits


def _odd_multiples(points: "list[tuple[int, int]]") -> "list[tuple[int, int]]":
    """P, 3P, .. 15P of each point, affine."""
    entries = []
    for x, y in points:
        point = (x, y, 1)
        twice = double(point)
        entries.append(point)
        for _ in range((1 << (_WINDOW - 2)) - 1):
            point = add(twice, point)
            entries.append(point)
    return batch_affine(entries)


def _schedule(
    rows: "list[list[tuple[int, int]]]",
    scalar: int,
    table: "list[tuple[int, int]]",
    first: int,
    by_lambda: bool,
) -> None:
    """Puts the additions that `scalar` asks for into the row of their doubling."""
    negative = scalar < 0
    for position, digit in _wnaf(-scalar if negative else scalar):
        flip = negative
        if digit < 0:
            digit = -digit
            flip = not flip
        x, y = table[first + (digit >> 1)]
        if by_lambda:
            x = x * BETA % P
        rows[position].append((x, P - y if flip else y))


def multi_mul(points: "list[tuple[int, int]]", scalars: "list[int]") -> "tuple[int, int, int]":
    """Σ k_i·P_i of finite affine points, in chunks that bound memory. Variable time."""
    total = INFINITY
    for start in range(0, len(points), _CHUNK):
        total = add(
            total, _strauss(points[start : start + _CHUNK], scalars[start : start + _CHUNK])
        )
    return total


def _strauss(points: "list[tuple[int, int]]", scalars: "list[int]") -> "tuple[int, int, int]":
    table = _odd_multiples(points)
    rows: "list[list[tuple[int, int]]]" = [[] for _ in range(131)]
    for i in range(len(points)):
        first = i << (_WINDOW - 2)
        k1, k2 = split(scalars[i])
        _schedule(rows, k1, table, first, False)
        _schedule(rows, k2, table, first, True)
    total = INFINITY
    while rows:
        total = double(total)
        for x, y in rows.pop():
            total = add_affine(total, x, y)
    return total
