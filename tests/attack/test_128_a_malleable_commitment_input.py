"""Row 128: an input of the commitment could change its id."""

from arkcore.tx import TxOut

from tests.attack.scaffold import Lab, Row

ROW = Row(
    128,
    "O",
    "an input of the commitment could change its id",
    "arkade 6",
    "commitment-malleable",
)


def test_refuses_a_malleable_commitment_input(lab: Lab) -> None:
    run = lab.board("a_malleable_commitment_input").open()
    run.batch.prevouts[0] = TxOut(500_000, b"\xa9\x14" + bytes(20) + b"\x87")
    run.announce()
    lab.refuses(ROW, run.feed_commitment, run=run)
