"""Whole trees and branches, judged as a strict signer does (spec/arkade.md 3.6 to 3.8, 4).

Every node is compared with the node that would be built from its meaning, so nothing in it is
left unjudged; each key is aggregated once. Works on a branch as on a whole tree: a node whose
children were not sent is judged, but counts as no leaf.
"""

from arkcore.branch import (
    MAX_DEPTH,
    BranchNode,
    check_child_index,
    check_cosigners,
    check_expiry,
    checked_node,
    root_error,
)
from arkcore.codec import outpoint
from arkcore.connectors import MAX_CONNECTOR_DEPTH, Connector, check_connector_outputs
from arkcore.errors import TreeError
from arkcore.nodes import BATCH_OUTPUT_INDEX, CONNECTOR_OUTPUT_INDEX, is_p2tr, node_tx
from arkcore.tree import TreeNode, TxTree
from arkcore.tx import Tx, TxOut


def check_node_form(tx: Tx, parent_outpoint: bytes) -> None:
    """Raises TreeError `tree-link` or `tree-form`.

    `tree-link`: the node does not spend exactly the output (36 bytes) it hangs on. `tree-form`:
    version, locktime, sequence or scriptSig differ from what a node has; a lock could hold the
    exit back until the batch has expired, another version would not relay with its child (G3).
    """
    if len(tx.inputs) != 1 or tx.inputs[0].outpoint != parent_outpoint:
        raise TreeError("tree-link", "does not spend its parent's output")
    if tx.serialize(False) != node_tx(parent_outpoint, tx.outputs).serialize(False):
        raise TreeError("tree-form", "version, locktime, sequence or scriptSig")


class _Walk:
    """Visits (node, output that it spends) from the root down, after judging form and links."""

    __slots__ = ("_stack", "_max_depth")

    def __init__(
        self, root: TreeNode, root_outpoint: bytes, root_output: TxOut, max_depth: int
    ) -> None:
        self._stack = [(root, root_outpoint, root_output, 1)]
        self._max_depth = max_depth

    def next(self) -> "tuple[TreeNode, TxOut] | None":
        if not self._stack:
            return None
        node, parent_outpoint, parent_output, depth = self._stack.pop()
        if depth > self._max_depth:
            raise TreeError("tree-depth", "over %d nodes" % self._max_depth)
        check_node_form(node.tx, parent_outpoint)
        outputs = node.tx.outputs
        last_index = -1
        for index, _ in node.child_txids:
            check_child_index(index, outputs)
            if index == last_index:
                raise TreeError("tree-child", "two children at output %d" % index)
            last_index = index
        for index, child in reversed(node.children):
            point = outpoint(node.txid, index)
            self._stack.append((child, point, outputs[index], depth + 1))
        return node, parent_output


def validate_vtxo_tree(
    tree: TxTree,
    commitment_txid: bytes,
    batch_output: TxOut,
    sweep_root: bytes,
    expiry_sequence: int,
) -> "dict[bytes, BranchNode]":
    """What signing needs of every node, by txid, once all of them have passed.

    `commitment_txid` (32 bytes) and `batch_output`, its output 0, come from the transaction that
    will be signed; `sweep_root` (32 bytes) and `expiry_sequence` (BIP-68) from the pinned forfeit
    key and the announced expiry. Raises TreeError `tree-link`, `tree-form`, `tree-child`,
    `tree-depth`, `tree-script`, `tree-batch-output` and those of `branch`.
    """
    if not is_p2tr(batch_output.script):
        raise TreeError("tree-script", "batch output is not P2TR")
    checked = {}
    root_point = outpoint(commitment_txid, BATCH_OUTPUT_INDEX)
    walk = _Walk(tree.root, root_point, batch_output, MAX_DEPTH)
    visit = walk.next()
    while visit is not None:
        node, parent_output = visit
        check_cosigners(node.cosigners)
        check_expiry(expiry_sequence, node.expiry_sequence)
        checked[node.txid] = _checked(node, parent_output, sweep_root, node is tree.root)
        visit = walk.next()
    return checked


def _checked(node: TreeNode, parent_output: TxOut, sweep_root: bytes, is_root: bool) -> BranchNode:
    try:
        return checked_node(node.tx, parent_output, node.cosigners, sweep_root, node.is_leaf)
    except TreeError as error:
        if is_root and error.tag == "tree-edge":
            raise root_error(error)
        raise


class Receipt:
    """Where an owed output was found: `leaf` (TreeNode) and `vout`."""

    __slots__ = ("leaf", "vout")

    def __init__(self, leaf: TreeNode, vout: int) -> None:
        self.leaf = leaf
        self.vout = vout


