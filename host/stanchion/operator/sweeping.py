"""Taking back what is left of a batch after its expiry (spec/arkade.md 9.3)."""

from __future__ import annotations

import os
from dataclasses import dataclass

import secp256k1
from arkcore import musig2
from arkcore.claim import is_mature
from arkcore.codec import from_hex_txid, outpoint, outpoint_text, to_hex_txid
from arkcore.nodes import BATCH_OUTPUT_INDEX
from arkcore.taproot import TapTree
from arkcore.tapsigs import LeafSpend
from arkcore.tree import TreeNode, TxTree
from arkcore.tx import Tx, TxIn, TxOut
from arkcore.weights import WeightEstimate, fee_at

from stanchion.operator.context import OperatorContext
from stanchion.rounds.round import Round
from stanchion.rounds.stored_tree import load_tree

_RATE_SAT_PER_KVB = 1000
_CONTROL_BYTES = 33
_SIGNATURE_BYTES = 64
_SWEEP_VERSION = 2


@dataclass(frozen=True)
class Sweepable:
    """An output of the batch on chain, and the node below it that nobody has broadcast."""

    outpoint: bytes
    output: TxOut
    node: TreeNode


def sweepable_outputs(context: OperatorContext, round_: Round, tree: TxTree) -> list[Sweepable]:
    """Mature, unspent outputs whose subtree is still off chain, from the root down."""
    commitment_txid = from_hex_txid(round_.txid)
    raw = context.chain.raw_tx(commitment_txid)
    if raw is None:
        return []
    batch_output = Tx.parse(raw).outputs[BATCH_OUTPUT_INDEX]
    found = []
    stack = [(tree.root, outpoint(commitment_txid, BATCH_OUTPUT_INDEX), batch_output)]
    while stack:
        node, point, output = stack.pop()
        if context.chain.tx_status(node.txid).found:
            for vout, child in node.children:
                stack.append((child, outpoint(node.txid, vout), node.tx.outputs[vout]))
        elif context.chain.spender(point) is None and _mature(context, node, point[:32]):
            found.append(Sweepable(point, output, node))
    return found


def _mature(context: OperatorContext, node: TreeNode, parent_txid: bytes) -> bool:
    height = context.chain.tx_status(parent_txid).height
    if height is None or node.expiry_sequence is None:
        return False
    tip = context.chain.tip()
    # BIP-68 counts seconds from the median time before the confirming block.
    since = context.chain.median_time(height - 1)
    return is_mature(node.expiry_sequence, height, since, tip.height, tip.median_time)


def sweep_tx(context: OperatorContext, outputs: list[Sweepable]) -> Tx:
    """The signed sweep of these outputs to the operator's wallet."""
    keys = context.keys
    sequences = [item.node.expiry_sequence or 0 for item in outputs]
    scripts = [keys.sweep_leaf(sequence) for sequence in sequences]
    estimate = WeightEstimate()
    for script in scripts:
        estimate.add_leaf_input(_SIGNATURE_BYTES, len(script), _CONTROL_BYTES)
    estimate.add_output(context.wallet.script)
    fee_sat = fee_at(_RATE_SAT_PER_KVB, estimate.vsize())
    total_sat = sum(item.output.amount_sat for item in outputs)
    inputs = [TxIn(o.outpoint, s) for o, s in zip(outputs, sequences, strict=True)]
    tx = Tx(_SWEEP_VERSION, inputs, [TxOut(total_sat - fee_sat, context.wallet.script)])
    prevouts = [item.output for item in outputs]
    for index, (item, script) in enumerate(zip(outputs, scripts, strict=True)):
        internal = musig2.key_agg(musig2.key_sort(item.node.cosigners)).xonly()
        control = TapTree([script]).control_block(0, internal)
        spend = LeafSpend(tx, index, prevouts, script, control)
        signature = secp256k1.sign_schnorr(keys.forfeit_secret, spend.sighash(), os.urandom(32))
        tx.inputs[index].witness = spend.witness({keys.forfeit_xonly: signature})
    return tx


def leaves_below(node: TreeNode) -> list[TreeNode]:
    found, stack = [], [node]
    while stack:
        current = stack.pop()
        if current.is_leaf:
            found.append(current)
        stack.extend(child for _, child in current.children)
    return found


def sweep_round(context: OperatorContext, round_: Round) -> bool:
    """Sweeps what can be swept now; True if a transaction was broadcast. Raises ChainError."""
    if not round_.vtxo_tree or round_.swept:
        return False
    outputs = sweepable_outputs(context, round_, load_tree(round_.vtxo_tree))
    if not outputs:
        return False
    tx = sweep_tx(context, outputs)
    context.chain.submit(tx.serialize())
    leaves = [leaf for item in outputs for leaf in leaves_below(item.node)]
    swept = {leaf.txid for leaf in leaves}
    preconfirmed = []
    for vtxo in context.vtxos.of_batch(round_.txid):
        if vtxo.preconfirmed and not vtxo.unrolled:
            preconfirmed.append(vtxo.text)
            vtxo.swept = True
        elif vtxo.outpoint[:32] in swept:
            vtxo.swept = True
    first_outputs = [outpoint_text(outpoint(leaf.txid, 0)) for leaf in leaves]
    txid, raw = to_hex_txid(tx.txid()), tx.serialize().hex()
    events = round_.sweep(first_outputs, preconfirmed, txid, raw)
    context.journal.append(round_.id, events)
    return True
