"""Row 23: a tree transaction is signed as version 2, whose anchor nobody could use."""

from arkcore.codec import outpoint
from arkcore.nodes import node_tx
from arkcore.sighash import taproot_sighash

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch.owner import Run

ROW = Row(
    23,
    "O",
    "a tree transaction is signed as version 2, whose anchor nobody could use",
    "tree-format",
    "tree-signature",
)


def spoil(run: Run) -> None:
    """Everybody else signs this transaction; the device signs the one that must be."""
    root = run.batch.branch[0]
    tx = node_tx(outpoint(run.batch.commitment.txid(), 0), root.outputs)
    tx.version = 2
    run.batch.nodes[0].sighash = taproot_sighash(tx, 0, [run.batch.commitment.outputs[0]])


def test_refuses_a_node_of_version_two(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil, TREE)
