"""Private key derivation of BIP-32."""

import secp256k1
from arkcore.hashes import hash160
from secp256k1.sha512 import hmac_sha512

from signer.errors import Refused

HARDENED = 0x80000000


class Node:
    """An extended private key: `secret` and `chain` are 32 bytes each."""

    __slots__ = ("secret", "chain", "_pubkey")

    def __init__(self, secret: bytes, chain: bytes) -> None:
        self.secret = secret
        self.chain = chain
        self._pubkey = b""

    @property
    def pubkey(self) -> bytes:
        """Compressed public key (33 bytes), computed once."""
        if not self._pubkey:
            self._pubkey = secp256k1.pubkey_create(self.secret)
        return self._pubkey

    def fingerprint(self) -> bytes:
        """First four bytes of the key's HASH160."""
        return hash160(self.pubkey)[:4]

    def child(self, index: int) -> "Node":
        """CKDpriv; `index` >= HARDENED derives hardened. Raises Refused `key-derivation`."""
        if index < 0 or index > 0xFFFFFFFF:
            raise Refused("path-range")
        head = b"\x00" + self.secret if index >= HARDENED else self.pubkey
        digest = hmac_sha512(self.chain, head + index.to_bytes(4, "big"))
        return Node(_add(self.secret, digest[:32]), digest[32:])

    def derive(self, path: "tuple[int, ...]") -> "Node":
        node = self
        for index in path:
            node = node.child(index)
        return node


def _add(secret: bytes, tweak: bytes) -> bytes:
    try:
        result = secp256k1.scalar_add(secret, tweak)
    except secp256k1.CurveError:
        raise Refused("key-derivation")
    if not secp256k1.scalar_is_valid(result):
        raise Refused("key-derivation")
    return result


def from_seed(seed: bytes) -> Node:
    """Master key of a seed (16 to 64 bytes). Raises Refused `key-derivation` (once in 2^127)."""
    digest = hmac_sha512(b"Bitcoin seed", seed)
    if not secp256k1.scalar_is_valid(digest[:32]):
        raise Refused("key-derivation")
    return Node(digest[:32], digest[32:])
