"""Trees of transactions: how a batch arranges its leaves (spec/arkade.md 3.1 to 3.5, 4).

`vtxo_tree` (radix 2) and `connector_tree` (radix 4) build them as arkd does, down to each txid.
`TxTree` is the graph that builders, validators and signers walk; nothing here recurses.
"""

from arkcore.codec import outpoint
from arkcore.errors import TreeError
from arkcore.nodes import (
    BATCH_OUTPUT_INDEX,
    CONNECTOR_OUTPUT_INDEX,
    anchor,
    node_script,
    node_tx,
)
from arkcore.taproot import p2tr_script
from arkcore.tx import Tx, TxOut

VTXO_RADIX = 2
CONNECTOR_RADIX = 4


class TreeLeaf:
    """What one intent wants: `cosigners` (33-byte keys) and `outputs` without the anchor."""

    __slots__ = ("cosigners", "outputs")

    def __init__(self, cosigners: "list[bytes]", outputs: "list[TxOut]") -> None:
        self.cosigners = cosigners
        self.outputs = outputs


class TreeNode:
    """One transaction of a tree.

    `tx`, `txid` (32 bytes), `cosigners` (33-byte keys), `expiry_sequence` (BIP-68 or None),
    `signature` (64 bytes or empty). `child_txids` lists (output index, txid) of all children, in
    index order; `children` (output index, TreeNode) only of those that are known: a client may
    hold one branch of the tree.
    """

    __slots__ = (
        "tx",
        "txid",
        "cosigners",
        "expiry_sequence",
        "signature",
        "child_txids",
        "children",
    )

    def __init__(
        self, tx: Tx, cosigners: "list[bytes]", expiry_sequence: "int | None" = None
    ) -> None:
        self.tx = tx
        self.txid = tx.txid()
        self.cosigners = cosigners
        self.expiry_sequence = expiry_sequence
        self.signature = b""
        self.child_txids: list[tuple[int, bytes]] = []
        self.children: list[tuple[int, TreeNode]] = []

    @property
    def is_leaf(self) -> bool:
        """True when the node has no children at all, known or unknown."""
        return not self.child_txids


class TxTree:
    """A tree or a branch of one: `root` and `nodes` (parents before children, index order)."""

    __slots__ = ("root", "nodes", "_by_txid", "_parents")

    def __init__(self, root: TreeNode) -> None:
        """Raises TreeError `tree-cycle` when a node is reached twice."""
        self.root = root
        self.nodes: list[TreeNode] = []
        self._by_txid: dict[bytes, TreeNode] = {}
        self._parents: dict[bytes, TreeNode] = {}
        stack = [root]
        while stack:
            node = stack.pop()
            if node.txid in self._by_txid:
                raise TreeError("tree-cycle", "a node has two parents")
            self._by_txid[node.txid] = node
            self.nodes.append(node)
            for _, child in reversed(node.children):
                self._parents[child.txid] = node
                stack.append(child)

    def find(self, txid: bytes) -> "TreeNode | None":
        return self._by_txid.get(txid)

    def leaves(self) -> "list[TreeNode]":
        """Nodes without children, in tree order; a branch whose children are unknown is none."""
        return [node for node in self.nodes if node.is_leaf]

    def path_to(self, node: TreeNode) -> "list[TreeNode]":
        """The nodes from the root to `node`, both included."""
        path = [node]
        while path[-1].txid in self._parents:
            path.append(self._parents[path[-1].txid])
        path.reverse()
        return path


class _Plan:
    """A node before its parent has a txid: leaf outputs, or the plans below it."""

    __slots__ = ("cosigners", "outputs", "children", "script", "amount_sat")

    def __init__(self, cosigners: "list[bytes]", script: bytes) -> None:
        self.cosigners = cosigners
        self.script = script
        self.outputs: list[TxOut] = []
        self.children: list[_Plan] = []
        self.amount_sat = 0


