"""The SHA-512 block function in portable Python (FIPS 180-4)."""

import struct

_MASK = 0xFFFFFFFFFFFFFFFF


def compress(state, block, constants) -> None:
    """Updates `state` (64 bytes) with the 16 words at the start of `block`.

    All three buffers hold 64-bit words in little-endian order. `block` has 640 bytes and is
    overwritten: it has room for the message schedule that the machine kernels keep there.
    """
    mask = _MASK
    w = list(struct.unpack("<16Q", block[:128]))
    k = struct.unpack("<80Q", constants)
    a, b, c, d, e, f, g, h = start = struct.unpack("<8Q", state)
    for t in range(80):
        if t > 15:
            # A doubled word turns a rotation into one shift.
            x = w[(t - 15) & 15]
            y = w[(t - 2) & 15]
            xx = x | x << 64
            yy = y | y << 64
            word = w[t & 15] + w[(t - 7) & 15]
            word += (xx >> 1 ^ xx >> 8) & mask ^ x >> 7
            word += (yy >> 19 ^ yy >> 61) & mask ^ y >> 6
            w[t & 15] = word = word & mask
        else:
            word = w[t]
        ee = e | e << 64
        t1 = h + ((ee >> 14 ^ ee >> 18 ^ ee >> 41) & mask) + (g ^ (e & (f ^ g))) + k[t] + word
        aa = a | a << 64
        t2 = ((aa >> 28 ^ aa >> 34 ^ aa >> 39) & mask) + ((a & b) | (c & (a | b)))
        h, g, f, e, d, c, b, a = g, f, e, (d + t1) & mask, c, b, a, (t1 + t2) & mask
    end = (a, b, c, d, e, f, g, h)
    state[:] = struct.pack("<8Q", *[(x + y) & mask for x, y in zip(start, end)])


def xor_into(target, source) -> None:
    """target ^= source, 64 bytes each."""
    left = int.from_bytes(target, "little") ^ int.from_bytes(source, "little")
    target[:] = left.to_bytes(64, "little")
