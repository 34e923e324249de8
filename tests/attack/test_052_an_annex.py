"""Row 52: a claim is to carry an annex."""

from tests.attack.scaffold import NO_FIELD, Lab, Row

ROW = Row(
    52,
    "H",
    "a claim is to carry an annex",
    "tx-unknown-field",
    "param-unknown",
)


def test_refuses_an_annex(lab: Lab) -> None:
    claim = {**lab.coins()[0], "destination_index": 1, "fee_sat": 300}
    lab.refuses_field(ROW, "sign_claim", claim, NO_FIELD, bytes((0x50,)) + bytes(8))
