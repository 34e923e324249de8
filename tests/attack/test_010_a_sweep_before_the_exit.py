"""Row 10: the sweep path opens before an exit could be over."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    10,
    "O",
    "the sweep path opens before an exit could be over",
    "vtxo-expiry-margin",
    "tree-sweep-range",
)


def test_refuses_a_sweep_before_the_exit(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.announces(99))
