"""Row 4: the leaf pays the same amount to another key."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    4,
    "C",
    "the leaf pays the same amount to another key",
    "leaf-not-mine",
    "leaf-not-mine",
)


def test_refuses_a_leaf_to_a_stranger(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.sends_leaf_to_a_stranger)
