"""Row 129: the boarding input is shown with another amount."""

from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import INPUT_SAT

ROW = Row(
    129,
    "O",
    "the boarding input is shown with another amount",
    "arkade 6",
    "commitment-input",
)


def test_refuses_a_boarding_input_with_another_amount(lab: Lab) -> None:
    run = lab.board("a_boarding_input_with_another_amount").open()
    run.batch.prevouts[1] = TxOut(INPUT_SAT, run.batch.prevouts[1].script)
    run.announce()
    lab.refuses(ROW, run.feed_commitment, run=run)
