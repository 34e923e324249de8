"""Keys of a software signer: derived from one seed, held in this process's memory."""

from __future__ import annotations

import os

import secp256k1
from arkcore.hashes import tagged_hash

from stanchion.chain.wallet import KeyPathKey


class SoftwareKeys:
    """`seed` is 32 bytes. Ark owner keys are used as they are, on-chain keys by BIP-86."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    def _secret(self, purpose: bytes, index: int) -> bytes:
        digest = tagged_hash("stanchion/software", self._seed, purpose, index.to_bytes(4, "big"))
        return secp256k1.scalar_reduce(digest)

    def owner_secret(self, index: int) -> bytes:
        return self._secret(b"ark", index)

    def owner_xonly(self, index: int) -> bytes:
        return secp256k1.pubkey_create(self.owner_secret(index))[1:]

    def cosigner_secret(self, session: int) -> bytes:
        """A fresh key for one batch: fresh randomness is mixed in, so that none ever returns."""
        return self._secret(b"cosigner" + os.urandom(32), session)

    def onchain(self, index: int) -> KeyPathKey:
        return KeyPathKey(self._secret(b"onchain", index))
