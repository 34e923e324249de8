"""Row 43: an intent pays an attacker beside its owner."""

from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT, STRANGER
from tests.batch.owner import own_vtxo

ROW = Row(
    43,
    "H",
    "an intent pays an attacker beside its owner",
    "intent-no-unknown-outputs",
    "user-refused",
)


def test_refuses_an_output_of_a_stranger_without_the_owner(lab: Lab) -> None:
    outputs = [own_vtxo(OUTPUT_SAT, 3)]
    outputs.append({"kind": terms.OUTPUT_FOREIGN_VTXO, "amount_sat": 1_000, "script": STRANGER})
    with lab.owner(("", "no")):
        lab.refuses(ROW, lambda: lab.open_intent(outputs=outputs))
