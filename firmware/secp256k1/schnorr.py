"""BIP-340 over any engine."""

import hashlib

from secp256k1.encoding import FIELD, ORDER, CurveError


def _tagged(tag: bytes, *parts: bytes) -> bytes:
    prefix = hashlib.sha256(tag).digest()
    hasher = hashlib.sha256(prefix + prefix)
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def _challenge(engine, r: bytes, x32: bytes, msg: bytes) -> bytes:
    return engine.scalar_reduce(_tagged(b"BIP0340/challenge", r, x32, msg))


def sign(engine, secret: bytes, msg: bytes, aux32: bytes) -> bytes:
    """64-byte signature of a valid secret key.

    The nonce mixes the key, the message and `aux32`: randomness that repeats or is chosen by an
    attacker still never gives two messages one nonce. The signature is verified before it leaves,
    because a faulty one (voltage glitch, bad memory) can give the key away.
    """
    point = engine.base_mul(secret)
    if point[0] == 3:
        secret = engine.scalar_negate(secret)
    mask = _tagged(b"BIP0340/aux", aux32)
    masked = bytes([a ^ b for a, b in zip(secret, mask)])
    nonce = engine.scalar_reduce(_tagged(b"BIP0340/nonce", masked, point[1:], msg))
    if nonce == bytes(32):
        raise CurveError("nonce is zero")
    nonce_point = engine.base_mul(nonce)
    if nonce_point[0] == 3:
        nonce = engine.scalar_negate(nonce)
    challenge = _challenge(engine, nonce_point[1:], point[1:], msg)
    signature = nonce_point[1:] + engine.scalar_add(nonce, engine.scalar_mul(challenge, secret))
    if not verify(engine, point[1:], msg, signature):
        raise CurveError("own signature does not verify")
    return signature


def verify(engine, x32: bytes, msg: bytes, sig64: bytes) -> bool:
    """True when s·G - e·P is the point with x = r and an even y."""
    r, s = bytes(sig64[:32]), bytes(sig64[32:])
    x32 = bytes(x32)
    if r >= FIELD or s >= ORDER or x32 >= FIELD:
        return False
    minus_e = engine.scalar_negate(_challenge(engine, r, x32, msg))
    try:
        return engine.multi_mul([b"\x02" + x32], [minus_e], s) == b"\x02" + r
    except CurveError:
        return False
