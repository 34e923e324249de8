"""Row 15: a node between root and leaf leaves the own key out."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    15,
    "O",
    "a node between root and leaf leaves the own key out",
    "tree-cosigner-missing",
    "tree-cosigner-missing",
)


def test_refuses_a_node_without_the_own_key(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.leaves_own_key_out)
