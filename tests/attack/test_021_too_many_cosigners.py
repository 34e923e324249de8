"""Row 21: a node names more keys than any batch has, to exhaust memory."""

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import public
from tests.batch.owner import Run

ROW = Row(
    21,
    "O",
    "a node names more keys than any batch has, to exhaust memory",
    "tree-limits",
    "tree-cosigner-limit",
)


def spoil(run: Run) -> None:
    run.batch.branch[0].cosigners += [public(f"crowd {number}") for number in range(256)]


def test_refuses_too_many_cosigners(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
