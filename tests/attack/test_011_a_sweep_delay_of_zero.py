"""Row 11: the sweep delay is zero."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    11,
    "O",
    "the sweep delay is zero",
    "tree-sweep-range",
    "delay-range",
)


def test_refuses_a_sweep_delay_of_zero(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.announces(0))
