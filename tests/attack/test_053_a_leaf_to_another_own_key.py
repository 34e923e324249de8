"""Row 53: an output is the owner's, but of another key than agreed."""

from arkcore.tx import TxOut
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import Run, own_script

ROW = Row(
    53,
    "H",
    "an output is the owner's, but of another key than agreed",
    "send-change-mine",
    "leaf-not-mine",
)


def spoil(run: Run) -> None:
    other = own_script(run.device, terms.ADDRESS_VTXO, 9)
    frauds.leaf(run)[0] = TxOut(OUTPUT_SAT, other)


def test_refuses_a_leaf_to_another_own_key(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
