"""A proof holds for one message and for coins that all agreed, else it is refused.

Source: spec/arkade.md 7.5. Keys are made here; proofs of other implementations: tests/conformance.
"""

import secp256k1
from arkcore import arkfields, closures, delays, intent, intent_proof, psbt
from arkcore.hashes import hash160
from arkcore.intent_proof import ProofCoin, build_proof, proof_fee, verify
from arkcore.notes import Note
from arkcore.psbt import Psbt
from arkcore.scripts import LeafSet
from arkcore.sighash import SIGHASH_ALL, SIGHASH_ALL_ANYONECANPAY, taproot_sighash
from arkcore.taproot import TapTree, leaf_hash, p2tr_script
from arkcore.tx import TxOut
from arkcore.vhtlc import hash160_condition

from tests.both.helpers import refusal

OWNER_SECRET = bytes([1]) * 32
OWNER = secp256k1.pubkey_create(OWNER_SECRET)[1:]
SERVER = secp256k1.pubkey_create(bytes([2]) * 32)[1:]
MESSAGE = intent.delete_message(0)
EXIT = closures.csv_multisig(delays.blocks(144), [OWNER]).script
FORFEIT = closures.multisig([OWNER, SERVER]).script
PREIMAGE = b"secret"


def coin_of(scripts: "list[bytes]", number: int, amount_sat: int = 1000) -> ProofCoin:
    leaves = LeafSet(scripts)
    coin = ProofCoin(bytes([number]) * 36, TxOut(amount_sat, leaves.script_pubkey))
    coin.leaf = scripts[0]
    coin.control = leaves.tree.control_block(0)
    coin.scripts = scripts
    return coin


def note_coin() -> ProofCoin:
    coin = coin_of(Note(bytes(32), 1000).leaves().scripts, 9)
    coin.condition = [bytes(32)]
    return coin


def condition_coin(items: "list[bytes] | None") -> ProofCoin:
    condition = hash160_condition(hash160(PREIMAGE))
    coin = coin_of([closures.condition_multisig(condition, [OWNER, SERVER]).script, EXIT], 5)
    coin.condition = items
    return coin


def sign(proof: Psbt, hash_type: int = SIGHASH_ALL) -> Psbt:
    prevouts = proof.prevouts()
    for index, entries in enumerate(proof.inputs):
        digest = leaf_hash(psbt.tap_leaf_scripts(entries)[0][1])
        sighash = taproot_sighash(proof.tx, index, prevouts, digest, hash_type)
        signature = secp256k1.sign_schnorr(OWNER_SECRET, sighash, bytes(32))
        if hash_type:
            signature += bytes((hash_type,))
        psbt.add_tap_script_sig(entries, OWNER, digest, signature)
    return proof


def unsigned(coins: "list[ProofCoin] | None" = None, outputs: "list[TxOut] | None" = None) -> Psbt:
    coins = coins or [coin_of([FORFEIT, EXIT], 3), coin_of([FORFEIT, EXIT], 4)]
    return build_proof(MESSAGE, coins, outputs or [])


def signed(coins: "list[ProofCoin] | None" = None) -> Psbt:
    return sign(unsigned(coins))


def verdict(proof: Psbt, message: str = MESSAGE, skip: "list[bytes] | None" = None) -> str:
    return refusal(verify, proof, message, [SERVER] if skip is None else skip)


def test_a_signed_proof_holds_without_the_operator() -> None:
    assert verdict(signed()) == ""
    assert verdict(sign(unsigned(), 0)) == ""
    assert verdict(Psbt.from_base64(signed().to_base64())) == ""


def test_proof_carries_what_the_operator_reads() -> None:
    proof = unsigned()
    assert proof.globals.get(psbt.GLOBAL_SIGNED_MESSAGE) == MESSAGE.encode()
    for index, entries in enumerate(proof.inputs):
        assert psbt.sighash_type(entries) == SIGHASH_ALL
        scripts = arkfields.taptree(entries)
        assert scripts == ([FORFEIT, EXIT] if index else None)


def test_fee_is_what_the_outputs_leave_over() -> None:
    assert proof_fee(unsigned(outputs=[TxOut(1900, b"\x51\x20" + OWNER)])) == 100
    assert proof_fee(unsigned(outputs=[TxOut(2000, b"\x51\x20" + OWNER)])) == 0
    assert refusal(proof_fee, unsigned(outputs=[TxOut(2001, b"\x51\x20" + OWNER)])) == "intent-fee"


def test_refuses_a_proof_made_for_another_message() -> None:
    assert verdict(signed(), intent.delete_message(1)) == "intent-message-input"
    proof = signed()
    proof.tx.inputs[0].outpoint = proof.tx.inputs[0].outpoint[:32] + b"\x01\x00\x00\x00"
    assert verdict(proof) == "intent-message-input"
    proof = signed()
    psbt.set_witness_utxo(proof.inputs[0], TxOut(1, proof.prevouts()[0].script))
    assert verdict(proof) == "intent-message-input"


