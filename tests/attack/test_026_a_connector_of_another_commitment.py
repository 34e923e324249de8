"""Row 26: the connector descends from another commitment."""

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch import frauds

ROW = Row(
    26,
    "C",
    "the connector descends from another commitment",
    "forfeit-connector-lineage",
    "connector-lineage",
)


def test_refuses_a_connector_of_another_commitment(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.offers_a_connector_of_another_commitment, TREE)
