"""Row 148: the commitment has more outputs than announced."""

from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import STRANGER

ROW = Row(
    148,
    "O",
    "the commitment has more outputs than announced",
    "arkade 6",
    "commitment-count",
)


def test_refuses_more_outputs_than_announced(lab: Lab) -> None:
    run = lab.refresh().open()
    run.announce()
    run.batch.commitment.outputs.append(TxOut(1, STRANGER))
    lab.refuses(ROW, run.feed_commitment, run=run)
