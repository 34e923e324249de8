"""Row 122: a node has no anchor, so that its fee cannot be paid."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    122,
    "O",
    "a node has no anchor, so that its fee cannot be paid",
    "arkade 3.7 G3",
    "tree-anchor",
)


def test_refuses_a_node_without_anchor(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.node(1, lambda outputs: outputs.pop()))
