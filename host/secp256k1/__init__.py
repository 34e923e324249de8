"""secp256k1 for CPython: the functions of `firmware/secp256k1` over libsecp256k1.

Bytes in, bytes out. Points are 33-byte compressed encodings, infinity is 33 zero bytes, scalars are
32 bytes big-endian. Every function raises CurveError on a wrong length, a point that is not on the
curve or a scalar outside its range; `verify_schnorr` alone answers False instead.
"""

import os
from typing import Any

from coincurve._libsecp256k1 import ffi as _ffi_untyped
from coincurve._libsecp256k1 import lib as _lib_untyped

_ffi: Any = _ffi_untyped
_lib: Any = _lib_untyped

INFINITY = bytes(33)
GENERATOR = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
ORDER = bytes.fromhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
BACKEND = "libsecp256k1"

_N = int.from_bytes(ORDER, "big")
_EC_COMPRESSED = 258
_CONTEXT: Any = _lib.secp256k1_context_create(1)
# Blinds the generator table, so that side channels of a secret multiplication tell less.
_lib.secp256k1_context_randomize(_CONTEXT, os.urandom(32))


class CurveError(Exception):
    """A length, point or scalar that the curve does not allow."""


def _sized(data: bytes, size: int, what: str) -> bytes:
    if len(data) != size:
        raise CurveError(f"{what} must have {size} bytes")
    return bytes(data)


def _scalar(data: bytes) -> int:
    value = int.from_bytes(_sized(data, 32, "scalar"), "big")
    if value >= _N:
        raise CurveError("scalar out of range")
    return value


def _seckey(data: bytes) -> bytes:
    if _scalar(data) == 0:
        raise CurveError("secret key is zero")
    return bytes(data)


def _parse(point: bytes) -> Any:
    """libsecp256k1's own form of a finite point."""
    raw = _sized(point, 33, "point")
    parsed = _ffi.new("secp256k1_pubkey *")
    if not _lib.secp256k1_ec_pubkey_parse(_CONTEXT, parsed, raw, 33):
        raise CurveError("not a curve point")
    return parsed


def _serialize(parsed: Any) -> bytes:
    out = _ffi.new("unsigned char[33]")
    size = _ffi.new("size_t *", 33)
    _lib.secp256k1_ec_pubkey_serialize(_CONTEXT, out, size, parsed, _EC_COMPRESSED)
    return bytes(_ffi.buffer(out, 33))


def pubkey_create(seckey: bytes) -> bytes:
    """Public point (33 bytes) of a secret key (32 bytes, 0 < k < n)."""
    parsed = _ffi.new("secp256k1_pubkey *")
    _lib.secp256k1_ec_pubkey_create(_CONTEXT, parsed, _seckey(seckey))
    return _serialize(parsed)


def lift_x(x32: bytes) -> bytes:
    """The point with this x and an even y (33 bytes), BIP-340 `lift_x`."""
    point = b"\x02" + _sized(x32, 32, "x-only key")
    parse_point(point)
    return point


def parse_point(pub33: bytes) -> None:
    """Raises CurveError unless `pub33` is a finite curve point in compressed form."""
    _parse(pub33)


def points_sum(points: "list[bytes]") -> bytes:
    """Sum of any number of points; infinity is allowed among them and as the result."""
    finite = [_parse(point) for point in points if point != INFINITY]
    if not finite:
        return INFINITY
    out = _ffi.new("secp256k1_pubkey *")
    if not _lib.secp256k1_ec_pubkey_combine(_CONTEXT, out, finite, len(finite)):
        return INFINITY
    return _serialize(out)


def point_add(p: bytes, q: bytes) -> bytes:
    return points_sum([p, q])


def point_negate(p: bytes) -> bytes:
    if p == INFINITY:
        return INFINITY
    parsed = _parse(p)
    _lib.secp256k1_ec_pubkey_negate(_CONTEXT, parsed)
    return _serialize(parsed)


def point_mul(p: bytes, k: bytes) -> bytes:
    """k·P; k is any scalar below n, P may be infinity."""
    zero = _scalar(k) == 0
    if p == INFINITY:
        return INFINITY
    parsed = _parse(p)
    if zero:
        return INFINITY
    _lib.secp256k1_ec_pubkey_tweak_mul(_CONTEXT, parsed, bytes(k))
    return _serialize(parsed)


def multi_mul(points: "list[bytes]", scalars: "list[bytes]") -> bytes:
    """Σ k_i·P_i over public data."""
    if len(points) != len(scalars):
        raise CurveError("as many scalars as points")
    return points_sum([point_mul(p, k) for p, k in zip(points, scalars, strict=True)])


def tweak_add(p: bytes, t: bytes) -> bytes:
    """P + t·G for t < n. Raises CurveError when the sum is infinity, which no key may be."""
    _scalar(t)
    parsed = _parse(p)
    if not _lib.secp256k1_ec_pubkey_tweak_add(_CONTEXT, parsed, bytes(t)):
        raise CurveError("tweaked point is infinity")
    return _serialize(parsed)


def scalar_add(a: bytes, b: bytes) -> bytes:
    return ((_scalar(a) + _scalar(b)) % _N).to_bytes(32, "big")


def scalar_mul(a: bytes, b: bytes) -> bytes:
    return (_scalar(a) * _scalar(b) % _N).to_bytes(32, "big")


def scalar_negate(a: bytes) -> bytes:
    return (-_scalar(a) % _N).to_bytes(32, "big")


def scalar_reduce(b32: bytes) -> bytes:
    """Any 32 bytes, taken modulo n."""
    return (int.from_bytes(_sized(b32, 32, "scalar"), "big") % _N).to_bytes(32, "big")


def scalar_is_valid(k: bytes) -> bool:
    """Whether k is a secret key: 32 bytes, 0 < k < n."""
    return len(k) == 32 and 0 < int.from_bytes(k, "big") < _N


def sign_schnorr(seckey: bytes, msg: bytes, aux32: bytes) -> bytes:
    """BIP-340 signature (64 bytes) over a message of any length; verified before it is returned."""
    pair = _ffi.new("secp256k1_keypair *")
    _lib.secp256k1_keypair_create(_CONTEXT, pair, _seckey(seckey))
    aux = _ffi.new("unsigned char[32]", _sized(aux32, 32, "auxiliary randomness"))
    # The magic bytes are libsecp256k1's own SECP256K1_SCHNORRSIG_EXTRAPARAMS_MAGIC.
    params = _ffi.new("secp256k1_schnorrsig_extraparams *")
    params.magic = b"\xda\x6f\xb3\x8c"
    params.noncefp = _ffi.NULL
    params.ndata = aux
    out = _ffi.new("unsigned char[64]")
    made = _lib.secp256k1_schnorrsig_sign_custom(_CONTEXT, out, bytes(msg), len(msg), pair, params)
    signature = bytes(_ffi.buffer(out, 64))
    if not made or not verify_schnorr(pubkey_create(seckey)[1:], msg, signature):
        raise CurveError("own signature does not verify")
    return signature


def verify_schnorr(x32: bytes, msg: bytes, sig64: bytes) -> bool:
    """BIP-340 verification; False for anything malformed."""
    if len(x32) != 32 or len(sig64) != 64:
        return False
    key = _ffi.new("secp256k1_xonly_pubkey *")
    if not _lib.secp256k1_xonly_pubkey_parse(_CONTEXT, key, bytes(x32)):
        return False
    return bool(_lib.secp256k1_schnorrsig_verify(_CONTEXT, bytes(sig64), bytes(msg), len(msg), key))
