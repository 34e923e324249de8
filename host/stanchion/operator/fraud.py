"""A forfeited VTXO shows up on chain: the operator takes it by connector and forfeit.

One transaction at a time, each as a package with a child that pays, because version 3 allows one
unconfirmed parent only (spec/arkade.md 9.3, 11).
"""

from __future__ import annotations

from arkcore import arkfields
from arkcore.codec import outpoint
from arkcore.cpfp import FundingCoin, fund_child
from arkcore.psbt import Psbt
from arkcore.tapsigs import LeafSpend
from arkcore.tx import Tx, TxOut

from stanchion.operator.context import OperatorContext
from stanchion.operator.finalization import complete_leaf
from stanchion.operator.offchain import OffchainTx
from stanchion.operator.settlement import read_leaf
from stanchion.operator.vtxos import Vtxo
from stanchion.rounds.round import Round
from stanchion.rounds.stored_tree import load_tree

_RATE_SAT_PER_KVB = 1000


def react(context: OperatorContext, vtxo: Vtxo, round_: Round) -> bool:
    """Takes the next step against an unrolled VTXO that `round_` settled; True if one was taken.

    Raises ChainError, ArkError.
    """
    record = next((one for one in round_.forfeit_txs if one.txid == vtxo.spent_by), None)
    if record is None:
        return False
    psbt = Psbt.from_base64(record.tx)
    for tx in [*_connector_path(context, round_, psbt.tx), _signed_forfeit(context, vtxo, psbt)]:
        status = context.chain.tx_status(tx.txid())
        if status.confirmed:
            continue
        if status.found:
            return False
        _broadcast(context, tx)
        return True
    return False


def put_under_checkpoint(context: OperatorContext, vtxo: Vtxo, tx: OffchainTx) -> bool:
    """Broadcasts the checkpoint of an unrolled VTXO that was paid away off chain.

    Without it the former owner could take the coin once his exit delay is over. Raises ChainError,
    ArkError.
    """
    if context.chain.spender(vtxo.outpoint) is not None:
        return False
    psbt = Psbt.from_base64(tx.checkpoints[tx.spends.index(vtxo.text)])
    leaf = read_leaf(psbt.inputs[0])
    checkpoint = Tx.parse(psbt.tx.serialize(False))
    spend = LeafSpend(checkpoint, 0, psbt.prevouts(), leaf.script, leaf.control)
    items = tuple(arkfields.condition(psbt.inputs[0]) or ())
    checkpoint.inputs[0].witness = spend.witness(dict(leaf.signatures), items)
    _broadcast(context, checkpoint)
    return True


def _connector_path(context: OperatorContext, round_: Round, forfeit: Tx) -> list[Tx]:
    """The signed connector transactions from the root to the one that this forfeit spends."""
    tree = load_tree(round_.connectors)
    spent = {txin.outpoint for txin in forfeit.inputs}
    [leaf] = [leaf for leaf in tree.leaves() if outpoint(leaf.txid, 0) in spent]
    signed = []
    for node in tree.path_to(leaf):
        tx = Tx.parse(node.tx.serialize(False))
        amount_sat = sum(txout.amount_sat for txout in tx.outputs)
        prevout = TxOut(amount_sat, context.keys.connector.script)
        tx.inputs[0].witness = [context.keys.connector.sign(tx, 0, [prevout])]
        signed.append(tx)
    return signed


def _signed_forfeit(context: OperatorContext, vtxo: Vtxo, psbt: Psbt) -> Tx:
    tx = Tx.parse(psbt.tx.serialize(False))
    position = [txin.outpoint for txin in tx.inputs].index(vtxo.outpoint)
    connector_sat = sum(txout.amount_sat for txout in tx.outputs) - vtxo.amount_sat
    connector = TxOut(connector_sat, context.keys.connector.script)
    prevouts = [TxOut(vtxo.amount_sat, vtxo.script), connector]
    if position:
        prevouts.reverse()
    complete_leaf(context, tx, position, prevouts, read_leaf(psbt.inputs[position]))
    other = 1 - position
    tx.inputs[other].witness = [context.keys.connector.sign(tx, other, prevouts)]
    return tx


def _broadcast(context: OperatorContext, parent: Tx) -> None:
    wallet = context.wallet
    coins = [
        FundingCoin(coin.outpoint, TxOut(coin.amount_sat, coin.script)) for coin in wallet.coins()
    ]
    child = fund_child(parent, coins, wallet.script, _RATE_SAT_PER_KVB)
    wallet.sign(child.tx, child.prevouts)
    context.chain.submit_package(parent.serialize(), child.tx.serialize())
