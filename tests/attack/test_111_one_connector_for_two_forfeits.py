"""Row 111: two forfeits hang on one connector."""

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch import frauds

ROW = Row(
    111,
    "C",
    "two forfeits hang on one connector",
    "arkade 8.7 (7)",
    "connector-reused",
)


def test_refuses_one_connector_for_two_forfeits(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.gives_every_input_the_first_connector, TREE)
