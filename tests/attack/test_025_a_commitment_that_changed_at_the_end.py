"""Row 25: the final commitment differs from the one whose tree was signed."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import SIGNED

ROW = Row(
    25,
    "O",
    "the final commitment differs from the one whose tree was signed",
    "batch-changed",
    "batch-changed",
)


def test_refuses_a_commitment_that_changed_at_the_end(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.finalizes_another_commitment, when=SIGNED)
