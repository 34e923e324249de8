"""Row 115: the commitment has a lock time."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    115,
    "O",
    "the commitment has a lock time",
    "arkade 6",
    "commitment-form",
)


def test_refuses_a_commitment_with_a_locktime(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.field_of_commitment("locktime", 9))
