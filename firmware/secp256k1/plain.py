"""The engine of last resort: points and scalars as Python integers.

An engine offers, over encodings that `secp256k1.encoding` has checked: `base_mul`, `lift_x`,
`points_sum`, `multi_mul`, and the scalar operations. Infinity is 33 zero bytes.
"""

from secp256k1.encoding import INFINITY, CurveError
from secp256k1.plain_multi import base_mul as _base_mul
from secp256k1.plain_multi import multi_mul as _multi_mul
from secp256k1.plain_points import INFINITY as _JACOBIAN_INFINITY
from secp256k1.plain_points import N, P, add_affine, batch_affine, lift

NAME = "plain"


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _decode(point: bytes) -> "tuple[int, int]":
    lifted = lift(_number(point[1:]))
    if lifted is None:
        raise CurveError("not a curve point")
    x, y = lifted
    return (x, y) if point[0] == 2 else (x, P - y)


def _encode(point: "tuple[int, int, int]") -> bytes:
    if not point[2]:
        return INFINITY
    x, y = batch_affine([point])[0]
    return bytes((2 + (y & 1),)) + x.to_bytes(32, "big")


def check_point(point: bytes) -> None:
    """Raises CurveError unless the encoded x is on the curve."""
    _decode(point)


def base_mul(k: bytes) -> bytes:
    return _encode(_base_mul(_number(k)))


def points_sum(points: "list[bytes]") -> bytes:
    """Sum of finite points."""
    total = _JACOBIAN_INFINITY
    for point in points:
        x, y = _decode(point)
        total = add_affine(total, x, y)
    return _encode(total)


def multi_mul(points: "list[bytes]", scalars: "list[bytes]", base: "bytes | None" = None) -> bytes:
    """base·G + Σ k_i·P_i over finite points; public data, variable time."""
    total = _multi_mul([_decode(point) for point in points], [_number(k) for k in scalars])
    if base is not None and base != bytes(32):
        x, y = batch_affine([_base_mul(_number(base))])[0]
        total = add_affine(total, x, y)
    return _encode(total)


def point_mul(point: bytes, k: bytes) -> bytes:
    """k·P of one finite point, 0 < k < n."""
    return _encode(_multi_mul([_decode(point)], [_number(k)]))


def scalar_add(a: bytes, b: bytes) -> bytes:
    return ((_number(a) + _number(b)) % N).to_bytes(32, "big")


def scalar_mul(a: bytes, b: bytes) -> bytes:
    return (_number(a) * _number(b) % N).to_bytes(32, "big")


def scalar_negate(a: bytes) -> bytes:
    return ((N - _number(a)) % N).to_bytes(32, "big")


def scalar_reduce(b32: bytes) -> bytes:
    return (_number(b32) % N).to_bytes(32, "big")
