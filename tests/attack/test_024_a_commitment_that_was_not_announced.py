"""Row 24: what is shown of the commitment is not the announced transaction."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    24,
    "O",
    "what is shown of the commitment is not the announced transaction",
    "batch-txid",
    "batch-txid",
)


def test_refuses_a_commitment_that_was_not_announced(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.announces_another_commitment)
