"""An honest operator in a few lines: builds a batch around one owner, with everybody else's keys.

The trees, connectors and signatures come from `arkcore`; what a test wants to be false it changes
in the `Batch` before it is shown to the device.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import secp256k1
from arkcore import musig2
from arkcore.branch import BranchNode
from arkcore.commitment import commitment_tx
from arkcore.delays import from_operator_value
from arkcore.scripts import p2wpkh_script, sweep_root
from arkcore.taproot import p2tr_script
from arkcore.tree import TreeLeaf, TreeNode, TxTree, connector_tree, vtxo_tree
from arkcore.tree_validation import validate_vtxo_tree
from arkcore.treesigning import BranchSigner
from arkcore.tx import Tx, TxOut

REGTEST = 4
DUST_SAT = 330
BATCH_EXPIRY_BLOCKS = 144


def secret(label: str) -> bytes:
    """A secret key that belongs to `label` alone."""
    return secp256k1.scalar_reduce(hashlib.sha256(label.encode()).digest())


def public(label: str) -> bytes:
    return secp256k1.pubkey_create(secret(label))


def enrolment() -> dict[str, Any]:
    """Parameters of enroll_operator for the operator of these tests."""
    return {
        "name": "Test operator",
        "signer_key": public("signer"),
        "forfeit_key": public("forfeit"),
        "forfeit_script": p2wpkh_script(public("forfeit")),
        "unilateral_exit_delay": 20,
        "boarding_exit_delay": 40,
        "checkpoint_exit_delay": 10,
        "min_batch_expiry": 100,
        "dust_sat": DUST_SAT,
    }


@dataclass
class Wish:
    """What one intent brings and wants: the facts that an operator gets from a proof."""

    cosigner_key: bytes | None
    boarding: list[tuple[bytes, TxOut]]
    forfeits: int
    tree_outputs: list[TxOut]
    onchain_outputs: list[TxOut]


@dataclass
class Node:
    """One transaction of the owner's branch as it is shown to the device."""

    cosigners: list[bytes]
    child_index: int
    outputs: list[TxOut]
    is_leaf: bool


@dataclass
class Batch:
    """Everything that the device is shown, in the order of showing; tests change single facts."""

    expiry: int
    commitment: Tx
    prevouts: list[TxOut]
    branch: list[Node]
    connectors: list[list[tuple[int, list[TxOut]]]]
    nodes: list[BranchNode] = field(default_factory=list)
    tree: TxTree | None = None
    signers: dict[bytes, bytes] = field(default_factory=dict)
    _sessions: list[musig2.Session] = field(default_factory=list)
    _partials: list[list[bytes]] = field(default_factory=list)

    def aggregate_nonces(self, own_key: bytes, own_nonces: list[bytes]) -> list[bytes]:
        """Adds everybody's nonces to the owner's, and signs for everybody but the owner."""
        result = []
        for place, node in enumerate(self.nodes):
            others = [key for key in sorted(self.branch[place].cosigners) if key != own_key]
            parts = [BranchSigner([node], key) for key in others]
            nonces = [own_nonces[place]]
            for key, part in zip(others, parts, strict=True):
                nonces += part.make_nonces(self.signers[key], [hashlib.sha256(key).digest()])
            aggregate = musig2.nonce_agg(nonces)
            self._sessions.append(musig2.Session(aggregate, node.aggregate, node.sighash))
            self._partials.append(
                [
                    part.sign(self.signers[key], [aggregate])[0]
                    for key, part in zip(others, parts, strict=True)
                ]
            )
            result.append(aggregate)
        return result

    def tree_signatures(self, own_partials: list[bytes]) -> list[bytes]:
        return [
            musig2.partial_sig_agg([*others, own], session)
            for others, own, session in zip(
                self._partials, own_partials, self._sessions, strict=True
            )
        ]


def build(
    wish: Wish,
    others: int = 3,
    expiry: int = BATCH_EXPIRY_BLOCKS,
    connector_script: bytes | None = None,
) -> Batch:
    """A batch of this owner and `others` more.

    `connector_script`: what output 1 pays instead of the key of the connector tree.
    """
    signers = {public("tree"): secret("tree")}
    sequence = from_operator_value(expiry)
    root = sweep_root(sequence, public("forfeit")[1:])
    plan = None
    if wish.tree_outputs and wish.cosigner_key:
        leaves = [TreeLeaf([wish.cosigner_key, public("tree")], wish.tree_outputs)]
        for number in range(others):
            key = public(f"cosigner {number}")
            signers[key] = secret(f"cosigner {number}")
            output = TxOut(1_000 + number, p2tr_script(public(f"other {number}")[1:]))
            leaves.append(TreeLeaf([key, public("tree")], [output]))
        plan = vtxo_tree(leaves, root, sequence)
    connectors = None
    if wish.forfeits:
        connectors = connector_tree(public("connector")[1:], wish.forfeits + 2, DUST_SAT)
    commitment = commitment_tx(
        [hashlib.sha256(b"operator coin").digest() + bytes(4)] + [b[0] for b in wish.boarding],
        plan.root_output if plan else None,
        TxOut(connectors.root_output.amount_sat, connector_script or connectors.root_output.script)
        if connectors
        else None,
        wish.onchain_outputs,
        TxOut(7_000, p2tr_script(public("change")[1:])),
    )
    funds = TxOut(500_000, p2tr_script(public("wallet")[1:]))
    batch = Batch(expiry, commitment, [funds] + [b[1] for b in wish.boarding], [], [])
    batch.signers = signers
    if plan and wish.cosigner_key:
        batch.tree = plan.tree(commitment.txid())
        own = batch.tree.leaves()[0]
        checked = validate_vtxo_tree(
            batch.tree, commitment.txid(), plan.root_output, root, sequence
        )
        path = batch.tree.path_to(own)
        batch.nodes = [checked[node.txid] for node in path]
        batch.branch = [branch_node(node, own) for node in path]
    if connectors:
        tree = connectors.tree(commitment.txid())
        batch.connectors = [connector_path(tree, leaf) for leaf in tree.leaves()[: wish.forfeits]]
    return batch


def branch_node(node: TreeNode, leaf: TreeNode) -> Node:
    vout = node.tx.inputs[0].vout
    return Node(list(node.cosigners), vout, list(node.tx.outputs), node is leaf)


def connector_path(tree: TxTree, leaf: TreeNode) -> list[tuple[int, list[TxOut]]]:
    """(output by which the path goes on, outputs) from the root down; the leaf's is its output."""
    path = tree.path_to(leaf)
    steps = [node.tx.inputs[0].vout for node in path[1:]] + [0]
    return [(step, list(node.tx.outputs)) for step, node in zip(steps, path, strict=True)]
