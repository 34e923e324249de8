"""Ark's PSBT fields are written as arkd does and read by exact key (spec/arkade.md 2.6, 2.10)."""

from arkcore import arkfields, delays
from arkcore.psbt import PsbtMap

from tests.both.helpers import refusal

KEYS = [bytes([2 + index % 2]) + bytes([index]) * 32 for index in range(12)]


def entries_of(key: bytes, value: bytes) -> PsbtMap:
    entries = PsbtMap()
    entries.set(key, value)
    return entries


def test_taptree_has_the_depths_of_arkd_and_keeps_the_order() -> None:
    scripts = [b"\x51", b"\x52", b"\x53"]
    assert arkfields.encode_taptree(scripts).hex() == "01c00151" + "02c00152" + "02c00153"
    assert arkfields.encode_taptree(scripts[:1]).hex() == "00c00151"
    entries = PsbtMap()
    assert arkfields.taptree(entries) is None
    arkfields.set_taptree(entries, scripts)
    assert entries.items()[0][0].hex() == "de74617074726565"
    assert arkfields.taptree(entries) == scripts


def test_taptree_depths_are_not_believed() -> None:
    encoded = bytes.fromhex("01c00151" + "01c00152" + "07c00153")
    assert arkfields.decode_taptree(encoded) == [b"\x51", b"\x52", b"\x53"]


def test_refuses_taptrees_of_other_forms() -> None:
    assert refusal(arkfields.decode_taptree, b"") == "arkfield-taptree"
    assert refusal(arkfields.decode_taptree, bytes.fromhex("01c20151")) == "arkfield-taptree"
    counted = bytes.fromhex("0201c0015101c00152")
    assert refusal(arkfields.decode_taptree, counted) == "arkfield-taptree"
    assert refusal(arkfields.decode_taptree, bytes.fromhex("01c00251")) == "truncated"
    too_many = bytes.fromhex("01c00151") * (arkfields.MAX_LEAVES + 1)
    assert refusal(arkfields.decode_taptree, too_many) == "arkfield-taptree"


def test_expiry_is_the_shortest_number_of_the_sequence() -> None:
    for sequence, text in [
        (delays.seconds(604672), "9d0440"),
        (delays.blocks(144), "9000"),
        (0, ""),
    ]:
        entries = PsbtMap()
        arkfields.set_expiry(entries, sequence)
        assert entries.items() == [(b"\xdeexpiry", bytes.fromhex(text))]
        assert arkfields.expiry(entries) == sequence
    assert arkfields.expiry(PsbtMap()) is None


def test_refuses_an_expiry_that_is_no_sequence() -> None:
    for value, tag in [
        (b"\x90", "arkfield-expiry"),
        (b"\x00\x00\x00\x00\x01", "arkfield-expiry"),
        (b"\x01\x00", "closure-number"),
        (bytes(6), "closure-number"),
    ]:
        assert refusal(arkfields.expiry, entries_of(b"\xdeexpiry", value)) == tag, value


def test_cosigners_are_numbered_with_four_bytes_and_read_by_number() -> None:
    entries = PsbtMap()
    arkfields.set_cosigners(entries, KEYS)
    first = entries.items()[0]
    assert first == (b"\xdecosigner" + bytes(4), KEYS[0])
    assert arkfields.cosigners(entries) == KEYS
    shuffled = PsbtMap()
    for key, value in sorted(entries.items(), key=lambda entry: entry[1]):
        shuffled.set(key, value)
    assert arkfields.cosigners(shuffled) == KEYS
    assert arkfields.cosigners(PsbtMap()) == []


def test_refuses_a_cosigner_that_is_no_compressed_key() -> None:
    key = b"\xdecosigner" + bytes(4)
    for value in (KEYS[0][1:], b"\x04" + KEYS[0][1:], KEYS[0] + b"\x00", b""):
        assert refusal(arkfields.cosigners, entries_of(key, value)) == "arkfield-cosigner", value


def test_condition_is_a_witness_stack() -> None:
    entries = PsbtMap()
    arkfields.set_condition(entries, [b"preimage", b""])
    assert entries.items() == [(b"\xdecondition", b"\x02\x08preimage\x00")]
    assert arkfields.condition(entries) == [b"preimage", b""]
    assert arkfields.condition(PsbtMap()) is None
    over = entries_of(b"\xdecondition", b"\x01\xfd\x09\x02" + bytes(521))
    assert refusal(arkfields.condition, over) == "too-large"


def test_refuses_keys_that_only_contain_a_field_name() -> None:
    for key in (
        b"taptree",
        b"\xdfexpiry",
        b"\xdetaptree\x00",
        b"\xdecosigner",
        b"\xdecosigner\x00",
        b"\xdecosigner" + bytes(5),
        b"\xfc\x03arkcondition",
    ):
        entries = entries_of(key, b"\x00")
        assert refusal(arkfields.check_keys, entries) == "arkfield-ambiguous", key
        for read in (arkfields.taptree, arkfields.expiry, arkfields.condition):
            assert refusal(read, entries) == "arkfield-ambiguous", key
        assert refusal(arkfields.cosigners, entries) == "arkfield-ambiguous", key
