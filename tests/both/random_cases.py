"""Pseudo-random curve operations, reduced to one digest that two implementations must share."""

import hashlib

import secp256k1


def _scalar(*parts: int) -> bytes:
    seed = b"".join([part.to_bytes(4, "big") for part in parts])
    return secp256k1.scalar_reduce(hashlib.sha256(seed).digest())


def case(number: int) -> bytes:
    """Result of one operation; the number chooses kind and operands."""
    a, b = _scalar(number, 1), _scalar(number, 2)
    kind = number % 8
    if kind == 0:
        return secp256k1.pubkey_create(a)
    if kind == 1:
        return secp256k1.scalar_mul(a, secp256k1.scalar_add(b, secp256k1.scalar_negate(a)))
    if kind == 2:
        x = hashlib.sha256(a).digest()
        try:
            return secp256k1.lift_x(x)
        except secp256k1.CurveError:
            return b"not on the curve"
    p = secp256k1.pubkey_create(b)
    if kind == 3:
        return secp256k1.point_mul(p, a)
    if kind == 4:
        q = secp256k1.tweak_add(p, a)
        return secp256k1.points_sum([p, q, secp256k1.point_negate(q), q])
    if kind == 5:
        points = [secp256k1.tweak_add(p, _scalar(number, i)) for i in range(3, 5 + number % 5)]
        return secp256k1.multi_mul(points, [_scalar(number, 9, i) for i in range(len(points))])
    if kind == 6:
        return secp256k1.sign_schnorr(a, b[: number % 33], b)
    signature = bytearray(secp256k1.sign_schnorr(b, a, a))
    signature[number % 64] ^= number >> 3 & 1
    return bytes((secp256k1.verify_schnorr(p[1:], a, bytes(signature)),))


def digest(start: int, stop: int) -> str:
    hasher = hashlib.sha256()
    for number in range(start, stop):
        hasher.update(case(number))
    return hasher.digest().hex()
