"""Operators that are honest but for one thing: what a signer must survive.

Each lie has a name and a sentence, and changes exactly one step of the reference operator; the
rest, down to valid signatures over what it made up, is the honest code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from arkcore.codec import outpoint
from arkcore.hashes import sha256
from arkcore.nodes import ANCHOR_SCRIPT, BATCH_OUTPUT_INDEX, node_script, node_tx
from arkcore.psbt import Psbt, PsbtMap
from arkcore.tree import TreeLeaf, TreeNode, TreePlan, TxTree
from arkcore.tx import TxOut

from stanchion.chain.port import ChainSource
from stanchion.chain.wallet import Wallet
from stanchion.operator.config import OperatorConfig
from stanchion.operator.engine import Operator
from stanchion.operator.feed import Event, EventFeed
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.messages import CONNECTOR_TREE
from stanchion.operator.planning import BatchPlanner


class Lie:
    """Honest in everything; a lie overrides one method."""

    name = "honest"
    sentence = "Changes nothing."

    def config(self, honest: OperatorConfig) -> OperatorConfig:
        return honest

    def keys(self, honest: OperatorKeys) -> OperatorKeys:
        return honest

    def batch_output(self, honest: TxOut, planner: BatchPlanner) -> TxOut:
        return honest

    def leaves(self, honest: list[TreeLeaf]) -> list[TreeLeaf]:
        return honest

    def vtxo_tree(self, honest: TxTree, planner: BatchPlanner) -> TxTree:
        return honest

    def connector_parent(self, commitment_txid: bytes) -> bytes:
        return commitment_txid

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        """What is published in place of an event, with its topics."""
        yield event, topics


def lying_operator(
    lie: Lie,
    chain: ChainSource,
    wallet: Wallet,
    config: OperatorConfig,
    keys: OperatorKeys,
    clock: Callable[[], float] = time.time,
) -> Operator:
    """The reference operator with one lie in it."""

    def planner(config: OperatorConfig, keys: OperatorKeys, wallet: Wallet) -> BatchPlanner:
        return _LyingPlanner(lie, config, keys, wallet)

    return Operator(
        chain,
        wallet,
        lie.config(config),
        lie.keys(keys),
        clock,
        planner=planner,
        feed=_LyingFeed(lie),
    )


class _LyingPlanner(BatchPlanner):
    def __init__(
        self, lie: Lie, config: OperatorConfig, keys: OperatorKeys, wallet: Wallet
    ) -> None:
        super().__init__(config, keys, wallet)
        self._lie = lie

    def vtxo_plan(self, leaves: list[TreeLeaf]) -> TreePlan:
        return super().vtxo_plan(self._lie.leaves(leaves))

    def batch_output(self, vtxos: TreePlan) -> TxOut:
        return self._lie.batch_output(super().batch_output(vtxos), self)

    def grow_vtxo_tree(self, vtxos: TreePlan, commitment_txid: bytes) -> TxTree:
        return self._lie.vtxo_tree(super().grow_vtxo_tree(vtxos, commitment_txid), self)

    def grow_connector_tree(self, connectors: TreePlan, commitment_txid: bytes) -> TxTree:
        return super().grow_connector_tree(connectors, self._lie.connector_parent(commitment_txid))


class _LyingFeed(EventFeed):
    def __init__(self, lie: Lie) -> None:
        super().__init__()
        self._lie = lie

    def publish(self, event: Event, topics: Iterable[str] = ()) -> None:
        for changed, readers in self._lie.events(event, list(topics)):
            super().publish(changed, readers)


def regrow(
    tree: TxTree,
    sweep_root: bytes,
    cosigners_of: Callable[[TreeNode], list[bytes]],
    leaf_outputs_of: Callable[[TreeNode], list[TxOut]],
) -> TxTree:
    """The same tree with other cosigners or leaf outputs, all links and inner scripts redone."""

    def grow(node: TreeNode, parent_outpoint: bytes) -> TreeNode:
        outputs = leaf_outputs_of(node) if node.is_leaf else list(node.tx.outputs)
        for vout, child in node.children:
            script = node_script(cosigners_of(child), sweep_root)
            outputs[vout] = TxOut(outputs[vout].amount_sat, script)
        tx = node_tx(parent_outpoint, outputs)
        grown = TreeNode(tx, cosigners_of(node), node.expiry_sequence)
        for vout, child in node.children:
            below = grow(child, outpoint(grown.txid, vout))
            grown.children.append((vout, below))
            grown.child_txids.append((vout, below.txid))
        return grown

    root_point = tree.root.tx.inputs[BATCH_OUTPUT_INDEX].outpoint
    return TxTree(grow(tree.root, root_point))


def _with_leaf_outputs(
    tree: TxTree, planner: BatchPlanner, change: Callable[[list[TxOut]], list[TxOut]]
) -> TxTree:
    root = planner.keys.sweep_root(planner.config.expiry_sequence)
    return regrow(tree, root, lambda node: node.cosigners, lambda node: change(node.tx.outputs))


def _edited(event: Event, name: str, **fields: Any) -> Event:
    return {name: {**event[name], **fields}}


# -- about the batch itself


class BatchOutputToItself(Lie):
    name = "batch-output-to-itself"
    sentence = "Output 0 of the commitment transaction pays the operator, not the cosigners."

    def batch_output(self, honest: TxOut, planner: BatchPlanner) -> TxOut:
        return TxOut(honest.amount_sat, planner.wallet.script)


class ShortExpiry(Lie):
    name = "short-expiry"
    sentence = "The batch can be swept so early that nobody gets out in time."

    def __init__(self, expiry: int) -> None:
        self._expiry = expiry

    def config(self, honest: OperatorConfig) -> OperatorConfig:
        return replace(honest, batch_expiry=self._expiry)


class ExpiryAnnouncedLonger(Lie):
    name = "expiry-announced-longer"
    sentence = "A long expiry is announced, a shorter one is in the sweep leaf."

    def config(self, honest: OperatorConfig) -> OperatorConfig:
        self._honest = honest
        return replace(honest, batch_expiry=honest.batch_expiry // 2)

    def vtxo_tree(self, honest: TxTree, planner: BatchPlanner) -> TxTree:
        for node in honest.nodes:
            node.expiry_sequence = self._honest.expiry_sequence
        return honest

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "batchStarted" in event:
            event = _edited(event, "batchStarted", batchExpiry=str(self._honest.batch_expiry))
        yield event, topics


class ExpiryInSeconds(Lie):
    name = "expiry-in-seconds"
    sentence = "The expiry is announced in another unit than the operator was enrolled with."

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "batchStarted" in event:
            event = _edited(event, "batchStarted", batchExpiry="604672")
        yield event, topics


class OtherForfeitKey(Lie):
    name = "other-forfeit-key"
    sentence = "Sweep leaf and forfeit address belong to another key than the published one."

    def keys(self, honest: OperatorKeys) -> OperatorKeys:
        return OperatorKeys(honest.signer_secret, None, honest.tree_secret)


# -- about the tree


class CosignerMissing(Lie):
    name = "cosigner-missing"
    sentence = "An inner node leaves out one participant's key, so that others can respend it."

    def vtxo_tree(self, honest: TxTree, planner: BatchPlanner) -> TxTree:
        inner = [node for node in honest.nodes if node is not honest.root and not node.is_leaf]
        target = inner[0]
        victims = [key for key in target.cosigners if key != planner.keys.tree]
        root = planner.keys.sweep_root(planner.config.expiry_sequence)

        def cosigners_of(node: TreeNode) -> list[bytes]:
            return [key for key in node.cosigners if node is not target or key != victims[0]]

        return regrow(honest, root, cosigners_of, lambda node: list(node.tx.outputs))

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        # The victim would not be sent a node that does not name its key.
        yield event, [] if "treeTx" in event else topics


class AnchorWithValue(Lie):
    name = "anchor-with-value"
    sentence = "The leaf's anchor holds a satoshi that belongs to the owner."

    def vtxo_tree(self, honest: TxTree, planner: BatchPlanner) -> TxTree:
        def change(outputs: list[TxOut]) -> list[TxOut]:
            first = TxOut(outputs[0].amount_sat - 1, outputs[0].script)
            return [first, *outputs[1:-1], TxOut(1, ANCHOR_SCRIPT)]

        return _with_leaf_outputs(honest, planner, change)


class AnchorMissing(Lie):
    name = "anchor-missing"
    sentence = "The leaf has no anchor, so that nobody can pay for its way into a block."

    def vtxo_tree(self, honest: TxTree, planner: BatchPlanner) -> TxTree:
        return _with_leaf_outputs(honest, planner, lambda outputs: outputs[:-1])


class ReceiversMerged(Lie):
    name = "receivers-merged"
    sentence = "Outputs to the same script are paid as one."

    def leaves(self, honest: list[TreeLeaf]) -> list[TreeLeaf]:
        merged = []
        for leaf in honest:
            totals: dict[bytes, int] = {}
            for txout in leaf.outputs:
                totals[txout.script] = totals.get(txout.script, 0) + txout.amount_sat
            outputs = [TxOut(amount_sat, script) for script, amount_sat in totals.items()]
            merged.append(TreeLeaf(leaf.cosigners, outputs))
        return merged


class ReceiverShortPaid(Lie):
    name = "receiver-short-paid"
    sentence = "Every VTXO is one satoshi short; the operator keeps the difference."

    def leaves(self, honest: list[TreeLeaf]) -> list[TreeLeaf]:
        return [
            TreeLeaf(leaf.cosigners, [TxOut(o.amount_sat - 1, o.script) for o in leaf.outputs])
            for leaf in honest
        ]


class TreeSwappedAfterNonces(Lie):
    name = "tree-swapped-after-nonces"
    sentence = "Once nonces are in, another commitment transaction is announced for them."

    def __init__(self) -> None:
        self._started: Event | None = None

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "treeSigningStarted" in event:
            self._started = event
        elif "treeNonces" in event and self._started is not None:
            honest = self._started["treeSigningStarted"]["unsignedCommitmentTx"]
            yield (
                _edited(
                    self._started,
                    "treeSigningStarted",
                    unsignedCommitmentTx=other_commitment(honest),
                ),
                [],
            )
            self._started = None
        yield event, topics


# -- about signatures and the end of the batch


class GarbageTreeSignatures(Lie):
    name = "garbage-tree-signatures"
    sentence = "The final signatures of the tree are not signatures."

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "treeSignature" in event:
            event = _edited(event, "treeSignature", signature="11" * 64)
        yield event, topics


class NoTreeSignatures(Lie):
    name = "no-tree-signatures"
    sentence = "The final signatures of the tree are kept back."

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "treeSignature" not in event:
            yield event, topics


class CommitmentSwapped(Lie):
    name = "commitment-swapped"
    sentence = "The commitment transaction at the end is not the one whose tree was signed."

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "batchFinalization" in event:
            honest = event["batchFinalization"]["commitmentTx"]
            event = _edited(event, "batchFinalization", commitmentTx=other_commitment(honest))
        yield event, topics


class ConnectorMissing(Lie):
    name = "connector-missing"
    sentence = "No connectors are sent, but forfeits are expected."

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        if "treeTx" not in event or event["treeTx"]["batchIndex"] != CONNECTOR_TREE:
            yield event, topics


class ConnectorsFromElsewhere(Lie):
    name = "connectors-from-elsewhere"
    sentence = "The connector tree hangs on another transaction than the commitment."

    def connector_parent(self, commitment_txid: bytes) -> bytes:
        return bytes(sha256(commitment_txid))


def other_commitment(text: str) -> str:
    """The same PSBT (base64) with one more output."""
    psbt = Psbt.from_base64(text)
    psbt.tx.outputs.append(TxOut(1, psbt.tx.outputs[-1].script))
    psbt.outputs.append(PsbtMap())
    changed: str = psbt.to_base64()
    return changed
