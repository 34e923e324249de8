"""Row 141: a refresh pays a fee above the limit."""

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import own_vtxo

ROW = Row(
    141,
    "H",
    "a refresh pays a fee above the limit",
    "velocity-fee",
    "user-refused",
)


def test_refuses_a_high_fee_without_the_owner(lab: Lab) -> None:
    with lab.owner(("", "no")) as owner:
        lab.refuses(ROW, lambda: lab.open_intent(outputs=[own_vtxo(OUTPUT_SAT, 3)]))
    assert any("HIGH FEE" in line for lines in owner.seen for line in lines)
