"""Row 135: a VTXO is claimed that nobody has asked to leave with."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    135,
    "H",
    "a VTXO is claimed that nobody has asked to leave with",
    "exit order",
    "vtxo-single-purpose",
)


def test_refuses_a_claim_before_the_exit(lab: Lab) -> None:
    claim = {**lab.coins()[0], "destination_index": 1, "fee_sat": 300}
    lab.refuses(ROW, lambda: lab.call("sign_claim", **claim))
