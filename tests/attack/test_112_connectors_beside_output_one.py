"""Row 112: the connectors do not come from output 1."""

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch.frauds import STRANGER

ROW = Row(
    112,
    "O",
    "the connectors do not come from output 1",
    "arkade 4",
    "connector-script",
)


def test_refuses_connectors_beside_output_one(lab: Lab) -> None:
    lab.refuses_refresh(ROW, lambda run: None, TREE, connector_script=STRANGER)
