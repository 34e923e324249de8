"""Row 119: a node is not held by the cosigners that its parent pays."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    119,
    "O",
    "a node is not held by the cosigners that its parent pays",
    "arkade 3.7 (6)",
    "tree-edge",
)


def test_refuses_a_child_of_other_cosigners(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.swaps_a_cosigner)
