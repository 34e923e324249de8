"""Row 5: the leaf pays one satoshi less than agreed."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    5,
    "O",
    "the leaf pays one satoshi less than agreed",
    "leaf-amount",
    "leaf-amount",
)


def test_refuses_a_leaf_one_satoshi_short(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.moves_a_sat_inside_the_leaf)
