"""Row 14: the internal key belongs to one party, not to all cosigners."""

from arkcore.delays import from_operator_value
from arkcore.nodes import node_script
from arkcore.scripts import sweep_root
from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import public
from tests.batch.owner import Run

ROW = Row(
    14,
    "O",
    "the internal key belongs to one party, not to all cosigners",
    "tree-root-script",
    "tree-batch-output",
)


def spoil(run: Run) -> None:
    outputs = run.batch.commitment.outputs
    sequence = from_operator_value(run.batch.expiry)
    root = sweep_root(sequence, public("forfeit")[1:])
    outputs[0] = TxOut(outputs[0].amount_sat, node_script([public("stranger")], root))


def test_refuses_an_internal_key_of_one_party(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
