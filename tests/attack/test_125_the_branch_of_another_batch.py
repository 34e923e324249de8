"""Row 125: the branch belongs to another batch."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    125,
    "O",
    "the branch belongs to another batch",
    "arkade 8.7 (8)",
    "tree-conserve",
)


def test_refuses_the_branch_of_another_batch(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.shows_the_branch_of_another_batch)
