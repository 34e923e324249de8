"""The owner's branch of a VTXO tree, checked node by node from the root to the leaf.

A device judges its path with this in constant memory: of the nodes before it keeps only what
signing needs. The host's whole-tree check (`tree_validation`) uses the same functions for each
edge, so both refuse the same trees (spec/arkade.md 3.6, 3.7, gaps G1, G2, G3, G5).
"""

import secp256k1

from arkcore import musig2
from arkcore.codec import outpoint
from arkcore.errors import SigningError, TreeError
from arkcore.nodes import BATCH_OUTPUT_INDEX, check_node_outputs, is_p2tr, node_key, node_tx
from arkcore.sighash import taproot_sighash
from arkcore.taproot import p2tr_script
from arkcore.tx import Tx, TxOut

MAX_DEPTH = 12
MAX_COSIGNERS = 256
KEY_BYTES = 33


def check_cosigners(cosigners: "list[bytes]", own_key: "bytes | None" = None) -> None:
    """Raises TreeError when the cosigners of one node do not bind it to its owner.

    `cosigners`: 33-byte keys; `own_key` (33 bytes) must be among them when given. Tags:
    `tree-cosigners` (none), `tree-cosigner-limit`, `tree-cosigner-duplicate`,
    `tree-cosigner-missing`.

    A node without the owner's key can be respent by the others at any time (G2). Keys that share
    an x are refused: implementations disagree on whether such a twin counts, and thus on the key.
    """
    if not cosigners:
        raise TreeError("tree-cosigners", "none")
    if len(cosigners) > MAX_COSIGNERS:
        raise TreeError("tree-cosigner-limit", "%d keys" % len(cosigners))
    seen = set()
    own_listed = own_key is None
    for key in cosigners:
        xonly = key[1:]
        if xonly in seen:
            raise TreeError("tree-cosigner-duplicate", key.hex())
        seen.add(xonly)
        own_listed = own_listed or key == own_key
    if not own_listed:
        raise TreeError("tree-cosigner-missing", "own key is not a cosigner")


def check_child_index(child_index: int, parent_outputs: "list[TxOut]") -> None:
    """Raises TreeError `tree-child` unless the index is an output other than the anchor."""
    if child_index < 0 or child_index >= len(parent_outputs) - 1:
        raise TreeError("tree-child", "no tree output %d" % child_index)


def check_expiry(announced_sequence: int, node_sequence: "int | None") -> None:
    """Raises TreeError `tree-expiry` when a node names another expiry than the batch (G5).

    Both are BIP-68 sequences. The field binds nobody (the sweep leaf does, through the key), so
    a node without it (`None`) passes.
    """
    if node_sequence is not None and node_sequence != announced_sequence:
        raise TreeError("tree-expiry", "%d, announced %d" % (node_sequence, announced_sequence))


def edge_key(parent_output: TxOut, cosigners: "list[bytes]", sweep_root: bytes) -> musig2.KeyAgg:
    """The tweaked key under which a node spends `parent_output`, after comparing both.

    Raises TreeError `tree-edge` when the output pays anything but P2TR of that very key, and
    `tree-cosigner-key` when a cosigner is no curve point. Otherwise somebody else could spend the
    output and the whole subtree below it would never exist.
    """
    try:
        aggregate = node_key(cosigners, sweep_root)
    except (secp256k1.CurveError, SigningError):
        raise TreeError("tree-cosigner-key", "not a curve point")
    if parent_output.script != p2tr_script(aggregate.xonly()):
        raise TreeError("tree-edge", "output is not owned by the cosigners below it")
    return aggregate


class OwnKeyAgg(musig2.KeyAgg):
    """An aggregate key as one cosigner needs it: it forgets the others.

    Signing needs the point, its tweaks and the own coefficient; a list of 256 keys at each of 12
    nodes would not fit into a device.
    """

    __slots__ = ("_own_key", "_own_coefficient")

    def __init__(self, full: musig2.KeyAgg, own_key: bytes) -> None:
        """`own_key`: 33 bytes. Raises SigningError `musig-not-a-cosigner`."""
        super().__init__(full.point, full.gacc, full.tacc, b"", b"", [])
        self._own_key = own_key
        self._own_coefficient = full.coefficient(own_key)

    def coefficient(self, pubkey: bytes) -> bytes:
        """The own coefficient (32 bytes). Raises SigningError `musig-not-a-cosigner`."""
        if pubkey != self._own_key:
            raise SigningError("musig-not-a-cosigner")
        return self._own_coefficient


class BranchNode:
    """What remains of a checked node.

    `txid` (32 bytes), `sighash` (32 bytes, BIP-341 key path DEFAULT over the real prevout) and
    `aggregate` (tweaked MuSig2 key of its cosigners; `aggregate.xonly()` verifies the signature).
    """

    __slots__ = ("txid", "sighash", "aggregate")

    def __init__(self, txid: bytes, sighash: bytes, aggregate: musig2.KeyAgg) -> None:
        self.txid = txid
        self.sighash = sighash
        self.aggregate = aggregate


