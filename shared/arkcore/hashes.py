"""Hashes of Bitcoin: tagged (BIP-340), double SHA-256, HASH160."""

import hashlib

from arkcore.ripemd160 import ripemd160


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha256d(data: bytes) -> bytes:
    """Double SHA-256 (32 bytes), the hash of txids."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256 (20 bytes)."""
    return ripemd160(sha256(data))


def tagged_hasher(tag: str):  # type: ignore[no-untyped-def]
    """A SHA-256 object that has eaten the tag prefix of BIP-340; `update` it, then `digest`."""
    prefix = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(prefix + prefix)


def tagged_hash(tag: str, *parts: bytes) -> bytes:
    """SHA-256(SHA-256(tag) || SHA-256(tag) || parts), BIP-340 "tagged hash" (32 bytes)."""
    hasher = tagged_hasher(tag)
    for part in parts:
        hasher.update(part)
    digest: bytes = hasher.digest()
    return digest
