"""Row 48: a proof of ownership is used as a real transaction."""

import secp256k1
from arkcore.intent import proof_prevouts, proof_tx, register_message
from arkcore.sighash import SIGHASH_ALL, taproot_sighash
from arkcore.taproot import leaf_hash
from arkcore.tx import SEQUENCE_FINAL, TxOut
from wire import terms

from tests.attack.scaffold import HARMLESS, Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import EXPIRE_AT, VALID_AT, Run, own_vtxo, vtxo_script

ROW = Row(
    48,
    "H",
    "a proof of ownership is used as a real transaction",
    "proof-domain",
    HARMLESS,
)


def test_a_proof_signs_nothing_but_the_proof(lab: Lab) -> None:
    coin = lab.coins()[0]
    run = Run(lab, [coin], [own_vtxo(OUTPUT_SAT, 3)]).open()
    script = vtxo_script(lab, terms.COIN_VTXO, coin["index"])
    assert run.cosigner_key is not None
    message = register_message([], VALID_AT, EXPIRE_AT, [run.cosigner_key])
    prevout = TxOut(coin["amount_sat"], script.script_pubkey)
    spent = [(coin["outpoint"], prevout, SEQUENCE_FINAL)]
    tx = proof_tx(message, spent, [run.output(run.outputs[0])])
    owner = lab.call("get_address", kind=terms.ADDRESS_VTXO, index=coin["index"], show=False)
    leaf = leaf_hash(script.forfeit_leaf)
    digest = taproot_sighash(tx, 1, proof_prevouts(spent), leaf, SIGHASH_ALL)
    assert secp256k1.verify_schnorr(owner["owner_key"], digest, run.proof[1][:64])
    tx.inputs = tx.inputs[1:]
    digest = taproot_sighash(tx, 0, [prevout], leaf, SIGHASH_ALL)
    assert not secp256k1.verify_schnorr(owner["owner_key"], digest, run.proof[1][:64])
    lab.assert_works()
