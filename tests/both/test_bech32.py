"""A mistyped address does not pass, and one address has one text (BIP-173, BIP-350).

Vectors: the valid and invalid strings of both BIPs.
"""

from arkcore import bech32

from tests.both.helpers import refusal

LIMIT = 90
VALID = [
    ("A12UEL5L", bech32.BECH32),
    ("a12uel5l", bech32.BECH32),
    ("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", bech32.BECH32),
    ("?1ezyfcl", bech32.BECH32),
    ("A1LQFN3A", bech32.BECH32M),
    ("a1lqfn3a", bech32.BECH32M),
    ("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", bech32.BECH32M),
    ("?1v759aa", bech32.BECH32M),
]
INVALID = [
    (" 1nwldj5", "bech32-character"),
    ("\x7f1axkwrx", "bech32-character"),
    ("pzry9x0s0muk", "bech32-length"),
    ("1pzry9x0s0muk", "bech32-length"),
    ("x1b4n0q5v", "bech32-character"),
    ("li1dgmt3", "bech32-length"),
    ("A1G7SGD8", "bech32-checksum"),
    ("10a06t8", "bech32-length"),
    ("1qzzfhee", "bech32-length"),
    ("A1lQFN3A", "bech32-character"),
]


def test_valid_strings_of_the_bips_read_and_write() -> None:
    for text, constant in VALID:
        prefix, groups, found = bech32.decode(text, LIMIT)
        assert found == constant, text
        assert bech32.encode(prefix, groups, constant) == text.lower(), text


def test_refuses_the_invalid_strings_of_the_bips() -> None:
    for text, tag in INVALID:
        assert refusal(bech32.decode, text, LIMIT) == tag, text


def test_every_changed_character_breaks_the_checksum() -> None:
    text = VALID[6][0]
    for index in range(7, len(text)):
        other = "q" if text[index] != "q" else "p"
        changed = text[:index] + other + text[index + 1 :]
        assert refusal(bech32.decode, changed, LIMIT) == "bech32-checksum", index


def test_lengths_are_counted_exactly() -> None:
    text = bech32.encode("a", [0] * 82, bech32.BECH32M)
    assert len(text) == 90 and bech32.decode(text, 90)[1] == [0] * 82
    assert refusal(bech32.decode, text, 89) == "bech32-length"
    longest_prefix = bech32.encode("a" * 83, [], bech32.BECH32M)
    assert bech32.decode(longest_prefix, 90)[0] == "a" * 83
    over = bech32.encode("a" * 84, [], bech32.BECH32M)
    assert refusal(bech32.decode, over, 100) == "bech32-length"


def test_bytes_survive_as_groups() -> None:
    for size in range(12):
        data = bytes(range(200, 200 + size))
        assert bech32.from_groups(bech32.to_groups(data)) == data, size


def test_refuses_groups_that_carry_more_than_whole_bytes() -> None:
    assert refusal(bech32.from_groups, [0]) == "bech32-padding"
    assert refusal(bech32.from_groups, [0, 0, 0]) == "bech32-padding"
    assert refusal(bech32.from_groups, [0, 1]) == "bech32-padding"
    assert bech32.from_groups([0, 0]) == b"\x00"
