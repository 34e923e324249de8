"""Row 37: a batch is called unconfirmed so that its VTXOs are written off."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    37,
    "H",
    "a batch is called unconfirmed so that its VTXOs are written off",
    "ledger-evidence",
    "user-refused",
)


def test_refuses_to_write_a_vtxo_off_without_the_owner(lab: Lab) -> None:
    old = lab.coins()[0]["outpoint"]
    lab.refresh().all()
    with lab.owner(("", "no")):
        lab.refuses(ROW, lambda: lab.call("release_vtxo", outpoint=old))
