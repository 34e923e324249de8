"""A note is worth what its text says, to whoever shows its secret (spec/arkade.md 13.1)."""

from arkcore import base58, closures
from arkcore.codec import outpoint_text
from arkcore.hashes import sha256
from arkcore.notes import Note, decode_note

from tests.both.helpers import refusal

TEXT = "arknoteSkB92YpWm4Q2ijQHH34cqbKkCZWszsiQgHVjtNeFF2Cwp59D"
PREIMAGE = bytes(range(1, 33))


def test_note_of_the_fixtures_reads_and_writes() -> None:
    note = decode_note(TEXT)
    assert note.preimage == PREIMAGE and note.amount_sat == 1828932
    assert note.text() == TEXT


def test_note_is_known_by_the_hash_of_its_secret() -> None:
    note = Note(PREIMAGE, 1)
    assert note.outpoint == sha256(PREIMAGE) + bytes(4)
    assert outpoint_text(note.outpoint).endswith(":0")
    leaf = note.leaves().scripts[0]
    assert closures.decode(leaf).kind == closures.NOTE
    assert leaf == b"\xa8\x20" + sha256(PREIMAGE) + b"\x87"


def test_leading_zeros_survive() -> None:
    note = Note(bytes(32), 0xFFFFFFFF)
    assert decode_note(note.text()).preimage == bytes(32)
    assert base58.decode(base58.encode(b"\x00\x00\x01"), 3) == b"\x00\x00\x01"


def test_a_note_may_be_worth_nothing_or_the_most_that_fits() -> None:
    for amount_sat in (0, 0xFFFFFFFF):
        note = decode_note(Note(PREIMAGE, amount_sat).text())
        assert note.amount_sat == amount_sat


def test_zeros_alone_are_ones() -> None:
    assert base58.encode(bytes(3)) == "111" and base58.decode("111", 3) == bytes(3)
    assert base58.encode(b"") == ""
    for text in ("", "11", "1111", "0", "O", "I", "l", "zzzzzz", "zzzzzzz"):
        assert refusal(base58.decode, text, 3) == "base58", text


def test_refuses_texts_that_are_no_note() -> None:
    assert refusal(decode_note, "wrongprefix" + TEXT[7:]) == "note-prefix"
    assert refusal(decode_note, "arknote") == "base58"
    assert refusal(decode_note, "arknoteshort") == "base58"
    assert refusal(decode_note, TEXT + "111") == "base58"
    assert refusal(decode_note, TEXT[:-1] + "0") == "base58"
    assert refusal(decode_note, "arknote1" + TEXT[7:]) == "base58"
    assert refusal(decode_note, "arknote" + "z" * 72) == "base58"


def test_refuses_secrets_and_amounts_out_of_range() -> None:
    assert refusal(Note, PREIMAGE[1:], 1) == "note-preimage"
    assert refusal(Note, PREIMAGE, 1 << 32) == "note-amount"
    assert refusal(Note, PREIMAGE, -1) == "note-amount"
