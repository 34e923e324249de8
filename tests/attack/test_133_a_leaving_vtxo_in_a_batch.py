"""Row 133: a VTXO that is leaving is offered to a batch."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    133,
    "H",
    "a VTXO that is leaving is offered to a batch",
    "vtxo-single-purpose",
    "vtxo-single-purpose",
)


def test_refuses_a_leaving_vtxo_in_a_batch(lab: Lab) -> None:
    inputs = lab.coins()
    with lab.owner():
        lab.call("start_exit", outpoint=inputs[0]["outpoint"])
    lab.refuses(ROW, lambda: lab.open_intent(inputs=inputs))
