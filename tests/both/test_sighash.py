"""What is signed is what BIP-341 says, whole or gathered while streaming.

Vectors: BIP-341's wallet vectors (keyPathSpending), those of the hash types that Ark uses.
Tapscript messages are covered by the signatures of tests/conformance.
"""

from arkcore import sighash
from arkcore.sighash import CommonDigests, common_digests, sighash_from_digests, taproot_sighash
from arkcore.tx import Tx, TxOut

from tests.both.helpers import refusal, vectors

USED = (sighash.SIGHASH_DEFAULT, sighash.SIGHASH_ALL, sighash.SIGHASH_ALL_ANYONECANPAY)


def example():  # type: ignore[no-untyped-def]
    return vectors("bips/bip-0341_wallet-test-vectors.json")["keyPathSpending"][0]


def given():  # type: ignore[no-untyped-def]
    case = example()["given"]
    spent = [
        TxOut(utxo["amountSats"], bytes.fromhex(utxo["scriptPubKey"]))
        for utxo in case["utxosSpent"]
    ]
    return Tx.parse(bytes.fromhex(case["rawUnsignedTx"])), spent


def test_messages_of_the_bip_come_out() -> None:
    tx, spent = given()
    seen = set()
    for case in example()["inputSpending"]:
        hash_type = case["given"]["hashType"]
        if hash_type in USED:
            index = case["given"]["txinIndex"]
            message = taproot_sighash(tx, index, spent, None, hash_type)
            assert message.hex() == case["intermediary"]["sigHash"], index
            seen.add(hash_type)
    assert sorted(seen) == sorted(USED)


def test_streamed_digests_are_those_of_the_whole() -> None:
    tx, spent = given()
    expected = example()["intermediary"]
    digests = CommonDigests()
    for index, txin in enumerate(tx.inputs):
        digests.add_input(txin, spent[index])
    for txout in tx.outputs:
        digests.add_output(txout)
    names = ("hashPrevouts", "hashAmounts", "hashScriptPubkeys", "hashSequences", "hashOutputs")
    assert digests.finish().hex() == "".join([expected[name] for name in names])
    assert digests.finish() == common_digests(tx, spent).finish()
    streamed = sighash_from_digests(tx.version, tx.locktime, digests, 4)
    assert streamed == taproot_sighash(tx, 4, spent)


def test_a_leaf_changes_the_message() -> None:
    tx, spent = given()
    plain = taproot_sighash(tx, 0, spent)
    assert taproot_sighash(tx, 0, spent, bytes(32)) != plain
    any_one = sighash.SIGHASH_ALL_ANYONECANPAY
    assert taproot_sighash(tx, 0, spent, bytes(32), any_one) != taproot_sighash(
        tx, 0, spent, None, any_one
    )


def test_refuses_hash_types_that_sign_less() -> None:
    tx, spent = given()
    for hash_type in (2, 3, 0x80, 0x82, 0x83, 4):
        tag = refusal(taproot_sighash, tx, 0, spent, None, hash_type)
        assert tag == "sighash-default-only", hash_type
    digests = common_digests(tx, spent)
    any_one = sighash.SIGHASH_ALL_ANYONECANPAY
    tag = refusal(sighash_from_digests, 2, 0, digests, 0, None, any_one)
    assert tag == "sighash-default-only"


def test_refuses_missing_prevouts_and_inputs() -> None:
    tx, spent = given()
    assert refusal(taproot_sighash, tx, 0, spent[:-1]) == "sighash-prevouts"
    assert refusal(taproot_sighash, tx, len(spent), spent) == "sighash-prevouts"
    assert refusal(taproot_sighash, tx, -1, spent) == "sighash-prevouts"
    any_one = sighash.SIGHASH_ALL_ANYONECANPAY
    assert refusal(taproot_sighash, tx, 9, spent, None, any_one) == "sighash-prevouts"
