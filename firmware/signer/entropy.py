"""Randomness for keys: several sources hashed together, none of them trusted alone."""

import hashlib

from signer.errors import Refused

_DRAW_BYTES = 64
_JITTER_SAMPLES = 32


def draw(board) -> bytes:
    """64 bytes of the board's generator, with the crudest failures noticed.

    Raises Refused `entropy-failed`: a generator that repeats itself must not make a seed.
    """
    first = board.random_bytes(_DRAW_BYTES)
    second = board.random_bytes(_DRAW_BYTES)
    if first == second or len(set(second)) < 16 or len(first) != _DRAW_BYTES:
        raise Refused("entropy-failed")
    return first + second


def jitter(board) -> bytes:
    """How often the processor turned between ticks of the clock (64 bytes)."""
    counts = b""
    for _ in range(_JITTER_SAMPLES):
        start = board.ticks_ms()
        turns = 0
        while board.ticks_ms() == start and turns < 0xFFFF:
            turns += 1
        counts += turns.to_bytes(2, "little")
    return counts


def seed_entropy(board, host_entropy: bytes, size: int) -> bytes:
    """`size` (at most 32) bytes for a mnemonic.

    Board, clock and host go through one SHA-256: as long as one of them cannot be foreseen, the
    result cannot; a host that chooses its bytes badly, or on purpose, gains nothing.
    """
    hasher = hashlib.sha256(b"stanchion seed entropy")
    for source in (draw(board), host_entropy, jitter(board), draw(board)):
        hasher.update(len(source).to_bytes(4, "little") + source)
    return hasher.digest()[:size]