def test_refuses_a_proof_without_coins_or_outputs() -> None:
    proof = signed()
    proof.tx.outputs = []
    assert verdict(proof) == "intent-outputs"
    proof = signed()
    del proof.tx.inputs[1:], proof.inputs[1:]
    assert verdict(proof) == "intent-inputs"
    proof = signed()
    proof.inputs[2].remove(psbt.IN_WITNESS_UTXO)
    assert verdict(proof) == "psbt-prevout"


def test_refuses_a_coin_that_occurs_twice() -> None:
    coin = coin_of([FORFEIT, EXIT], 3)
    assert verdict(signed([coin, coin])) == "intent-duplicate"


def test_refuses_a_missing_signature_on_any_input() -> None:
    for index in range(3):
        proof = signed()
        digest = leaf_hash(FORFEIT)
        proof.inputs[index].remove(b"\x14" + OWNER + digest)
        assert verdict(proof) == "intent-signature", index
    assert verdict(signed(), skip=[]) == "intent-signature"
    assert verdict(unsigned()) == "intent-signature"
    assert verdict(unsigned(), skip=[OWNER, SERVER]) == ""


def test_refuses_a_wrong_signature_even_of_a_key_that_may_be_missing() -> None:
    proof = signed()
    psbt.add_tap_script_sig(proof.inputs[1], SERVER, leaf_hash(FORFEIT), bytes(64))
    assert verdict(proof) == "intent-signature"


def test_refuses_a_signature_of_a_foreign_key_or_leaf() -> None:
    for key, leaf in [(OWNER, EXIT), (bytes([7]) * 32, FORFEIT)]:
        proof = signed()
        _, _, signature = psbt.tap_script_sigs(proof.inputs[1])[0]
        psbt.add_tap_script_sig(proof.inputs[1], key, leaf_hash(leaf), signature)
        assert verdict(proof) == "intent-signature"


def test_refuses_signatures_that_leave_the_message_out() -> None:
    assert verdict(sign(unsigned(), SIGHASH_ALL_ANYONECANPAY)) == "intent-sighash"


def test_refuses_a_changed_output_amount_or_coin() -> None:
    proof = signed()
    proof.tx.outputs.append(TxOut(1, b"\x6a"))
    assert verdict(proof) == "intent-signature"
    proof = signed()
    psbt.set_witness_utxo(proof.inputs[2], TxOut(5000, proof.prevouts()[2].script))
    assert verdict(proof) == "intent-signature"


def test_refuses_inputs_without_exactly_one_leaf() -> None:
    for index in range(3):
        proof = signed()
        control, script = psbt.tap_leaf_scripts(proof.inputs[index])[0]
        proof.inputs[index].remove(b"\x15" + control)
        assert verdict(proof) == "intent-leaf", index
        psbt.add_tap_leaf_script(proof.inputs[index], control, script)
        psbt.add_tap_leaf_script(proof.inputs[index], control + bytes(32), script)
        assert verdict(proof) == "intent-leaf", index


def test_refuses_a_leaf_that_the_coin_does_not_have() -> None:
    coin = coin_of([FORFEIT, EXIT], 3)
    coin.leaf = closures.multisig([OWNER]).script
    assert verdict(signed([coin])) == "control-block"


def test_refuses_a_coin_with_a_key_path() -> None:
    tree = TapTree([FORFEIT, EXIT])
    coin = coin_of([FORFEIT, EXIT], 3)
    coin.txout = TxOut(1000, p2tr_script(tree.output_key(OWNER)))
    coin.control = tree.control_block(0, OWNER)
    assert verdict(signed([coin])) == "intent-leaf"


def test_refuses_a_leaf_that_is_no_closure() -> None:
    assert verdict(signed([coin_of([b"\x51", EXIT], 3)])) == "closure-shape"


def test_a_note_is_proven_by_its_preimage_alone() -> None:
    assert verdict(unsigned([note_coin()]), skip=[]) == ""
    mixed = unsigned([coin_of([FORFEIT, EXIT], 3), note_coin()])
    assert verdict(mixed) == "intent-signature"
    for items in ([b"wrong"], [], None):
        coin = note_coin()
        coin.condition = items
        assert verdict(unsigned([coin])) == "intent-condition", items


def test_a_condition_must_be_met() -> None:
    assert verdict(signed([condition_coin([PREIMAGE])])) == ""
    assert verdict(signed([condition_coin([b"wrong"])])) == "intent-condition"
    assert verdict(signed([condition_coin([PREIMAGE, PREIMAGE])])) == "intent-condition"
    assert verdict(signed([condition_coin(None)])) == "condition-stack"


def test_refuses_fields_that_other_readers_would_take_for_the_condition() -> None:
    proof = signed([condition_coin([PREIMAGE])])
    proof.inputs[1].set(b"condition", b"\x01\x05wrong")
    assert verdict(proof) == "arkfield-ambiguous"


def test_refuses_to_build_a_proof_of_nothing() -> None:
    assert refusal(intent_proof.build_proof, MESSAGE, [], []) == "intent-inputs"
