"""From the PSBTs of tree events to the facts that a signer is fed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arkcore.codec import from_hex_txid
from arkcore.connectors import Connector
from arkcore.errors import ArkError, TreeError
from arkcore.psbt import Psbt
from arkcore.tree import TreeNode, TxTree
from arkcore.treeflat import FlatNode, rebuild, tree_node
from arkcore.tx import TxOut

from stanchion.signers.facts import ConnectorNodeFact, NodeFact, PrevoutFact
from stanchion.signers.terms import match_leaf


def flat_node(event: Mapping[str, Any]) -> FlatNode:
    """A `treeTx` event's node; its `txid` field is not used. Raises EncodingError."""
    children = event.get("children") or {}
    return FlatNode(
        Psbt.from_base64(event["tx"]),
        [(int(vout), from_hex_txid(txid)) for vout, txid in children.items()],
    )


def own_path(
    flat_nodes: Iterable[FlatNode], wanted: Sequence[TxOut], own_key: bytes
) -> list[TreeNode]:
    """The nodes from the root to the leaf that looks like the owner's, in any order received.

    The leaf that pays all wanted outputs is preferred, then one that the own key signs; whether it
    is good enough, the signer says. Raises TreeError `tree-empty`, `tree-root`, EncodingError.
    """
    nodes = {node.txid: node for node in map(tree_node, flat_nodes)}
    leaves = [node for node in nodes.values() if node.is_leaf]
    if not leaves:
        raise TreeError("tree-empty", "no leaf was received")
    leaf = max(leaves, key=lambda node: _resemblance(node, wanted, own_key))
    path = [leaf]
    while (parent := nodes.get(path[0].tx.inputs[0].txid)) is not None:
        if parent in path:
            raise TreeError("tree-cycle")
        path.insert(0, parent)
    return path


def _resemblance(leaf: TreeNode, wanted: Sequence[TxOut], own_key: bytes) -> tuple[bool, bool]:
    try:
        match_leaf(wanted, leaf.tx.outputs[:-1])
    except ArkError:
        return False, own_key in leaf.cosigners
    return True, own_key in leaf.cosigners


def node_fact(node: TreeNode, is_leaf: bool) -> NodeFact:
    return NodeFact(
        node.tx.inputs[0].vout,
        node.expiry_sequence,
        tuple(node.tx.outputs),
        tuple(node.cosigners),
        is_leaf,
    )


def commitment_inputs(psbt: Psbt, with_prevouts: bool) -> list[PrevoutFact]:
    """Raises EncodingError `psbt-prevout` when an input lacks the output that it spends."""
    inputs = psbt.tx.inputs
    prevouts = psbt.prevouts() if with_prevouts else [None] * len(inputs)
    return [
        PrevoutFact(txin.outpoint, prevout, txin.sequence)
        for txin, prevout in zip(inputs, prevouts, strict=True)
    ]


def connector_leaves(flat_nodes: Sequence[FlatNode]) -> tuple[TxTree | None, list[Connector]]:
    """The connector tree as received and the connectors at its leaves. Raises TreeError."""
    if not flat_nodes:
        return None, []
    tree = rebuild(list(flat_nodes))
    found = [
        Connector(leaf.txid + bytes(4), leaf.tx.outputs[0])
        for leaf in tree.leaves()
        if len(leaf.tx.outputs) > 1
    ]
    return tree, found


def connector_path(tree: TxTree, connector: Connector) -> list[ConnectorNodeFact]:
    """The facts that lead from the commitment to a connector."""
    leaf = tree.find(connector.outpoint[:32])
    assert leaf is not None
    path = tree.path_to(leaf)
    exits = [node.tx.inputs[0].vout for node in path[1:]] + [0]
    return [
        ConnectorNodeFact(index, tuple(node.tx.outputs))
        for node, index in zip(path, exits, strict=True)
    ]
