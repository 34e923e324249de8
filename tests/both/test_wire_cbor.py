"""The CBOR profile means the same on both interpreters, and has one encoding for each value.

Invariant: what two readers could understand differently is refused. Encodings are from RFC 8949
appendix A, or made wrong by hand here.
"""

from arkcore.errors import ArkError
from wire import cbor

from tests.both.helpers import hexed, refusal

RIGHT = (
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("18ff", 255),
    ("190100", 256),
    ("19ffff", 65535),
    ("1a00010000", 65536),
    ("1affffffff", 4294967295),
    ("1b0000000100000000", 4294967296),
    ("1bffffffffffffffff", 18446744073709551615),
    ("40", b""),
    ("4401020304", b"\x01\x02\x03\x04"),
    ("60", ""),
    ("62c3bc", None),
    ("6449455446", "IETF"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a2000118648101", {0: 1, 100: [1]}),
    ("f4", False),
    ("f5", True),
)

WRONG = (
    ("", "nothing"),
    ("0000", "two values"),
    ("1817", "one byte for 23"),
    ("1900ff", "two bytes for 255"),
    ("1a0000ffff", "four bytes for 65535"),
    ("1b00000000ffffffff", "eight bytes for 2^32-1"),
    ("18", "truncated argument"),
    ("1901", "truncated argument"),
    ("1c", "reserved argument"),
    ("1c" + "00" * 16, "reserved argument of 16 bytes"),
    ("1f", "indefinite integer"),
    ("20", "negative"),
    ("3863", "negative"),
    ("5f42010243030405ff", "indefinite bytes"),
    ("7f6161ff", "indefinite text"),
    ("9fff", "indefinite array"),
    ("bfff", "indefinite map"),
    ("5801aa", "long form of a short length"),
    ("42aa", "bytes end early"),
    ("5bffffffffffffffff", "bytes of 2^64-1"),
    ("9bffffffffffffffff", "array of 2^64-1"),
    ("bbffffffffffffffff", "map of 2^64-1"),
    ("9a00100000", "array of a million without items"),
    ("8101" + "01", "trailing byte"),
    ("82" + "01", "array ends early"),
    ("a1" + "01", "map without value"),
    ("a200000000", "key twice"),
    ("a201000000", "keys descend"),
    ("a2186400" + "0100", "keys descend by length"),
    ("a1180000", "key in long form"),
    ("a1616100", "text key"),
    ("a1414100", "byte key"),
    ("a1f400", "bool key"),
    ("a1800000", "array key"),
    ("c001", "tag"),
    ("d9d9f701", "self-described"),
    ("c240", "bignum"),
    ("f6", "null"),
    ("f7", "undefined"),
    ("f0", "simple 16"),
    ("f818", "simple 24"),
    ("f820", "simple 32"),
    ("f8f4", "false in two bytes"),
    ("f90000", "half float"),
    ("fa00000000", "float"),
    ("fb0000000000000000", "double"),
    ("ff", "break"),
    ("61ff", "bad UTF-8"),
    ("62c080", "overlong NUL"),
    ("62c328", "bad continuation"),
    ("63e08080", "overlong"),
    ("63eda080", "surrogate"),
    ("64f0808080", "overlong"),
    ("64f4908080", "over U+10FFFF"),
    ("62e282", "cut character"),
    ("63e28228", "bad last byte"),
)


def test_known_encodings_decode_and_encode_to_the_same_bytes():
    for text, value in RIGHT:
        decoded = cbor.decode(hexed(text))
        if value is not None:
            assert decoded == value and type(decoded) is type(value), text
        assert cbor.encode(decoded) == hexed(text), text


def test_every_form_outside_the_profile_is_refused():
    for text, name in WRONG:
        assert refusal(cbor.decode, hexed(text)) == "cbor-encoding", name


def test_a_length_beyond_the_message_is_refused_before_anything_is_read():
    for text in ("42aa", "62aa", "5bffffffffffffffff", "8142aa"):
        try:
            cbor.decode(hexed(text))
            detail = ""
        except ArkError as error:
            detail = error.detail
        assert detail == "truncated", text


def test_utf8_of_every_length_is_read():
    text = "a\u00fc\u20ac\U0001f511"
    assert cbor.decode(cbor.encode(text)) == text
    assert cbor.decode(b"\x64\xf4\x8f\xbf\xbf") == "\U0010ffff"
    assert cbor.decode(b"\x63\xed\x9f\xbf") == "\ud7ff"


def test_maps_are_encoded_with_ascending_keys_whatever_their_order():
    forward = {}
    backward = {}
    for key in range(30):
        forward[key * 17] = key
        backward[(29 - key) * 17] = 29 - key
    assert cbor.encode(forward) == cbor.encode(backward)
    assert cbor.decode(cbor.encode(forward)) == forward


def test_nesting_stops_at_eight_levels_in_both_directions():
    value = 0
    for _ in range(cbor.MAX_DEPTH):
        value = [value]
    assert cbor.decode(cbor.encode(value)) == value
    assert refusal(cbor.encode, [value]) == "cbor-encoding"
    assert refusal(cbor.decode, b"\x81" * 9 + b"\x00") == "cbor-encoding"
    assert refusal(cbor.decode, b"\xa1\x00" * 9 + b"\x00") == "cbor-encoding"
    assert refusal(cbor.decode, b"\x81" * 4000) == "cbor-encoding"


def test_sixty_four_items_are_the_most():
    assert len(cbor.decode(cbor.encode([1] * 64))) == 64
    assert refusal(cbor.encode, [1] * 65) == "cbor-encoding"
    assert refusal(cbor.decode, b"\x98\x41" + b"\x01" * 65) == "cbor-encoding"
    assert refusal(cbor.decode, b"\xb8\x41" + b"\x18\x20\x00" * 65) == "cbor-encoding"


def test_values_and_bytes_of_one_message_are_bounded():
    sixteen_by_64 = [[1] * 64] * 16
    assert refusal(cbor.encode, sixteen_by_64) == "cbor-encoding"
    assert refusal(cbor.decode, b"\x90" + (b"\x98\x40" + b"\x01" * 64) * 16) == "cbor-encoding"
    assert len(cbor.encode(bytes(4093))) == cbor.MAX_BYTES
    assert refusal(cbor.encode, bytes(4094)) == "cbor-encoding"
    assert refusal(cbor.decode, b"\x59\x10\x00" + bytes(4096)) == "cbor-encoding"


def test_bytes_like_objects_are_read_and_written():
    encoded = cbor.encode([bytearray(b"ab"), memoryview(b"cd"), (1, 2)])
    assert encoded == cbor.encode([b"ab", b"cd", [1, 2]])
    assert cbor.decode(memoryview(encoded)) == [b"ab", b"cd", [1, 2]]
    assert cbor.decode(bytearray(encoded)) == [b"ab", b"cd", [1, 2]]


def test_what_has_no_form_is_not_encoded():
    for value in (None, -1, 1 << 64, 1.5, {"a": 1}, {-1: 0}, {True: 1}, [None], {1: None}):
        assert refusal(cbor.encode, value) == "cbor-encoding", value
