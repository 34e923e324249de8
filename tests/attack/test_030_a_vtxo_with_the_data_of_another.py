"""Row 30: one VTXO is offered with amount and key of another."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    30,
    "C",
    "one VTXO is offered with amount and key of another",
    "forfeit-template",
    "input-mismatch",
)


def test_refuses_a_vtxo_with_the_data_of_another(lab: Lab) -> None:
    first, _ = lab.coins()
    mixed = {**first, "amount_sat": first["amount_sat"] + 1}
    lab.refuses(ROW, lambda: lab.open_intent(inputs=[mixed]))
