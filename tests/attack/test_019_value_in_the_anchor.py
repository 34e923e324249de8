"""Row 19: a node puts value into its anchor."""

from arkcore.nodes import anchor
from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    19,
    "O",
    "a node puts value into its anchor",
    "tree-conserve",
    "tree-anchor",
)


def spoil(outputs: list[TxOut]) -> None:
    outputs[-1] = TxOut(1, anchor().script)


def test_refuses_value_in_the_anchor(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.node(1, spoil))
