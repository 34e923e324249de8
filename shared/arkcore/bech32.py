"""bech32 and bech32m text (BIP-173, BIP-350) around 5-bit groups."""

from arkcore.errors import EncodingError

BECH32 = 1
BECH32M = 0x2BC830A3
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_GROUPS = 6
_MAX_PREFIX = 83


def _checksum(prefix: str, groups: "list[int]") -> int:
    state = 1
    high = [ord(char) >> 5 for char in prefix]
    low = [ord(char) & 31 for char in prefix]
    for value in high + [0] + low + groups:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            if top >> bit & 1:
                state ^= _GENERATOR[bit]
    return state


def encode(prefix: str, groups: "list[int]", constant: int) -> str:
    """Text of 5-bit `groups`; `constant` is BECH32 or BECH32M. The prefix must be lower case."""
    rest = _checksum(prefix, groups + [0] * _CHECKSUM_GROUPS) ^ constant
    check = [rest >> 5 * (5 - index) & 31 for index in range(_CHECKSUM_GROUPS)]
    return prefix + "1" + "".join([_CHARSET[group] for group in groups + check])


def decode(text: str, limit: int) -> "tuple[str, list[int], int]":
    """(prefix in lower case, groups without checksum, constant) of a text of ≤ `limit` characters.

    Raises EncodingError `bech32-length`, `bech32-character`, `bech32-checksum`.
    """
    if len(text) < 8 or len(text) > limit:
        raise EncodingError("bech32-length", "%d characters" % len(text))
    for char in text:
        if not 33 <= ord(char) <= 126:
            raise EncodingError("bech32-character", "outside of ASCII")
    lowered = text.lower()
    if text != lowered and text != text.upper():
        raise EncodingError("bech32-character", "mixed case")
    split = lowered.rfind("1")
    if split < 1 or split > _MAX_PREFIX or len(text) - split - 1 < _CHECKSUM_GROUPS:
        raise EncodingError("bech32-length", "no prefix or no data")
    groups = [_CHARSET.find(char) for char in lowered[split + 1 :]]
    if min(groups) < 0:
        raise EncodingError("bech32-character", "not in the alphabet")
    prefix = lowered[:split]
    constant = _checksum(prefix, groups)
    if constant not in (BECH32, BECH32M):
        raise EncodingError("bech32-checksum")
    return prefix, groups[:-_CHECKSUM_GROUPS], constant


def to_groups(data: bytes) -> "list[int]":
    """5-bit groups of `data`, the last one padded with zero bits."""
    groups = []
    held = 0
    bits = 0
    for byte in data:
        held = (held << 8 | byte) & 0xFFF
        bits += 8
        while bits >= 5:
            bits -= 5
            groups.append(held >> bits & 31)
    if bits:
        groups.append(held << (5 - bits) & 31)
    return groups


def from_groups(groups: "list[int]") -> bytes:
    """Bytes of 5-bit groups. Raises EncodingError `bech32-padding`."""
    out = bytearray()
    held = 0
    bits = 0
    for group in groups:
        held = (held << 5 | group) & 0xFFF
        bits += 5
        if bits >= 8:
            bits -= 8
            out.append(held >> bits & 0xFF)
    if bits >= 5 or held & ((1 << bits) - 1):
        raise EncodingError("bech32-padding")
    return bytes(out)
