"""Row 64: an output below dust is dressed as a VTXO."""

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import own_vtxo

ROW = Row(
    64,
    "S",
    "an output below dust is dressed as a VTXO",
    "vtxo-dust",
    "amount-dust",
)


def test_refuses_an_output_below_dust(lab: Lab) -> None:
    lab.refuses(ROW, lambda: lab.open_intent(outputs=[own_vtxo(OUTPUT_SAT, 3), own_vtxo(329, 4)]))
