"""Row 113: the anchor is offered as connector."""

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch import frauds

ROW = Row(
    113,
    "O",
    "the anchor is offered as connector",
    "arkade 4",
    "connector-child",
)


def test_refuses_the_anchor_as_connector(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.connector_index(1, 1), TREE)
