"""Row 109: of two equal outputs one is paid."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    109,
    "O",
    "of two equal outputs one is paid",
    "arkade 3.8",
    "leaf-not-mine",
)


def test_refuses_two_equal_receivers_paid_once(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.pays_two_equal_receivers_once)
