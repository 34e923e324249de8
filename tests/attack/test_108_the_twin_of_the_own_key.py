"""Row 108: a node names the own key with the other parity."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    108,
    "O",
    "a node names the own key with the other parity",
    "arkade 3.7 G2",
    "tree-cosigner-duplicate",
)


def test_refuses_the_twin_of_the_own_key(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.names_twin_of_own_key)
