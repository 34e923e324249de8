"""Row 13: a second leaf hides beside the sweep leaf."""

from arkcore.closures import multisig
from arkcore.delays import from_operator_value
from arkcore.nodes import node_script
from arkcore.scripts import sweep_leaf
from arkcore.taproot import TapTree
from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import public
from tests.batch.owner import Run

ROW = Row(
    13,
    "O",
    "a second leaf hides beside the sweep leaf",
    "tree-root-script",
    "tree-batch-output",
)


def spoil(run: Run) -> None:
    outputs = run.batch.commitment.outputs
    sequence = from_operator_value(run.batch.expiry)
    hidden = multisig([public("stranger")[1:]]).script
    root = TapTree([sweep_leaf(sequence, public("forfeit")[1:]), hidden]).root
    outputs[0] = TxOut(outputs[0].amount_sat, node_script(run.batch.branch[0].cosigners, root))


def test_refuses_a_hidden_leaf(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
