"""Row 110: two outputs are paid as one."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    110,
    "O",
    "two outputs are paid as one",
    "arkade 3.8",
    "leaf-amount",
)


def test_refuses_two_receivers_merged(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.merges_receivers)
