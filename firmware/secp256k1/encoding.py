"""Bytes of points and scalars, checked before anything is computed with them."""

INFINITY = bytes(33)
GENERATOR = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
ORDER = bytes.fromhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
FIELD = bytes.fromhex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")


class CurveError(Exception):
    """A length, point or scalar that the curve does not allow."""


def sized(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise CurveError("%d bytes expected" % size)
    return bytes(data)


def scalar(data: bytes) -> bytes:
    """The same 32 bytes if they are below n."""
    if sized(data, 32) >= ORDER:
        raise CurveError("scalar out of range")
    return bytes(data)


def seckey(data: bytes) -> bytes:
    """The same 32 bytes if 0 < k < n."""
    if scalar(data) == bytes(32):
        raise CurveError("secret key is zero")
    return bytes(data)


def encoded_point(data: bytes) -> bytes:
    """The same 33 bytes if they can be a finite point: prefix 2 or 3, x below p."""
    if sized(data, 33)[0] not in (2, 3) or data[1:] >= FIELD:
        raise CurveError("not a curve point")
    return bytes(data)