def find_recipients(tree: TxTree, owed: "list[TxOut]") -> "list[Receipt]":
    """One distinct leaf output for each owed output, in the order of `owed`.

    Raises TreeError `tree-recipient` when one is missing or asks for no amount. Distinct, because
    two equal debts that share one output are one debt paid.
    """
    free: dict[bytes, list[Receipt]] = {}
    for leaf in tree.leaves():
        for vout, txout in enumerate(leaf.tx.outputs[:-1]):
            free.setdefault(txout.serialize(), []).append(Receipt(leaf, vout))
    receipts = []
    for txout in owed:
        candidates = free.get(txout.serialize())
        if txout.amount_sat <= 0 or not candidates:
            raise TreeError("tree-recipient", "%d sat are not in any leaf" % txout.amount_sat)
        receipts.append(candidates.pop(0))
    return receipts


def check_own_paths(tree: TxTree, receipts: "list[Receipt]", own_key: bytes) -> None:
    """Raises TreeError `tree-cosigner-missing` unless `own_key` (33 bytes) cosigns every node from
    the root to each receipt's leaf (G2): the others could respend a node that it does not."""
    for receipt in receipts:
        for node in tree.path_to(receipt.leaf):
            check_cosigners(node.cosigners, own_key)


def find_onchain_outputs(
    commitment: Tx, owed: "list[TxOut]", has_batch: bool, has_connectors: bool
) -> "list[int]":
    """Indexes of distinct commitment outputs that pay `owed`, in that order.

    Output 0 is passed over when it is the batch output, output 1 when it is the connector output.
    Raises TreeError `commitment-output`.
    """
    reserved = (has_batch, has_connectors)
    free: dict[bytes, list[int]] = {}
    for index, txout in enumerate(commitment.outputs):
        if index > 1 or not reserved[index]:
            free.setdefault(txout.serialize(), []).append(index)
    found = []
    for txout in owed:
        indexes = free.get(txout.serialize())
        if txout.amount_sat <= 0 or not indexes:
            raise TreeError("commitment-output", "%d sat are not paid" % txout.amount_sat)
        found.append(indexes.pop(0))
    return found


def validate_connector_tree(
    tree: TxTree, commitment_txid: bytes, connector_output: TxOut
) -> "list[Connector]":
    """The connectors at the leaves, in tree order.

    `connector_output` is output 1 of the commitment (32-byte txid). Raises TreeError
    `connector-lineage` (root does not spend that output; nodes do not chain), `connector-form`,
    `connector-child`, `connector-depth`, `connector-script`, `connector-anchor`,
    `connector-conserve`.
    """
    if not is_p2tr(connector_output.script):
        raise TreeError("connector-script", "connector output is not P2TR")
    root_point = outpoint(commitment_txid, CONNECTOR_OUTPUT_INDEX)
    walk = _Walk(tree.root, root_point, connector_output, MAX_CONNECTOR_DEPTH)
    connectors = []
    visit = _next_connector_node(walk)
    while visit is not None:
        node, parent_output = visit
        outputs = node.tx.outputs
        check_connector_outputs(outputs, parent_output.amount_sat, connector_output.script)
        if node.is_leaf:
            for vout, txout in enumerate(outputs[:-1]):
                connectors.append(Connector(outpoint(node.txid, vout), txout))
        visit = _next_connector_node(walk)
    return connectors


_CONNECTOR_TAGS = {
    "tree-link": "connector-lineage",
    "tree-form": "connector-form",
    "tree-child": "connector-child",
    "tree-depth": "connector-depth",
}


def _next_connector_node(walk: _Walk) -> "tuple[TreeNode, TxOut] | None":
    try:
        return walk.next()
    except TreeError as error:
        raise TreeError(_CONNECTOR_TAGS[error.tag], error.detail)


def pair_connectors(
    vtxo_outpoints: "list[bytes]", connectors: "list[Connector]"
) -> "list[tuple[bytes, Connector]]":
    """Gives each VTXO to forfeit (36 bytes) its own connector: both sorted by txid, then vout.

    Txids sort as people write them. Raises TreeError `connector-count` unless there are exactly as
    many: with a connector used twice only one of two forfeits could ever be enforced, and the
    operator would refuse the round.
    """
    if len(vtxo_outpoints) != len(connectors):
        raise TreeError("connector-count", "%d for %d" % (len(connectors), len(vtxo_outpoints)))
    vtxos = sorted(vtxo_outpoints, key=_outpoint_order)
    ordered = sorted(connectors, key=_connector_order)
    return list(zip(vtxos, ordered))


def _outpoint_order(point: bytes) -> bytes:
    return bytes(reversed(point))[4:] + bytes(reversed(point[32:]))


def _connector_order(connector: Connector) -> bytes:
    return _outpoint_order(connector.outpoint)
