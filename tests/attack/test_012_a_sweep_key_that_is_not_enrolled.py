"""Row 12: the sweep leaf holds a key that is not the enrolled one."""

from arkcore.delays import from_operator_value
from arkcore.nodes import node_script
from arkcore.scripts import sweep_root
from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import public
from tests.batch.owner import Run

ROW = Row(
    12,
    "O",
    "the sweep leaf holds a key that is not the enrolled one",
    "operator-pinned",
    "tree-batch-output",
)


def spoil(run: Run) -> None:
    outputs = run.batch.commitment.outputs
    sequence = from_operator_value(run.batch.expiry)
    root = sweep_root(sequence, public("stranger")[1:])
    outputs[0] = TxOut(outputs[0].amount_sat, node_script(run.batch.branch[0].cosigners, root))


def test_refuses_a_sweep_key_that_is_not_enrolled(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
