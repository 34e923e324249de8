"""Row 106: the commitment is swapped at the end, connectors and all (commitmentSwap)."""

from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import SIGNED
from tests.batch.owner import Run

ROW = Row(
    106,
    "O",
    "the commitment is swapped at the end, connectors and all (commitmentSwap)",
    "tssdk 4 commitmentSwap",
    "batch-changed",
)


def spoil(run: Run) -> None:
    outputs = run.batch.commitment.outputs
    outputs[-1] = TxOut(outputs[-1].amount_sat - 1, outputs[-1].script)


def test_refuses_a_swapped_commitment_although_all_else_fits_it(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil, when=SIGNED)
