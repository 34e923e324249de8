"""Row 2: a transaction between root and leaf is not shown."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    2,
    "C",
    "a transaction between root and leaf is not shown",
    "forfeit-branch-complete",
    "tree-conserve",
)


def test_refuses_branch_with_a_hole(lab: Lab) -> None:
    lab.refuses_refresh(ROW, lambda run: run.batch.branch.pop(1))
