"""Row 44: an intent spends a VTXO that is not in the ledger."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    44,
    "H",
    "an intent spends a VTXO that is not in the ledger",
    "input-unknown",
    "input-unknown",
)


def test_refuses_an_unknown_input(lab: Lab) -> None:
    inputs = [*lab.coins(), {**lab.coins()[0], "outpoint": frauds.elsewhere(7)}]
    lab.refuses(ROW, lambda: lab.open_intent(inputs=inputs))