def checked_node(
    tx: Tx, parent_output: TxOut, cosigners: "list[bytes]", sweep_root: bytes, is_leaf: bool
) -> BranchNode:
    """Judges one node against the output that it spends and returns what signing needs.

    `tx` must come from `nodes.node_tx`, or have been compared with it. Raises TreeError
    `tree-anchor`, `tree-script`, `tree-conserve`, `tree-cosigner-key`, `tree-edge`.
    """
    check_node_outputs(tx.outputs, parent_output.amount_sat, is_leaf)
    aggregate = edge_key(parent_output, cosigners, sweep_root)
    return BranchNode(tx.txid(), taproot_sighash(tx, 0, [parent_output]), aggregate)


class Branch:
    """A path of the tree, fed from the root down: `add_cosigners` (in chunks), then `add_node`.

    After the leaf: `nodes` (list of BranchNode, root first), `leaf_outputs` (list of TxOut, anchor
    last) and `complete`. After an error the branch is not to be used any more.
    """

    __slots__ = (
        "_sweep_root",
        "_own_key",
        "_expiry_sequence",
        "_parent_txid",
        "_parent_outputs",
        "_cosigners",
        "nodes",
        "leaf_outputs",
    )

    def __init__(
        self,
        commitment_txid: bytes,
        batch_output: TxOut,
        sweep_root: bytes,
        own_key: bytes,
        expiry_sequence: int,
    ) -> None:
        """`commitment_txid` 32 bytes; `batch_output` = output 0 of that very transaction.

        `sweep_root` (32 bytes) comes from the pinned forfeit key and `expiry_sequence` (BIP-68)
        from the agreed expiry, never from the tree. `own_key`: 33 bytes.
        """
        if not is_p2tr(batch_output.script):
            raise TreeError("tree-script", "batch output is not P2TR")
        self._sweep_root = sweep_root
        self._own_key = own_key
        self._expiry_sequence = expiry_sequence
        self._parent_txid = commitment_txid
        # A placeholder anchor lets one rule judge the child index of the root, too.
        self._parent_outputs = [batch_output, batch_output]
        self._cosigners = bytearray()
        self.nodes: list[BranchNode] = []
        self.leaf_outputs: list[TxOut] = []

    @property
    def complete(self) -> bool:
        return bool(self.leaf_outputs)

    def add_cosigners(self, keys: bytes) -> int:
        """Collects cosigners of the next node: 33·n bytes. Returns how many it has by now.

        Raises TreeError `tree-cosigner-limit`, `tree-cosigner-key` (length).
        """
        if not keys or len(keys) % KEY_BYTES:
            raise TreeError("tree-cosigner-key", "not a list of 33-byte keys")
        count = (len(self._cosigners) + len(keys)) // KEY_BYTES
        if count > MAX_COSIGNERS:
            raise TreeError("tree-cosigner-limit", "%d keys" % count)
        self._cosigners.extend(keys)
        return count

    def add_node(
        self,
        child_index: int,
        outputs: "list[TxOut]",
        is_leaf: bool,
        expiry_sequence: "int | None" = None,
    ) -> BranchNode:
        """Checks the next node, whose cosigners were collected before, and returns it.

        `child_index`: the output of the parent that this node spends (0 for the root).
        `outputs`: all outputs, the anchor last. Raises TreeError `tree-depth`, `tree-child`,
        `tree-expiry`, and those of `check_cosigners` and `checked_node`; for the root
        `tree-batch-output` instead of `tree-edge`: that output is the only part of the tree on
        chain, and a tree below somebody else's output is worth nothing (G1).
        """
        if self.complete or len(self.nodes) >= MAX_DEPTH:
            raise TreeError("tree-depth", "node below the leaf" if self.complete else "too deep")
        check_child_index(child_index, self._parent_outputs)
        check_expiry(self._expiry_sequence, expiry_sequence)
        cosigners = self._take_cosigners()
        check_cosigners(cosigners, self._own_key)
        tx = node_tx(outpoint(self._parent_txid, child_index), outputs)
        parent_output = self._parent_outputs[child_index]
        node = self._checked(tx, parent_output, cosigners, is_leaf)
        self.nodes.append(node)
        self._parent_txid = node.txid
        self._parent_outputs = outputs
        if is_leaf:
            self.leaf_outputs = outputs
        return node

    def _checked(
        self, tx: Tx, parent_output: TxOut, cosigners: "list[bytes]", is_leaf: bool
    ) -> BranchNode:
        try:
            node = checked_node(tx, parent_output, cosigners, self._sweep_root, is_leaf)
        except TreeError as error:
            if error.tag == "tree-edge" and not self.nodes:
                raise root_error(error)
            raise
        node.aggregate = OwnKeyAgg(node.aggregate, self._own_key)
        return node

    def _take_cosigners(self) -> "list[bytes]":
        joined = bytes(self._cosigners)
        self._cosigners = bytearray()
        return [joined[i : i + KEY_BYTES] for i in range(0, len(joined), KEY_BYTES)]


def root_error(error: TreeError) -> TreeError:
    """The `tree-edge` error of a root, told apart because it concerns the commitment itself."""
    return TreeError("tree-batch-output", "output %d: %s" % (BATCH_OUTPUT_INDEX, error.detail))
