"""Row 116: the commitment has version 3."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    116,
    "O",
    "the commitment has version 3",
    "arkade 6",
    "commitment-form",
)


def test_refuses_a_commitment_of_version_three(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.field_of_commitment("version", 3))
