"""Plain base58 text, without a checksum (as Ark notes use it)."""

from arkcore.errors import EncodingError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def encode(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    zeros = 0
    while zeros < len(data) and data[zeros] == 0:
        zeros += 1
    return "1" * zeros + text


def decode(text: str, size: int) -> bytes:
    """The `size` bytes that the text stands for. Raises EncodingError `base58`."""
    if not text or len(text) > 2 * size:
        raise EncodingError("base58", "length")
    number = 0
    for char in text:
        digit = _ALPHABET.find(char)
        if digit < 0:
            raise EncodingError("base58", "character")
        number = number * 58 + digit
    if number >> 8 * size:
        raise EncodingError("base58", "too long")
    data = number.to_bytes(size, "big")
    if encode(data) != text:
        raise EncodingError("base58", "not %d bytes" % size)
    return data
