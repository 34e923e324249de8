"""Row 18: outputs of a node are worth more than its input."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    18,
    "O",
    "outputs of a node are worth more than its input",
    "tree-conserve",
    "tree-conserve",
)


def test_refuses_a_node_that_creates_money(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.node(1, lambda outputs: frauds.shifted(outputs, 1, 1)))
