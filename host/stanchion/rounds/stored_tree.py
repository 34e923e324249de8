"""Trees between their working form and the plain values that events and stores hold."""

from __future__ import annotations

from collections.abc import Iterable

from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.psbt import Psbt
from arkcore.tree import TxTree
from arkcore.treeflat import FlatNode, flatten, rebuild

from stanchion.rounds.events import StoredNode


def store_tree(tree: TxTree | None) -> tuple[StoredNode, ...]:
    """All nodes with their signatures, children before parents; nothing for no tree."""
    return () if tree is None else tuple(_stored(flat) for flat in flatten(tree))


def _stored(flat: FlatNode) -> StoredNode:
    children = tuple((vout, to_hex_txid(txid)) for vout, txid in flat.children)
    return StoredNode(to_hex_txid(flat.psbt.tx.txid()), flat.psbt.to_base64(), children)


def load_tree(nodes: Iterable[StoredNode]) -> TxTree:
    """Raises EncodingError, TreeError when the stored nodes are no tree."""
    return rebuild(
        [
            FlatNode(
                Psbt.from_base64(node.tx),
                [(vout, from_hex_txid(txid)) for vout, txid in node.children],
            )
            for node in nodes
        ]
    )
