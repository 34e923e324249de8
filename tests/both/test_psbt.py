"""A PSBT means one thing to every reader, or is refused (BIP-174, BIP-371).

Vectors of other implementations: tests/conformance.
"""

from arkcore import psbt
from arkcore.codec import outpoint, var_bytes
from arkcore.psbt import Psbt, PsbtMap
from arkcore.tx import Tx, TxIn, TxOut

from tests.both.helpers import refusal

SCRIPT = b"\x51\x20" + bytes(range(32))
KEY = bytes(range(32, 64))


def example() -> Psbt:
    inputs = [TxIn(outpoint(bytes([index]) * 32, index), 0xFFFFFFFE) for index in (1, 2)]
    made = Psbt(Tx(2, inputs, [TxOut(1000, SCRIPT)]))
    made.globals.set(b"\x09", b"message")
    for index, entries in enumerate(made.inputs):
        psbt.set_witness_utxo(entries, TxOut(600 + index, SCRIPT))
        psbt.set_sighash_type(entries, 1)
        psbt.add_tap_leaf_script(entries, b"\xc0" + KEY, b"\x51")
        psbt.add_tap_script_sig(entries, KEY, SCRIPT[2:], bytes(65))
    psbt.set_tap_key_sig(made.inputs[1], bytes(64))
    made.outputs[0].set(b"\x06", b"tree")
    return made


def raw_with(tx: bytes, rest: bytes) -> bytes:
    return psbt.MAGIC + var_bytes(b"\x00") + var_bytes(tx) + b"\x00" + rest


def test_every_field_survives_writing_and_reading() -> None:
    made = example()
    again = Psbt.from_base64(made.to_base64())
    assert again.serialize() == made.serialize()
    assert again.tx.serialize() == made.tx.serialize()
    assert again.globals.items() == [(b"\x09", b"message")]
    assert again.prevouts() == [TxOut(600, SCRIPT), TxOut(601, SCRIPT)]
    entries = again.inputs[1]
    assert psbt.sighash_type(entries) == 1
    assert psbt.tap_leaf_scripts(entries) == [(b"\xc0" + KEY, b"\x51")]
    assert psbt.tap_script_sigs(entries) == [(KEY, SCRIPT[2:], bytes(65))]
    assert psbt.tap_key_sig(entries) == bytes(64)
    assert psbt.tap_key_sig(again.inputs[0]) is None
    assert again.outputs[0].get(b"\x06") == b"tree"


def test_setting_a_field_again_replaces_it_in_its_place() -> None:
    entries = PsbtMap()
    entries.set(b"a", b"1")
    entries.set(b"b", b"2")
    entries.set(b"a", b"3")
    assert entries.items() == [(b"a", b"3"), (b"b", b"2")]
    entries.remove(b"a")
    assert entries.items() == [(b"b", b"2")] and entries.get(b"a") is None


def test_refuses_a_key_that_occurs_twice() -> None:
    made = example()
    tx = made.tx.serialize(False)
    entry = var_bytes(b"\x01") + var_bytes(b"x")
    assert refusal(Psbt.parse, raw_with(tx, entry + entry + bytes(4))) == "psbt-duplicate"
    assert refusal(Psbt.parse, raw_with(tx, entry + b"\x00" + entry + b"\x00\x00")) == ""


def test_refuses_what_is_no_psbt_or_of_another_version() -> None:
    made = example()
    assert refusal(Psbt.parse, b"") == "psbt-magic"
    assert refusal(Psbt.parse, b"psbt\xfe" + made.serialize()[5:]) == "psbt-magic"
    made.globals.set(psbt.GLOBAL_VERSION, b"\x02\x00\x00\x00")
    assert refusal(Psbt.parse, made.serialize()) == "psbt-version"
    made.globals.set(psbt.GLOBAL_VERSION, bytes(4))
    assert refusal(Psbt.parse, made.serialize()) == ""


def test_refuses_a_missing_or_signed_transaction() -> None:
    assert refusal(Psbt.parse, psbt.MAGIC + b"\x00") == "psbt-tx"
    tx = example().tx
    tx.inputs[0].witness = [b"x"]
    assert refusal(Psbt.parse, raw_with(tx.serialize(), bytes(3))) == "psbt-tx"
    tx.inputs[0].witness = []
    tx.inputs[0].script_sig = b"\x00"
    assert refusal(Psbt.parse, raw_with(tx.serialize(), bytes(3))) == "psbt-tx"
    tx.inputs[0].script_sig = b""
    assert refusal(Psbt.parse, raw_with(tx.serialize(), bytes(3))) == ""


def test_refuses_every_cut_and_every_extra_byte() -> None:
    data = example().serialize()
    for size in range(len(psbt.MAGIC), len(data)):
        assert refusal(Psbt.parse, data[:size]) in ("truncated", "psbt-tx"), size
    assert refusal(Psbt.parse, data + b"\x00") == "trailing-bytes"


def test_refuses_sizes_over_the_limits_before_reading_on() -> None:
    assert refusal(Psbt.parse, bytes(psbt.MAX_PSBT_BYTES + 1)) == "too-large"
    assert refusal(Psbt.from_base64, "A" * (psbt.MAX_PSBT_BYTES + 1)) == "too-large"
    huge = psbt.MAGIC + b"\xfe\xff\xff\xff\xff"
    assert refusal(Psbt.parse, huge) == "too-large"


def test_refuses_more_entries_than_any_map_of_ark_has() -> None:
    tx = example().tx.serialize(False)
    entries = b"".join([b"\x02" + index.to_bytes(2, "big") + b"\x00" for index in range(1000)])
    assert refusal(Psbt.parse, raw_with(tx, entries + bytes(3))) == ""
    one_more = entries + b"\x02\xff\xff\x00"
    assert refusal(Psbt.parse, raw_with(tx, one_more + bytes(3))) == "too-large"


def test_refuses_base64_in_any_but_its_standard_form() -> None:
    text = example().to_base64()
    for name, bad in [
        ("newline", text + "\n"),
        ("space inside", text[:8] + " " + text[8:]),
        ("cut off", text[:-1]),
        ("foreign character", "*" + text),
        ("letters outside of ASCII", text + "\xe9"),
    ]:
        assert refusal(Psbt.from_base64, bad) == "psbt-base64", name


def test_refuses_fields_of_wrong_length_when_they_are_read() -> None:
    entries = PsbtMap()
    entries.set(psbt.IN_SIGHASH_TYPE, b"\x01")
    assert refusal(psbt.sighash_type, entries) == "psbt-field"
    entries.set(psbt.IN_TAP_KEY_SIG, bytes(63))
    assert refusal(psbt.tap_key_sig, entries) == "psbt-field"
    entries.set(bytes((psbt.IN_TAP_SCRIPT_SIG,)) + bytes(63), bytes(64))
    assert refusal(psbt.tap_script_sigs, entries) == "psbt-field"
    entries.set(bytes((psbt.IN_TAP_LEAF_SCRIPT,)) + b"control", b"\x51\xc2")
    assert refusal(psbt.tap_leaf_scripts, entries) == "psbt-field"
    entries.set(psbt.IN_WITNESS_UTXO, TxOut(1, SCRIPT).serialize() + b"\x00")
    assert refusal(psbt.witness_utxo, entries) == "trailing-bytes"


def test_refuses_to_guess_a_missing_prevout() -> None:
    made = example()
    made.inputs[1].remove(psbt.IN_WITNESS_UTXO)
    assert refusal(made.prevouts) == "psbt-prevout"
