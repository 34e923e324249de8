"""secp256k1 points over plain Python integers: the fallback where no machine code runs.

Affine points are (x, y), Jacobian points (x, y, z) with z = 0 for infinity. Variable time: the
integers of the interpreter leak their sizes, so a board that signs should run the machine kernels.
"""

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BETA = 0x7AE96A2B657C07106E64479EAC3434E99CF0497512F58995C1396C28719501EE
GX = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798
GY = 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8
INFINITY = (0, 1, 0)


def inverse(value: int, modulus: int) -> int:
    """Inverse by extended Euclid; `pow(a, -1, n)` answers 0 on MicroPython."""
    t, next_t, r, next_r = 0, 1, modulus, value % modulus
    while next_r:
        quotient = r // next_r
        t, next_t = next_t, t - quotient * next_t
        r, next_r = next_r, r - quotient * next_r
    return t % modulus


def double(point: "tuple[int, int, int]") -> "tuple[int, int, int]":
    x, y, z = point
    if not z:
        return point
    yy = y * y % P
    d = x * yy << 2
    e = 3 * (x * x % P)
    x3 = (e * e - (d << 1)) % P
    return x3, (e * (d - x3) - (yy * yy << 3)) % P, (y * z << 1) % P


def add_affine(point: "tuple[int, int, int]", x2: int, y2: int) -> "tuple[int, int, int]":
    """Jacobian plus affine, all exceptional cases included."""
    x1, y1, z1 = point
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % P
    h = (x2 * zz - x1) % P
    r = (y2 * z1 % P * zz - y1) % P
    if not h:
        return INFINITY if r else double(point)
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh
    x3 = (r * r - hhh - (v << 1)) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def add(point: "tuple[int, int, int]", other: "tuple[int, int, int]") -> "tuple[int, int, int]":
    x1, y1, z1 = point
    x2, y2, z2 = other
    if not z2:
        return point
    if not z1:
        return other
    a = z1 * z1 % P
    b = z2 * z2 % P
    u1 = x1 * b % P
    s1 = y1 * z2 % P * b % P
    h = (x2 * a - u1) % P
    r = (y2 * z1 % P * a - s1) % P
    if not h:
        return INFINITY if r else double(point)
    hh = h * h % P
    hhh = h * hh % P
    v = u1 * hh
    x3 = (r * r - hhh - (v << 1)) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 % P * h % P


def batch_affine(points: "list[tuple[int, int, int]]") -> "list[tuple[int, int]]":
    """Affine forms of finite points at the price of one inversion (Montgomery's trick)."""
    product = 1
    before = []
    for point in points:
        before.append(product)
        product = product * point[2] % P
    inverted = inverse(product, P)
    result = []
    for i in range(len(points) - 1, -1, -1):
        x, y, z = points[i]
        z_inverse = inverted * before[i] % P
        inverted = inverted * z % P
        square = z_inverse * z_inverse % P
        result.append((x * square % P, y * square % P * z_inverse % P))
    result.reverse()
    return result


def lift(x: int) -> "tuple[int, int] | None":
    """The point with this x and an even y, or None where the curve has no such x."""
    c = (x * x % P * x + 7) % P
    y = pow(c, (P + 1) // 4, P)
    if y * y % P != c:
        return None
    return (x, P - y) if y & 1 else (x, y)
