"""Row 114: the commitment spends a VTXO that was not offered on chain."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    114,
    "O",
    "the commitment spends a VTXO that was not offered on chain",
    "arkade 6",
    "commitment-input",
)


def test_refuses_an_own_vtxo_spent_by_the_commitment(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.spends_own_vtxo)
