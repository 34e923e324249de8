"""Row 137: the child of a transaction without anchor is to be signed."""

from arkcore.tx import Tx

from tests.attack.scaffold import Lab, Row
from tests.batch.leaving import PARENT, cpfp

ROW = Row(
    137,
    "H",
    "the child of a transaction without anchor is to be signed",
    "exit form",
    "cpfp-parent",
)


def test_refuses_a_package_whose_parent_has_no_anchor(lab: Lab) -> None:
    with lab.owner():
        lab.call("start_exit", outpoint=lab.coins()[0]["outpoint"])
    parent = Tx(3, PARENT.inputs, list(reversed(PARENT.outputs)))
    lab.refuses(ROW, lambda: cpfp(lab, parent))
