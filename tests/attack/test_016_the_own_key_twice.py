"""Row 16: a node names the own key twice."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    16,
    "O",
    "a node names the own key twice",
    "tree-cosigner-duplicate",
    "tree-cosigner-duplicate",
)


def test_refuses_the_own_key_twice(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.names_own_key_twice)
