"""Row 22: a tree transaction is signed with a lock time that keeps it out of blocks."""

from arkcore.codec import outpoint
from arkcore.nodes import node_tx
from arkcore.sighash import taproot_sighash

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch.owner import Run

ROW = Row(
    22,
    "O",
    "a tree transaction is signed with a lock time that keeps it out of blocks",
    "tree-format",
    "tree-signature",
)


def spoil(run: Run) -> None:
    """Everybody else signs this transaction; the device signs the one that must be."""
    root = run.batch.branch[0]
    tx = node_tx(outpoint(run.batch.commitment.txid(), 0), root.outputs)
    tx.locktime = 5_000_000
    run.batch.nodes[0].sighash = taproot_sighash(tx, 0, [run.batch.commitment.outputs[0]])


def test_refuses_a_node_with_a_locktime(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil, TREE)
