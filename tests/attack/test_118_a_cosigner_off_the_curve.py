"""Row 118: a cosigner key is no point."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    118,
    "O",
    "a cosigner key is no point",
    "arkade 3.3",
    "tree-cosigner-key",
)


def test_refuses_a_cosigner_off_the_curve(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.names_no_point)
