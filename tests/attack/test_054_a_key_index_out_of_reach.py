"""Row 54: value goes to a key so far out that no restored wallet finds it."""

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import own_vtxo

ROW = Row(
    54,
    "H",
    "value goes to a key so far out that no restored wallet finds it",
    "path-range",
    "path-range",
)


def test_refuses_a_key_index_out_of_reach(lab: Lab) -> None:
    lab.refuses(ROW, lambda: lab.open_intent(outputs=[own_vtxo(OUTPUT_SAT, 2_000_000_000)]))
