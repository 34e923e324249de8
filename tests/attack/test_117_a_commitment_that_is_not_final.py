"""Row 117: an input of the commitment can be replaced."""

from arkcore.tx import SEQUENCE_FINAL

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    117,
    "O",
    "an input of the commitment can be replaced",
    "arkade 6",
    "commitment-form",
)


def test_refuses_a_commitment_that_is_not_final(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.sequence_of_input(SEQUENCE_FINAL - 1))
