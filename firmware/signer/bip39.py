"""Mnemonic words of BIP-39 (English), 12 or 24 of them."""

from arkcore.hashes import sha256

from signer.errors import Refused
from signer.wordlist import BY_LETTER

WORD_COUNTS = (12, 24)
PBKDF2_ROUNDS = 2048
_LETTER_A = 97


def word_at(number: int) -> str:
    """The word with this number, 0 .. 2047."""
    for block in BY_LETTER:
        count = block.count(b" ") + 1 if block else 0
        if number < count:
            return block.split(b" ")[number].decode()
        number -= count
    raise ValueError("word number out of range")


def number_of(word: str) -> int:
    """The number of a word. Raises Refused `mnemonic-word`."""
    first = 0
    for letter, block in enumerate(BY_LETTER):
        words = block.split(b" ") if block else []
        if word[:1] == chr(_LETTER_A + letter):
            encoded = word.encode()
            for offset, candidate in enumerate(words):
                if candidate == encoded:
                    return first + offset
        first += len(words)
    raise Refused("mnemonic-word")


def words_from(prefix: str) -> "list[str]":
    """The words that begin with a prefix of at least one letter, in order."""
    letter = ord(prefix[0]) - _LETTER_A
    if letter < 0 or letter >= len(BY_LETTER):
        return []
    head = prefix.encode()
    return [word.decode() for word in BY_LETTER[letter].split(b" ") if word.startswith(head)]


def next_letters(prefix: str) -> str:
    """The letters that can follow a prefix, in order; a space stands for "the word is whole"."""
    if not prefix:
        return "".join([chr(_LETTER_A + i) for i, block in enumerate(BY_LETTER) if block])
    letters = ""
    for word in words_from(prefix):
        letter = word[len(prefix)] if len(word) > len(prefix) else " "
        if letter not in letters:
            letters += letter
    return letters


def to_words(entropy: bytes) -> "list[str]":
    """12 words from 16 bytes, 24 from 32: eleven bits a word, checksum bits last."""
    checksum_bits = len(entropy) // 4
    value = int.from_bytes(entropy, "big") << checksum_bits
    value |= sha256(entropy)[0] >> (8 - checksum_bits)
    count = (len(entropy) * 8 + checksum_bits) // 11
    return [word_at((value >> 11 * (count - 1 - i)) & 2047) for i in range(count)]


def to_entropy(words: "list[str]") -> bytes:
    """16 or 32 bytes. Raises Refused `mnemonic-word`, `mnemonic-length`, `mnemonic-checksum`."""
    if len(words) not in WORD_COUNTS:
        raise Refused("mnemonic-length")
    value = 0
    for word in words:
        value = value << 11 | number_of(word)
    checksum_bits = len(words) // 3
    entropy = (value >> checksum_bits).to_bytes(checksum_bits * 4, "big")
    if sha256(entropy)[0] >> (8 - checksum_bits) != value & ((1 << checksum_bits) - 1):
        raise Refused("mnemonic-checksum")
    return entropy
