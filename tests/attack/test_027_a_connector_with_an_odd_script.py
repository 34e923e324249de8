"""Row 27: the connector pays a script that connectors do not have."""

from arkcore.tx import TxOut

from tests.attack.scaffold import TREE, Lab, Row
from tests.batch import frauds
from tests.batch.frauds import STRANGER

ROW = Row(
    27,
    "C",
    "the connector pays a script that connectors do not have",
    "forfeit-template",
    "connector-script",
)


def spoil(outputs: list[TxOut]) -> None:
    outputs[0] = TxOut(330, STRANGER)


def test_refuses_a_connector_with_an_odd_script(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.connector_step(1, spoil), TREE)
