"""A transaction has one serialisation and one id. Vector: the example of BIP-143 (P2WPKH)."""

from arkcore.codec import outpoint, to_hex_txid
from arkcore.tx import MAX_TX_BYTES, Tx, TxIn, TxOut

from tests.both.helpers import refusal

BIP143_SIGNED = (
    "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f000000004948304502"
    "2100"
    "8b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0"
    "a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9"
    "b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a"
    "6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b"
    "84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f5"
    "1928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee63"
    "5711000000"
)
SCRIPT = b"\x51\x20" + bytes(32)


def example(witness: "list[bytes] | None" = None) -> Tx:
    return Tx(3, [TxIn(outpoint(bytes(32), 1), 7, b"", witness)], [TxOut(5, SCRIPT)], 9)


def test_a_transaction_of_the_network_reads_and_writes() -> None:
    tx = Tx.parse(bytes.fromhex(BIP143_SIGNED))
    assert tx.serialize().hex() == BIP143_SIGNED
    expected = "e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609"
    assert to_hex_txid(tx.txid()) == expected
    assert tx.locktime == 17 and tx.inputs[0].sequence == 0xFFFFFFEE
    assert tx.outputs[0].amount_sat == 112340000


def test_the_witness_is_no_part_of_the_id_and_weighs_a_quarter() -> None:
    bare, full = example(), example([b"x" * 64])
    assert bare.txid() == full.txid()
    size = len(bare.serialize())
    assert bare.weight() == 4 * size and bare.vsize() == size
    assert full.weight() == 4 * size + 2 + 1 + 1 + 64
    assert Tx.parse(full.serialize()).inputs[0].witness == [b"x" * 64]


def test_refuses_every_cut_and_extra_byte() -> None:
    data = example([b"x"]).serialize()
    for size in range(len(data)):
        assert refusal(Tx.parse, data[:size]) == "truncated", size
    assert refusal(Tx.parse, data + b"\x00") == "trailing-bytes"


def test_refuses_forms_that_the_network_does_not_relay() -> None:
    data = example([b"x"]).serialize()
    assert refusal(Tx.parse, data[:5] + b"\x02" + data[6:]) == "tx-encoding"
    empty = data[:-7] + b"\x00" + data[-4:]
    assert refusal(Tx.parse, empty) == "tx-encoding"
    rich = Tx(2, [TxIn(bytes(36))], [TxOut(21_000_000 * 100_000_000 + 1, b"")])
    assert refusal(Tx.parse, rich.serialize()) == "tx-encoding"
    assert refusal(Tx.parse, bytes(MAX_TX_BYTES + 1)) == "too-large"
    assert refusal(Tx.parse, b"\x02\x00\x00\x00\xfd\xff\xff") == "too-large"


def test_outputs_compare_by_amount_and_script() -> None:
    assert TxOut(1, b"a") == TxOut(1, b"a")
    assert TxOut(1, b"a") != TxOut(2, b"a") and TxOut(1, b"a") != TxOut(1, b"b")
    assert TxOut(1, b"a") != "TxOut"
