"""Row 105: the batch expires after one block (expiry1block)."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    105,
    "O",
    "the batch expires after one block (expiry1block)",
    "tssdk 4 expiry1block",
    "tree-sweep-range",
)


def test_refuses_an_expiry_of_one_block(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.announces(1))
