"""What is measured, on every interpreter alike: (name, call without arguments)."""

import hashlib

import secp256k1
from arkcore import musig2

BRANCH = (2, 3, 5, 9, 17, 33, 65, 129)


def secret(number: int) -> bytes:
    return secp256k1.scalar_reduce(hashlib.sha256(number.to_bytes(4, "big")).digest())


class Branch:
    """One participant's curve work for a batch of 128: eight nodes, 263 keys aggregated.

    Nonces, key aggregation with the sweep tweak, partial signatures (verified before they leave)
    and verification of the eight final signatures.
    """

    def __init__(self) -> None:
        self.secret = secret(1)
        self.keys = [secp256k1.pubkey_create(secret(1 + i)) for i in range(BRANCH[-1])]
        self.message = bytes(range(32))
        self.signature = secp256k1.sign_schnorr(self.secret, self.message, bytes(32))

    def nonces(self) -> "list[tuple[musig2.SecNonce, bytes]]":
        return [
            musig2.nonce_gen(bytes((i,)) * 32, self.keys[0], self.secret, None, self.message)
            for i in range(len(BRANCH))
        ]

    def aggregate(self, count: int) -> "musig2.KeyAgg":
        agg = musig2.key_agg(musig2.key_sort(self.keys[:count]))
        return musig2.apply_tweak(agg, self.message, True)

    def share(self) -> None:
        nonces = self.nonces()
        for i in range(len(BRANCH)):
            session = musig2.Session(nonces[i][1], self.aggregate(BRANCH[i]), self.message)
            musig2.partial_sign(nonces[i][0], self.secret, session)
        for _ in BRANCH:
            secp256k1.verify_schnorr(self.keys[0][1:], self.message, self.signature)


def operations():  # type: ignore[no-untyped-def]
    branch = Branch()
    key, message = branch.secret, branch.message
    agg = branch.aggregate(2)
    nonce, public = musig2.nonce_gen(bytes(32), branch.keys[0], key)
    session = musig2.Session(public, agg, message)
    psig = musig2.partial_sign(nonce, key, session)

    five = secp256k1.pubkey_create(b"\x05" * 32)
    fives = five + five

    def partial_sign() -> None:
        secnonce = musig2.SecNonce(bytearray(b"\x05" * 64), branch.keys[0], fives)
        musig2.partial_sign(secnonce, key, musig2.Session(public, agg, message))

    rows = [
        ("public key (G x k)", lambda: secp256k1.pubkey_create(key)),
        ("ECDH (P x k)", lambda: secp256k1.point_mul(branch.keys[1], key)),
        ("parse a point", lambda: secp256k1.parse_point(branch.keys[1])),
        ("BIP-340 sign, verified", lambda: secp256k1.sign_schnorr(key, message, bytes(32))),
        (
            "BIP-340 verify",
            lambda: secp256k1.verify_schnorr(branch.keys[0][1:], message, branch.signature),
        ),
        ("MuSig2 nonce", lambda: musig2.nonce_gen(bytes(32), branch.keys[0], key)),
        ("MuSig2 partial sign with session, verified", partial_sign),
        (
            "MuSig2 partial verify",
            lambda: musig2.partial_verify(psig, public, branch.keys[0], session),
        ),
    ]
    for count in (16, 64, 128):
        rows.append(
            (f"key aggregation of {count}", lambda n=count: musig2.key_agg(branch.keys[:n]))
        )
    rows.append(("own share of a branch, 129 cosigners, 8 nodes", branch.share))
    return rows