class _Builder:
    """Arranges leaves under one radix; `sweep_root` None means connectors (one untweaked key)."""

    __slots__ = ("_radix", "_sweep_root", "_scripts")

    def __init__(self, radix: int, sweep_root: "bytes | None") -> None:
        self._radix = radix
        self._sweep_root = sweep_root
        # Connector nodes all have one key, and owners with several leaves repeat theirs.
        self._scripts: dict[bytes, bytes] = {}

    def plan(self, leaves: "list[TreeLeaf]") -> _Plan:
        if not leaves:
            raise TreeError("tree-empty", "no leaves")
        level = [self._leaf(leaf) for leaf in leaves]
        while len(level) > 1:
            level = self._upper(level)
        return level[0]

    def _upper(self, level: "list[_Plan]") -> "list[_Plan]":
        """Groups whole radixes; the tail that fills none goes up unchanged."""
        size = min(self._radix, len(level))
        grouped = len(level) - len(level) % size
        parents = [self._branch(level[i : i + size]) for i in range(0, grouped, size)]
        return parents + level[grouped:]

    def _leaf(self, leaf: TreeLeaf) -> _Plan:
        cosigners = distinct_cosigners(leaf.cosigners)
        plan = _Plan(cosigners, self._script(cosigners))
        plan.outputs = list(leaf.outputs)
        plan.amount_sat = sum(txout.amount_sat for txout in leaf.outputs)
        return plan

    def _branch(self, children: "list[_Plan]") -> _Plan:
        keys = []
        for child in children:
            keys.extend(child.cosigners)
        cosigners = distinct_cosigners(keys)
        plan = _Plan(cosigners, self._script(cosigners))
        plan.children = children
        plan.outputs = [TxOut(child.amount_sat, child.script) for child in children]
        plan.amount_sat = sum(child.amount_sat for child in children)
        return plan

    def _script(self, cosigners: "list[bytes]") -> bytes:
        cache_key = b"".join(cosigners)
        if cache_key not in self._scripts:
            if self._sweep_root is None:
                script = p2tr_script(cosigners[0][1:])
            else:
                script = node_script(cosigners, self._sweep_root)
            self._scripts[cache_key] = script
        return self._scripts[cache_key]


def distinct_cosigners(keys: "list[bytes]") -> "list[bytes]":
    """Keys without repetition, compared by x, the first occurrence staying (33 bytes each)."""
    seen = set()
    distinct = []
    for key in keys:
        if key[1:] not in seen:
            seen.add(key[1:])
            distinct.append(key)
    return distinct


class TreePlan:
    """A tree whose commitment transaction is not known yet.

    `root_output` (TxOut) is the commitment output that funds it. `tree(commitment_txid)` makes
    the transactions.
    """

    __slots__ = ("_root", "_output_index", "_expiry_sequence", "root_output")

    def __init__(self, root: _Plan, output_index: int, expiry_sequence: "int | None") -> None:
        self._root = root
        self._output_index = output_index
        self._expiry_sequence = expiry_sequence
        self.root_output = TxOut(root.amount_sat, root.script)

    def tree(self, commitment_txid: bytes) -> TxTree:
        """The unsigned tree under output 0 (VTXOs) or 1 (connectors) of the commitment."""
        root = self._node(self._root, outpoint(commitment_txid, self._output_index))
        stack = [(self._root, root)]
        while stack:
            plan, node = stack.pop()
            for index, below in enumerate(plan.children):
                child = self._node(below, outpoint(node.txid, index))
                node.child_txids.append((index, child.txid))
                node.children.append((index, child))
                stack.append((below, child))
        return TxTree(root)

    def _node(self, plan: _Plan, parent_outpoint: bytes) -> TreeNode:
        tx = node_tx(parent_outpoint, plan.outputs + [anchor()])
        return TreeNode(tx, plan.cosigners, self._expiry_sequence)


def vtxo_tree(leaves: "list[TreeLeaf]", sweep_root: bytes, expiry_sequence: int) -> TreePlan:
    """Plans a VTXO tree. `sweep_root` 32 bytes; `expiry_sequence` is the batch expiry (BIP-68).

    Raises TreeError `tree-empty`, `tree-cosigners`.
    """
    builder = _Builder(VTXO_RADIX, sweep_root)
    return TreePlan(builder.plan(leaves), BATCH_OUTPUT_INDEX, expiry_sequence)


def connector_tree(connector_xonly: bytes, count: int, amount_sat: int) -> TreePlan:
    """Plans a tree of `count` connectors of `amount_sat` under one key (32 bytes, untweaked).

    Raises TreeError `tree-empty`.
    """
    key = b"\x02" + connector_xonly
    output = TxOut(amount_sat, p2tr_script(connector_xonly))
    leaves = [TreeLeaf([key], [output]) for _ in range(count)]
    builder = _Builder(CONNECTOR_RADIX, None)
    return TreePlan(builder.plan(leaves), CONNECTOR_OUTPUT_INDEX, None)
