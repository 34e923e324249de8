"""Row 51: a forfeit is to be signed with another signature hash type."""

from tests.attack.scaffold import NO_FIELD, Lab, Row

ROW = Row(
    51,
    "H",
    "a forfeit is to be signed with another signature hash type",
    "sighash-default-only",
    "param-unknown",
)


def test_refuses_another_sighash_type(lab: Lab) -> None:
    params = {"session": 1, "input_index": 0}
    lab.refuses_field(ROW, "sign_forfeit", params, NO_FIELD, 0x81)
