"""RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996): neither interpreter is sure to have it."""

import struct

_MASK = 0xFFFFFFFF
_RHO = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_LEFT_ADD = (0x00000000, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_ADD = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0x00000000)
_LEFT_SHIFT = bytes.fromhex(
    "0b0e0f0c050807090b0d0e0f060709080706080d0b09070f070c0f090b070d0c"
    "0b0d06070e090d0f0e080d06050c07050b0c0e0f0e0f0908090e05060806050c"
    "090f050b06080d0c050c0d0e0b080506"
)
_RIGHT_SHIFT = bytes.fromhex(
    "0809090b0d0f0f050707080b0e0e0c06090d0f070c08090b07070c07060f0d0b"
    "09070f0b0806060e0c0d050e0d0d07050f05080b0e0e060e06090c090c050f08"
    "08050c090c050e06080d06050f0d0b0b"
)


def _word_order(first: "list[int]") -> bytes:
    """Message word of each of the 80 steps: the permutation rho applied once more a round."""
    order = first
    last = first
    for _ in range(4):
        last = [_RHO[index] for index in last]
        order = order + last
    return bytes(order)


_LEFT_WORD = _word_order(list(range(16)))
_RIGHT_WORD = _word_order([(9 * index + 5) % 16 for index in range(16)])


def _mix(kind: int, x: int, y: int, z: int) -> int:
    if kind == 0:
        return x ^ y ^ z
    if kind == 1:
        return (x & y) | (~x & z)
    if kind == 2:
        return (x | (~y & _MASK)) ^ z
    if kind == 3:
        return (x & z) | (y & ~z)
    return x ^ (y | (~z & _MASK))


def _line(
    state: "tuple[int, ...]", words: "tuple[int, ...]", right: bool
) -> "tuple[int, int, int, int, int]":
    a, b, c, d, e = state
    order = _RIGHT_WORD if right else _LEFT_WORD
    shifts = _RIGHT_SHIFT if right else _LEFT_SHIFT
    constants = _RIGHT_ADD if right else _LEFT_ADD
    for step in range(80):
        kind = step >> 4
        total = a + _mix(4 - kind if right else kind, b, c, d) + words[order[step]]
        total = (total + constants[kind]) & _MASK
        shift = shifts[step]
        total = (((total << shift) | (total >> (32 - shift))) + e) & _MASK
        a, e, d, c, b = e, d, ((c << 10) | (c >> 22)) & _MASK, b, total
    return a, b, c, d, e


def ripemd160(data: bytes) -> bytes:
    """The 20-byte digest of `data`."""
    padding = b"\x80" + bytes((55 - len(data)) % 64)
    message = data + padding + (8 * len(data)).to_bytes(8, "little")
    state = _START
    for offset in range(0, len(message), 64):
        words = struct.unpack("<16I", message[offset : offset + 64])
        left = _line(state, words, False)
        right = _line(state, words, True)
        state = (
            (state[1] + left[2] + right[3]) & _MASK,
            (state[2] + left[3] + right[4]) & _MASK,
            (state[3] + left[4] + right[0]) & _MASK,
            (state[4] + left[0] + right[1]) & _MASK,
            (state[0] + left[1] + right[2]) & _MASK,
        )
    return struct.pack("<5I", *state)
