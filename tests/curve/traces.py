"""Prints the digest of every block and memory address that an operation on secrets touches.

`python -m tests.curve.traces thumb2 sign 1` with `firmware` on PYTHONPATH; the last argument
chooses the secrets. Equal digests mean equal instruction and address traces.
"""

import hashlib
import sys

import secp256k1
from arkcore import musig2

from tests.curve.on_cortex import use


def _secret(*parts: int) -> bytes:
    return secp256k1.scalar_reduce(hashlib.sha256(bytes(parts)).digest())


def _even(seed: int) -> bytes:
    """A secret whose public point, and whose nonce points below, have an even y: parities are
    public, and choose whether a negation follows."""
    counter = 0
    while secp256k1.pubkey_create(_secret(seed, counter))[0] == 3:
        counter += 1
    return _secret(seed, counter)


def prepare(name: str, seed: int):  # type: ignore[no-untyped-def]
    """A call without arguments whose secrets depend on `seed` and whose public data do not."""
    secret, point = _even(seed), secp256k1.pubkey_create(_secret(99))
    if name == "key derivation":
        return lambda: (secp256k1.pubkey_create(secret), secp256k1.scalar_add(secret, _secret(9)))
    if name == "ecdh":
        return lambda: secp256k1.point_mul(point, secret)
    if name == "scalars":
        other = _secret(seed, 77)
        return lambda: secp256k1.scalar_mul(secp256k1.scalar_negate(secret), other)
    public = secp256k1.pubkey_create(secret)
    if name == "nonces":
        return lambda: musig2.nonce_gen(bytes([seed]) * 32, public, secret)
    raise ValueError(name)


def signing_secrets(seed: int) -> "tuple[bytes, bytes]":
    """A key and randomness that sign without a negation: both points have an even y."""
    secret = _even(seed)
    for counter in range(256):
        aux = bytes([counter]) * 32
        captured: list[bytes] = []
        engine = secp256k1._engine
        original = engine.base_mul

        def watch(k: bytes, original=original, captured=captured) -> bytes:  # type: ignore[no-untyped-def]
            captured.append(original(k))
            return captured[-1]

        engine.base_mul = watch
        secp256k1.sign_schnorr(secret, b"message", aux)
        engine.base_mul = original
        if [point[0] for point in captured[:2]] == [2, 2]:
            return secret, aux
    raise ValueError("no aux found")


def partial_signature(seed: int):  # type: ignore[no-untyped-def]
    """Signing with its self-check; the final nonce's parity, which is public, is even."""
    secret = _even(seed)
    public = secp256k1.pubkey_create(secret)
    agg = musig2.key_agg([public, secp256k1.GENERATOR])
    for counter in range(256):
        rand = bytes([counter, seed]) * 16
        _, pubnonce = musig2.nonce_gen(rand, public, secret)
        session = musig2.Session(pubnonce, agg, b"m")
        if session.final_nonce[0] == 2 and agg.point[0] == 2:
            nonce = musig2.nonce_gen(rand, public, secret)[0]
            return lambda: musig2.partial_sign(nonce, secret, session)
        if agg.point[0] == 3:
            return partial_signature(seed + 10)
    raise ValueError("no nonce found")


def operation(name: str, seed: int):  # type: ignore[no-untyped-def]
    if name == "sign":
        secret, aux = signing_secrets(seed)
        return lambda: secp256k1.sign_schnorr(secret, b"message", aux)
    if name == "partial sign":
        return partial_signature(seed)
    return prepare(name, seed)


if __name__ == "__main__":
    board = use(sys.argv[1])
    call = operation(sys.argv[2], int(sys.argv[3]))
    board.record_trace()
    if sys.argv[2] in ("sign", "partial sign"):
        # The verification of the finished signature is over public data and reads its tables by
        # public digits; what came before must not show the secret.
        from secp256k1 import machine

        unwatched = machine.multi_mul

        def public(*arguments):  # type: ignore[no-untyped-def]
            kept, board.trace = board.trace, None
            result = unwatched(*arguments)
            board.trace = kept
            return result

        machine.multi_mul = public
    call()
    trace = b"".join([address.to_bytes(4, "little") for address in board.trace or []])
    print(len(board.trace or []), hashlib.sha256(trace).hexdigest())
