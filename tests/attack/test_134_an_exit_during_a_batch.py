"""Row 134: an exit is begun with a VTXO of the session at work."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    134,
    "H",
    "an exit is begun with a VTXO of the session at work",
    "vtxo-single-purpose",
    "vtxo-single-purpose",
)


def test_refuses_an_exit_during_a_batch(lab: Lab) -> None:
    run = lab.refresh().open()
    point = run.inputs[0]["outpoint"]
    lab.refuses(ROW, lambda: lab.call("start_exit", outpoint=point), keeps_session=True)
