"""Row 123: the root is called the leaf."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    123,
    "O",
    "the root is called the leaf",
    "arkade 8.7 (3)",
    "leaf-not-mine",
)


def test_refuses_a_branch_that_ends_at_the_root(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.ends_at_the_root)
