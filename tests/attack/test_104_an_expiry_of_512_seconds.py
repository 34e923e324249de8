"""Row 104: the batch expires after 512 seconds (expiry512)."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    104,
    "O",
    "the batch expires after 512 seconds (expiry512)",
    "tssdk 4 expiry512",
    "tree-sweep-unit",
)


def test_refuses_an_expiry_of_512_seconds(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.announces(512))
