"""Row 20: the branch leads back to a node that it has passed."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    20,
    "O",
    "the branch leads back to a node that it has passed",
    "tree-shape",
    "tree-conserve",
)


def test_refuses_a_node_below_itself(lab: Lab) -> None:
    lab.refuses_refresh(ROW, lambda run: run.batch.branch.insert(1, run.batch.branch[0]))
