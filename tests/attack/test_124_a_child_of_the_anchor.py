"""Row 124: a node hangs on the anchor of its parent."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    124,
    "O",
    "a node hangs on the anchor of its parent",
    "arkade 3.6",
    "tree-child",
)


def test_refuses_a_child_of_the_anchor(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.child(1, 2))
