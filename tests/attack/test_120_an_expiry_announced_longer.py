"""Row 120: the tree expires earlier than announced."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    120,
    "O",
    "the tree expires earlier than announced",
    "arkade 3.7 G5",
    "tree-batch-output",
)


def test_refuses_an_expiry_announced_longer(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.hides_the_leaf_behind_another_expiry)
