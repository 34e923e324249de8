"""Row 34: an exit is asked for with a VTXO that is forfeited."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    34,
    "H",
    "an exit is asked for with a VTXO that is forfeited",
    "exit-not-forfeited",
    "exit-not-forfeited",
)


def test_refuses_the_exit_of_a_forfeited_vtxo(lab: Lab) -> None:
    old = lab.coins()[0]["outpoint"]
    lab.refresh().all()
    lab.refuses(ROW, lambda: lab.call("start_exit", outpoint=old))
