"""Transactions for chain tests: TRUC parents with anchors, their children, delayed outputs."""

import secp256k1
from arkcore.codec import outpoint
from arkcore.nodes import anchor
from arkcore.scripts import VtxoScript
from arkcore.sighash import taproot_sighash
from arkcore.taproot import leaf_hash
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.chain.wallet import KeyPathKey

OWNER_KEY = bytes([7]) * 32
OWNER = KeyPathKey(OWNER_KEY)
SIGNER_XONLY = secp256k1.pubkey_create(bytes([9]) * 32)[1:]


def signed(tx, prevouts, keys=None):
    """Signs every input whose prevout belongs to one of `keys` (OWNER alone by default)."""
    for index, prevout in enumerate(prevouts):
        for key in keys or [OWNER]:
            if prevout.script == key.script:
                tx.inputs[index].witness = [key.sign(tx, index, prevouts)]
    return tx


def spend(point, amount_sat, fee_sat, *, version=2, sequence=0xFFFFFFFD, locktime=0, key=OWNER):
    """A signed transaction from one OWNER coin back to OWNER."""
    tx = Tx(version, [TxIn(point, sequence)], [TxOut(amount_sat - fee_sat, key.script)], locktime)
    return signed(tx, [TxOut(amount_sat, key.script)], [key])


def truc_parent(point, amount_sat, fee_sat=0):
    """A signed version 3 transaction with a zero-value anchor last, as Ark's are."""
    tx = Tx(3, [TxIn(point)], [TxOut(amount_sat - fee_sat, OWNER.script), anchor()])
    return signed(tx, [TxOut(amount_sat, OWNER.script)])


def cpfp_child(parent, coin, coin_sat, fee_sat, *, version=3, padding_outputs=0):
    """Spends the parent's anchor and one OWNER coin; change to OWNER."""
    anchor_vout = len(parent.outputs) - 1
    inputs = [TxIn(outpoint(parent.txid(), anchor_vout)), TxIn(coin)]
    outputs = [TxOut(400, OWNER.script)] * padding_outputs
    change_sat = coin_sat - fee_sat - 400 * padding_outputs
    tx = Tx(version, inputs, [*outputs, TxOut(change_sat, OWNER.script)])
    return signed(tx, [anchor(), TxOut(coin_sat, OWNER.script)])


def exit_claim(script: VtxoScript, point, amount_sat, sequence, fee_sat=500):
    """The owner's claim of a VTXO output through its exit leaf."""
    tx = Tx(2, [TxIn(point, sequence)], [TxOut(amount_sat - fee_sat, OWNER.script)])
    prevouts = [TxOut(amount_sat, script.script_pubkey)]
    message = taproot_sighash(tx, 0, prevouts, leaf_hash(script.exit_leaf))
    signature = secp256k1.sign_schnorr(OWNER_KEY, message, bytes(32))
    tx.inputs[0].witness = [signature, script.exit_leaf, script.exit_control()]
    return tx


def owner_vtxo(sequence) -> VtxoScript:
    return VtxoScript(secp256k1.pubkey_create(OWNER_KEY)[1:], SIGNER_XONLY, sequence)
