"""The end of a batch: sign and broadcast the commitment, then book the VTXOs."""

from __future__ import annotations

import os

import secp256k1
from arkcore.codec import parse_outpoint_text
from arkcore.psbt import Psbt
from arkcore.tapsigs import LeafSpend
from arkcore.tx import Tx, TxOut

from stanchion.operator.context import OperatorContext
from stanchion.operator.planning import BatchPlan
from stanchion.operator.settlement import Settlement, SignedLeaf
from stanchion.operator.vtxos import Vtxo
from stanchion.rounds.round import Round
from stanchion.rounds.views import created_outputs

SECONDS_PER_BLOCK = 600


def complete_leaf(
    context: OperatorContext, tx: Tx, index: int, prevouts: list[TxOut], leaf: SignedLeaf
) -> None:
    """Adds the operator's signature to an owner's collaborative spend and sets the witness."""
    spend = LeafSpend(tx, index, prevouts, leaf.script, leaf.control)
    signatures = dict(leaf.signatures)
    keys = context.keys
    signatures[keys.signer_xonly] = secp256k1.sign_schnorr(
        keys.signer_secret, spend.sighash(), os.urandom(32)
    )
    tx.inputs[index].witness = spend.witness(signatures)


def signed_commitment(context: OperatorContext, plan: BatchPlan, settlement: Settlement) -> bytes:
    """The final transaction, ready to broadcast. Raises ArkError."""
    tx = Tx.parse(plan.commitment.serialize(False))
    for index, leaf in settlement.boarding_leaves.items():
        complete_leaf(context, tx, index, plan.prevouts, leaf)
    context.wallet.sign(tx, plan.prevouts)
    raw: bytes = tx.serialize()
    return raw


def book_vtxos(context: OperatorContext, round_: Round) -> None:
    """Books a finalized round: its inputs are spent, its leaves' outputs exist.

    Only the round is read, so that a database can rebuild the set from the journal.
    """
    settle_inputs(context, round_)
    context.vtxos.add(created_vtxos(round_))


def settle_inputs(context: OperatorContext, round_: Round) -> None:
    """Marks the known VTXOs that a finalized round took in; a second time changes nothing."""
    forfeited_by = {
        txin.outpoint: forfeit.txid
        for forfeit in round_.forfeit_txs
        for txin in Psbt.from_base64(forfeit.tx).tx.inputs
    }
    for intent in round_.intents.values():
        for coin in intent.inputs:
            point = parse_outpoint_text(coin.outpoint)
            if context.vtxos.get(point) is not None:
                context.vtxos.settle(point, round_.txid, forfeited_by.get(point, ""))


def created_vtxos(round_: Round) -> list[Vtxo]:
    """The VTXOs that a finalized round created, before its commitment is confirmed."""
    expires_at = round_.ending_timestamp + expiry_seconds(round_.vtxo_tree_expiration)
    return [
        Vtxo(
            point,
            txout.amount_sat,
            txout.script,
            round_.ending_timestamp,
            expires_at,
            (round_.txid,),
        )
        for point, txout in created_outputs(round_).items()
    ]


def expiry_seconds(raw: int) -> int:
    """Seconds of an expiry in raw form, a block counted as ten minutes."""
    return raw if raw >= 512 else raw * SECONDS_PER_BLOCK
