"""Trees as they travel: a flat list of PSBTs with child links (spec/arkade.md 3.4, 3.5).

Order and supplied txids mean nothing: a node is known by the txid computed from its PSBT, and the
graph is rebuilt from the links. A list may hold one branch; links to nodes that are not in the
list stay as `child_txids`.
"""

from arkcore import arkfields
from arkcore.errors import TreeError
from arkcore.psbt import IN_TAP_KEY_SIG, Psbt, tap_key_sig
from arkcore.tree import TreeNode, TxTree

MAX_NODES = 4096


class FlatNode:
    """`psbt`, and `children`: (output index, 32-byte txid) in any order."""

    __slots__ = ("psbt", "children")

    def __init__(self, psbt: Psbt, children: "list[tuple[int, bytes]]") -> None:
        self.psbt = psbt
        self.children = children


def node_psbt(node: TreeNode) -> Psbt:
    """The PSBT of a node: cosigner and expiry fields, and the signature once it is there."""
    psbt = Psbt(node.tx)
    entries = psbt.inputs[0]
    if node.signature:
        entries.set(IN_TAP_KEY_SIG, node.signature)
    arkfields.set_cosigners(entries, node.cosigners)
    if node.expiry_sequence is not None:
        arkfields.set_expiry(entries, node.expiry_sequence)
    return psbt


def flatten(tree: TxTree) -> "list[FlatNode]":
    """All nodes, children before parents, as arkd sends them."""
    flat = [FlatNode(node_psbt(node), list(node.child_txids)) for node in tree.nodes]
    flat.reverse()
    return flat


def flatten_branch(tree: TxTree, cosigner: bytes) -> "list[FlatNode]":
    """The nodes that this cosigner (33 bytes) signs: what a client gets to see of a batch."""
    return [
        FlatNode(node_psbt(node), list(node.child_txids))
        for node in tree.nodes
        if cosigner in node.cosigners
    ]


def tree_node(flat: FlatNode) -> TreeNode:
    """One node out of its PSBT, child links included, children not yet attached.

    Raises TreeError `tree-link` (not one input), `tree-child` (two children at one output),
    EncodingError `arkfield-*`, `psbt-*`, ScriptError `closure-number`.
    """
    psbt = flat.psbt
    if len(psbt.inputs) != 1:
        raise TreeError("tree-link", "%d inputs" % len(psbt.inputs))
    entries = psbt.inputs[0]
    node = TreeNode(psbt.tx, arkfields.cosigners(entries), arkfields.expiry(entries))
    node.signature = tap_key_sig(entries) or b""
    node.child_txids = sorted(flat.children)
    for one, other in zip(node.child_txids, node.child_txids[1:]):
        if one[0] == other[0]:
            raise TreeError("tree-child", "two children at output %d" % one[0])
    return node


def rebuild(flat_nodes: "list[FlatNode]") -> TxTree:
    """The tree or branch that the list describes; it is not validated yet.

    Raises TreeError `tree-empty`, `tree-size`, `tree-twice` (one transaction listed or claimed as
    a child twice), `tree-root` (none, or several), `tree-cycle` (nodes that hang on no root), and
    those of `tree_node`.
    """
    if not flat_nodes:
        raise TreeError("tree-empty", "no nodes")
    if len(flat_nodes) > MAX_NODES:
        raise TreeError("tree-size", "%d nodes" % len(flat_nodes))
    nodes: dict[bytes, TreeNode] = {}
    ordered = []
    for flat in flat_nodes:
        node = tree_node(flat)
        if node.txid in nodes:
            raise TreeError("tree-twice", "listed twice")
        nodes[node.txid] = node
        ordered.append(node)
    claimed = _attach(ordered, nodes)
    roots = [node for node in ordered if node.txid not in claimed]
    if len(roots) != 1:
        raise TreeError("tree-root", "%d roots" % len(roots))
    tree = TxTree(roots[0])
    if len(tree.nodes) != len(ordered):
        # With one root and one parent each, what is not reached can only hang on itself.
        raise TreeError("tree-cycle", "nodes without a way to the root")
    return tree


def _attach(ordered: "list[TreeNode]", nodes: "dict[bytes, TreeNode]") -> "set[bytes]":
    """Links known children to their parents; returns the txids that are somebody's child."""
    claimed = set()
    for node in ordered:
        for index, txid in node.child_txids:
            if txid in claimed:
                raise TreeError("tree-twice", "child of two outputs")
            claimed.add(txid)
            child = nodes.get(txid)
            if child is not None:
                node.children.append((index, child))
    return claimed
