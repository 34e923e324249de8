"""secp256k1 for stock MicroPython: points, scalars, BIP-340 and ECDH.

Bytes in, bytes out. Points are 33-byte compressed encodings, infinity is 33 zero bytes, scalars are
32 bytes big-endian. Every function raises CurveError on a wrong length, a point that is not on the
curve or a scalar outside its range; `verify_schnorr` alone answers False instead.
"""

from secp256k1.backend import choose as _choose
from secp256k1.encoding import (
    GENERATOR,
    INFINITY,
    ORDER,
    CurveError,
    encoded_point,
    scalar,
    seckey,
    sized,
)
from secp256k1.schnorr import sign as _sign
from secp256k1.schnorr import verify as _verify

__all__ = ("GENERATOR", "INFINITY", "ORDER", "CurveError")
_engine = _choose()
BACKEND = _engine.NAME


def pubkey_create(secret: bytes) -> bytes:
    """Public point (33 bytes) of a secret key (32 bytes, 0 < k < n)."""
    return _engine.base_mul(seckey(secret))


def parse_point(pub33: bytes) -> None:
    """Raises CurveError unless `pub33` is a finite curve point in compressed form."""
    _engine.check_point(encoded_point(pub33))


def lift_x(x32: bytes) -> bytes:
    """The point with this x and an even y (33 bytes), BIP-340 `lift_x`."""
    point = encoded_point(b"\x02" + sized(x32, 32))
    _engine.check_point(point)
    return point


def points_sum(points: "list[bytes]") -> bytes:
    """Sum of any number of points; infinity is allowed among them and as the result."""
    finite = [encoded_point(point) for point in points if point != INFINITY]
    return _engine.points_sum(finite) if finite else INFINITY


def point_add(p: bytes, q: bytes) -> bytes:
    return points_sum([p, q])


def point_negate(p: bytes) -> bytes:
    if p == INFINITY:
        return INFINITY
    parse_point(p)
    return bytes((p[0] ^ 1,)) + p[1:]


def point_mul(p: bytes, k: bytes) -> bytes:
    """k·P; k is any scalar below n, P may be infinity. Constant time where the engine is."""
    zero = scalar(k) == bytes(32)
    if p == INFINITY:
        return INFINITY
    parse_point(p)
    return INFINITY if zero else _engine.point_mul(bytes(p), bytes(k))


def multi_mul(points: "list[bytes]", scalars: "list[bytes]") -> bytes:
    """Σ k_i·P_i over public data, in variable time."""
    if len(points) != len(scalars):
        raise CurveError("as many scalars as points")
    finite = []
    factors = []
    for i in range(len(points)):
        factor = scalar(scalars[i])
        if points[i] != INFINITY:
            finite.append(encoded_point(points[i]))
            factors.append(factor)
    return _engine.multi_mul(finite, factors) if finite else INFINITY


def tweak_add(p: bytes, t: bytes) -> bytes:
    """P + t·G for t < n. Raises CurveError when the sum is infinity, which no key may be."""
    one = bytes(31) + b"\x01"
    result = _engine.multi_mul([encoded_point(p)], [one], scalar(t))
    if result == INFINITY:
        raise CurveError("tweaked point is infinity")
    return result


def scalar_add(a: bytes, b: bytes) -> bytes:
    return _engine.scalar_add(scalar(a), scalar(b))


def scalar_mul(a: bytes, b: bytes) -> bytes:
    return _engine.scalar_mul(scalar(a), scalar(b))


def scalar_negate(a: bytes) -> bytes:
    return _engine.scalar_negate(scalar(a))


def scalar_reduce(b32: bytes) -> bytes:
    """Any 32 bytes, taken modulo n."""
    return _engine.scalar_reduce(sized(b32, 32))


def scalar_is_valid(k: bytes) -> bool:
    """Whether k is a secret key: 32 bytes, 0 < k < n."""
    return len(k) == 32 and k < ORDER and k != bytes(32)


def sign_schnorr(secret: bytes, msg: bytes, aux32: bytes) -> bytes:
    """BIP-340 signature (64 bytes) over a message of any length; verified before it is returned."""
    return _sign(_engine, seckey(secret), msg, sized(aux32, 32))


def verify_schnorr(x32: bytes, msg: bytes, sig64: bytes) -> bool:
    """BIP-340 verification; False for anything malformed."""
    return len(x32) == 32 and len(sig64) == 64 and _verify(_engine, x32, msg, sig64)
