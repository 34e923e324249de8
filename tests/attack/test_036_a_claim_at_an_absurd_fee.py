"""Row 36: a claim pays a fee that no market asks for."""

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import boarding_input

ROW = Row(
    36,
    "H",
    "a claim pays a fee that no market asks for",
    "exit-fee-range",
    "exit-fee-range",
)


def test_refuses_a_claim_at_an_absurd_fee(lab: Lab) -> None:
    coin = {**boarding_input("rich", 100_000_000, 2), "destination_index": 1}
    lab.refuses(ROW, lambda: lab.call("sign_claim", fee_sat=300_000, **coin))
