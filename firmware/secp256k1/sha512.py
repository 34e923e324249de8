"""SHA-512, HMAC-SHA-512 and PBKDF2 for BIP-32 and BIP-39: MicroPython has none of them.

The block function is the fastest that this interpreter can run; see `compress_name`.
"""

import struct

from secp256k1 import architecture
from secp256k1.sha512_plain import compress as _compress
from secp256k1.sha512_plain import xor_into as _xor_into

compress_name = "plain"
_BLOCK = 128


def _primes(count: int) -> "list[int]":
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _root_fraction(value: int, degree: int) -> int:
    """First 64 bits after the point of the square (2) or cube (3) root of a small integer."""
    low, high = 0, 1 << 70
    scaled = value << 64 * degree
    while high - low > 1:
        middle = (low + high) >> 1
        if middle**degree > scaled:
            high = middle
        else:
            low = middle
    return low & 0xFFFFFFFFFFFFFFFF


_CONSTANTS = struct.pack("<80Q", *[_root_fraction(prime, 3) for prime in _primes(80)])
_INITIAL = struct.pack("<8Q", *[_root_fraction(prime, 2) for prime in _primes(8)])


def _absorb(state: bytearray, block: bytearray, data: bytes) -> None:
    """One 128-byte message block, as it is written, into the state."""
    block[:_BLOCK] = struct.pack("<16Q", *struct.unpack(">16Q", data))
    _compress(state, block, _CONSTANTS)


def _padded(data: bytes, total: int) -> bytes:
    """`data`, the end of a message of `total` bytes, with the padding of FIPS 180-4."""
    return data + b"\x80" + bytes((111 - len(data)) % _BLOCK) + (total << 3).to_bytes(16, "big")


def _finish(state: bytearray, block: bytearray, data: bytes, before: int) -> bytes:
    """Digest (64 bytes) after `before` bytes in `state` and `data` still to come."""
    padded = _padded(data, before + len(data))
    for offset in range(0, len(padded), _BLOCK):
        _absorb(state, block, padded[offset : offset + _BLOCK])
    return _big_endian(state)


def _big_endian(state: bytearray) -> bytes:
    return struct.pack(">8Q", *struct.unpack("<8Q", state))


def _wipe(*buffers: bytearray) -> None:
    for buffer in buffers:
        for i in range(len(buffer)):
            buffer[i] = 0


def sha512(data: bytes) -> bytes:
    """SHA-512 digest (64 bytes)."""
    block = bytearray(640)
    digest = _finish(bytearray(_INITIAL), block, bytes(data), 0)
    _wipe(block)
    return digest


def _hmac_states(key: bytes) -> "tuple[bytearray, bytearray]":
    """Inner and outer states after the padded key (RFC 2104)."""
    if len(key) > _BLOCK:
        key = sha512(key)
    key = bytes(key) + bytes(_BLOCK - len(key))
    inner, outer, block = bytearray(_INITIAL), bytearray(_INITIAL), bytearray(640)
    _absorb(inner, block, bytes([byte ^ 0x36 for byte in key]))
    _absorb(outer, block, bytes([byte ^ 0x5C for byte in key]))
    _wipe(block)
    return inner, outer


def hmac_sha512(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-512 (64 bytes) of RFC 2104; key of any length."""
    inner, outer = _hmac_states(key)
    block = bytearray(640)
    digest = _finish(outer, block, _finish(inner, block, bytes(message), _BLOCK), _BLOCK)
    _wipe(inner, outer, block)
    return digest


_DIGEST_PADDING = struct.pack("<8Q", 1 << 63, 0, 0, 0, 0, 0, 0, (_BLOCK + 64) << 3)


def _hmac_of_state(keyed: "tuple[bytearray, bytearray]", value: bytearray, block) -> None:
    """value = HMAC(value), where value is 64 bytes in the order of the state."""
    for start in keyed:
        block[:64] = value
        block[64:_BLOCK] = _DIGEST_PADDING
        value[:] = start
        _compress(value, block, _CONSTANTS)


def pbkdf2_hmac_sha512(
    password: bytes, salt: bytes, rounds: int, length: int = 64, progress=None
) -> bytes:
    """PBKDF2 (RFC 8018) with HMAC-SHA-512, `length` bytes.

    `progress(done, total)` is called about fifty times, so that a screen can move and a watchdog
    can be fed. Raises ValueError for rounds or length below one.
    """
    if rounds < 1 or length < 1:
        raise ValueError("rounds and length must be positive")
    keyed = _hmac_states(password)
    block = bytearray(640)
    value, total = bytearray(64), bytearray(64)
    blocks = (length + 63) // 64
    step = max(1, blocks * rounds // 50)
    result = b""
    for index in range(1, blocks + 1):
        inner, outer = bytearray(keyed[0]), bytearray(keyed[1])
        first = _finish(inner, block, bytes(salt) + index.to_bytes(4, "big"), _BLOCK)
        _finish(outer, block, first, _BLOCK)
        value[:] = total[:] = outer
        for done in range(1, rounds):
            _hmac_of_state(keyed, value, block)
            _xor_into(total, value)
            if progress is not None and done % step == 0:
                progress((index - 1) * rounds + done, blocks * rounds)
        result += _big_endian(total)
    _wipe(keyed[0], keyed[1], block, value, total)
    return result[:length]


def _find_kernel() -> None:
    """Takes the machine code of this interpreter, if it is there and hashes right."""
    global _compress, _xor_into, compress_name
    portable = _compress, _xor_into
    number = architecture.number()
    try:
        if number == architecture.X64:
            from secp256k1.sha512_word64 import compress, xor_into
        elif number == architecture.ARMV6M or number in architecture.ARMV7EM:
            from secp256k1.sha512_thumb1 import compress, xor_into
        else:
            return
    except (ImportError, ValueError):
        # A bundle for another chip: its machine code is absent or of a foreign architecture.
        return
    _compress, _xor_into, compress_name = compress, xor_into, "machine code"
    # FIPS 180-4's example; the second round of PBKDF2 also needs the exclusive or.
    if sha512(b"abc")[:8].hex() != "ddaf35a193617aba" or not _xor_works():
        _compress, _xor_into = portable
        compress_name = "plain"


def _xor_works() -> bool:
    target = bytearray(range(64))
    _xor_into(target, bytearray(b"\x5a" * 64))
    return target == bytearray([byte ^ 0x5A for byte in range(64)])


_find_kernel()
