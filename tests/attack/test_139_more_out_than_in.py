"""Row 139: an intent asks for more than it brings."""

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import own_vtxo

ROW = Row(
    139,
    "H",
    "an intent asks for more than it brings",
    "intent-overspend",
    "intent-overspend",
)


def test_refuses_more_out_than_in(lab: Lab) -> None:
    lab.refuses(ROW, lambda: lab.open_intent(outputs=[own_vtxo(10 * OUTPUT_SAT, 3)]))
