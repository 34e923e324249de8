"""Row 138: a boarding coin is given to a second batch."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    138,
    "C",
    "a boarding coin is given to a second batch",
    "vtxo-single-purpose",
    "vtxo-single-purpose",
)


def test_refuses_a_boarding_coin_in_a_second_batch(lab: Lab) -> None:
    run = lab.board("twice")
    run.all()
    again = lab.board("twice")
    lab.judge(ROW, again.open, run=again)
    lab.assert_works()
