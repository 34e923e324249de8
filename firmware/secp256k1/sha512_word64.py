"""The SHA-512 block function for 64-bit MicroPython ports (the emulator), in viper.

Same contract as `sha512_plain`. Words are 64-bit machine registers here, so no integer objects are
made. Imported only where the interpreter says that it runs x64 native code.
"""

import micropython


@micropython.viper
def _add(state: ptr32, index: int, value: uint):  # noqa: F821
    total = (uint(state[index]) | uint(state[index + 1]) << 32) + value  # noqa: F821
    state[index] = total
    state[index + 1] = total >> 32


@micropython.viper
def xor_into(target: ptr32, source: ptr32):  # noqa: F821
    for i in range(16):
        target[i] = target[i] ^ source[i]


@micropython.viper
def compress(state: ptr32, block: ptr32, constants: ptr32):  # noqa: F821
    for t in range(32, 160, 2):
        x = uint(block[t - 30]) | uint(block[t - 29]) << 32  # noqa: F821
        y = uint(block[t - 4]) | uint(block[t - 3]) << 32  # noqa: F821
        w = uint(block[t - 32]) | uint(block[t - 31]) << 32  # noqa: F821
        w += uint(block[t - 14]) | uint(block[t - 13]) << 32  # noqa: F821
        w += (x >> 1 | x << 63) ^ (x >> 8 | x << 56) ^ x >> 7
        w += (y >> 19 | y << 45) ^ (y >> 61 | y << 3) ^ y >> 6
        block[t] = w
        block[t + 1] = w >> 32
    a = uint(state[0]) | uint(state[1]) << 32  # noqa: F821
    b = uint(state[2]) | uint(state[3]) << 32  # noqa: F821
    c = uint(state[4]) | uint(state[5]) << 32  # noqa: F821
    d = uint(state[6]) | uint(state[7]) << 32  # noqa: F821
    e = uint(state[8]) | uint(state[9]) << 32  # noqa: F821
    f = uint(state[10]) | uint(state[11]) << 32  # noqa: F821
    g = uint(state[12]) | uint(state[13]) << 32  # noqa: F821
    h = uint(state[14]) | uint(state[15]) << 32  # noqa: F821
    for t in range(0, 160, 2):
        h += uint(block[t]) | uint(block[t + 1]) << 32  # noqa: F821
        h += uint(constants[t]) | uint(constants[t + 1]) << 32  # noqa: F821
        h += (e >> 14 | e << 50) ^ (e >> 18 | e << 46) ^ (e >> 41 | e << 23)
        h += g ^ (e & (f ^ g))
        d += h
        h += (a >> 28 | a << 36) ^ (a >> 34 | a << 30) ^ (a >> 39 | a << 25)
        h += (a & b) | (c & (a | b))
        w = h
        h = g
        g = f
        f = e
        e = d
        d = c
        c = b
        b = a
        a = w
    _add(state, 0, a)
    _add(state, 2, b)
    _add(state, 4, c)
    _add(state, 6, d)
    _add(state, 8, e)
    _add(state, 10, f)
    _add(state, 12, g)
    _add(state, 14, h)
