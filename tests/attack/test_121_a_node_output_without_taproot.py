"""Row 121: an output of a node is not taproot."""

from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    121,
    "O",
    "an output of a node is not taproot",
    "arkade 3.7 G3",
    "tree-script",
)


def spoil(outputs: list[TxOut]) -> None:
    outputs[1] = TxOut(outputs[1].amount_sat, b"\x51")


def test_refuses_a_node_output_without_taproot(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.node(1, spoil))
