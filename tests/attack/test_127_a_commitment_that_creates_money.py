"""Row 127: the commitment pays out more than it takes in."""

from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row

ROW = Row(
    127,
    "O",
    "the commitment pays out more than it takes in",
    "arkade 6",
    "commitment-amount",
)


def test_refuses_a_commitment_that_creates_money(lab: Lab) -> None:
    run = lab.board("a_commitment_that_creates_money").open()
    outputs = run.batch.commitment.outputs
    outputs[-1] = TxOut(10_000_000, outputs[-1].script)
    run.announce()
    lab.refuses(ROW, run.feed_commitment, run=run)
