"""Row 35: a claim names a script of the attacker as its destination."""

from tests.attack.scaffold import NO_FIELD, Lab, Row
from tests.batch.frauds import STRANGER

ROW = Row(
    35,
    "H",
    "a claim names a script of the attacker as its destination",
    "exit-destination",
    "param-unknown",
)


def test_refuses_a_claim_that_names_a_script(lab: Lab) -> None:
    claim = {**lab.coins()[0], "destination_index": 1, "fee_sat": 300}
    lab.refuses_field(ROW, "sign_claim", claim, NO_FIELD, STRANGER)
