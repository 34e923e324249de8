"""Authenticated encryption at rest out of SHA-256 alone (docs/adr/0004-journal.md).

The tag is HMAC-SHA-256 of context and plaintext, cut to 16 bytes; it seeds the key stream, as in
SIV. So no nonce has to be unique: a body that is written twice shows only that it is the same.
"""

import hashlib

from arkcore.errors import ArkError
from arkcore.hashes import sha256

TAG_BYTES = 16
_BLOCK = 64


class SealBroken(ArkError):
    """The tag does not belong to the bytes. Tag `seal-broken`."""

    def __init__(self) -> None:
        super().__init__("seal-broken")


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104) with a key of at most 64 bytes, over the parts joined (32 bytes)."""
    if len(key) > _BLOCK:
        raise ValueError("key over one block")
    padded = key + bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes(x ^ 0x36 for x in padded))
    for part in parts:
        inner.update(part)
    return sha256(bytes(x ^ 0x5C for x in padded) + inner.digest())


def equal(left: bytes, right: bytes) -> bool:
    """Compares in time that depends on the length alone."""
    if len(left) != len(right):
        return False
    difference = 0
    for x, y in zip(left, right):
        difference |= x ^ y
    return difference == 0


class Sealer:
    """Seals bodies under one 32-byte key; `purpose` separates keys of different uses."""

    __slots__ = ("_mac_key", "_stream_key")

    def __init__(self, key: bytes, purpose: bytes) -> None:
        self._mac_key = hmac_sha256(key, b"mac/", purpose)
        self._stream_key = hmac_sha256(key, b"stream/", purpose)

    def _mask(self, tag: bytes, data: bytes) -> bytes:
        out = bytearray(data)
        for start in range(0, len(out), 32):
            counter = (start // 32).to_bytes(4, "little")
            block = sha256(self._stream_key + tag + counter)
            for offset in range(min(32, len(out) - start)):
                out[start + offset] ^= block[offset]
        return bytes(out)

    def seal(self, context: bytes, plain: bytes) -> "tuple[bytes, bytes]":
        """(ciphertext of the same length, tag of 16 bytes); `context` is bound, not stored."""
        tag = hmac_sha256(self._mac_key, len(context).to_bytes(4, "little"), context, plain)
        tag = tag[:TAG_BYTES]
        return self._mask(tag, plain), tag

    def open(self, context: bytes, cipher: bytes, tag: bytes) -> bytes:
        """The plaintext. Raises SealBroken: a forger without the key cannot make the tag."""
        plain = self._mask(tag, cipher)
        length = len(context).to_bytes(4, "little")
        expected = hmac_sha256(self._mac_key, length, context, plain)[:TAG_BYTES]
        if not equal(expected, tag):
            raise SealBroken()
        return plain
