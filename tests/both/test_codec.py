"""Bytes are read within their bounds and in one form only."""

from arkcore import codec
from arkcore.codec import Reader

from tests.both.helpers import refusal

TXID = bytes(range(32))


def test_compact_sizes_read_back_in_each_width() -> None:
    for value, text in [
        (0, "00"),
        (252, "fc"),
        (253, "fdfd00"),
        (65535, "fdffff"),
        (65536, "fe00000100"),
        (0xFFFFFFFF, "feffffffff"),
    ]:
        assert codec.compact_size(value).hex() == text
        assert Reader(bytes.fromhex(text)).compact_size(0xFFFFFFFF) == value
    long = bytes.fromhex("ff0000000001000000")
    assert Reader(long).compact_size(1 << 40) == 1 << 32


def test_refuses_lengths_that_are_out_of_range_or_too_long_written() -> None:
    assert refusal(codec.compact_size, -1) == "compact-size"
    assert refusal(codec.compact_size, 1 << 32) == "compact-size"
    for text in ("fdfc00", "feffff0000", "ffffffffff00000000"):
        assert refusal(Reader(bytes.fromhex(text)).compact_size, 1 << 40) == "compact-size", text


def test_refuses_lengths_over_the_limit_before_reading_the_bytes() -> None:
    assert refusal(Reader(b"\xfe\xff\xff\xff\xff").var_bytes, 100) == "too-large"
    assert Reader(b"\x02ab").var_bytes(2) == b"ab"


def test_refuses_to_read_past_the_end_or_to_leave_bytes() -> None:
    reader = Reader(b"abcde")
    assert reader.take(2) == b"ab" and reader.remaining() == 3
    assert refusal(reader.u32) == "truncated"
    assert refusal(reader.u64) == "truncated"
    assert refusal(reader.take, -1) == "truncated"
    assert refusal(reader.finish) == "trailing-bytes"
    reader.take(3)
    assert refusal(reader.finish) == ""
    assert refusal(reader.u8) == "truncated"


def test_txids_are_reversed_only_for_people() -> None:
    text = codec.to_hex_txid(TXID)
    assert text.startswith("1f1e") and codec.from_hex_txid(text) == TXID
    point = codec.outpoint(TXID, 258)
    assert point == TXID + b"\x02\x01\x00\x00"
    assert codec.outpoint_text(point) == text + ":258"
    assert codec.parse_outpoint_text(text + ":258") == point


def test_refuses_texts_that_are_no_txid_or_outpoint() -> None:
    text = codec.to_hex_txid(TXID)
    for bad in ("", text[2:], text + "00", "zz" + text[2:], text[:-2] + " 1"):
        assert refusal(codec.from_hex_txid, bad) == "txid", bad
    for bad in (text, text + ":", text + ":-1", text + ":x", text + ":1:1", text + ":4294967296"):
        assert refusal(codec.parse_outpoint_text, bad) == "txid", bad
