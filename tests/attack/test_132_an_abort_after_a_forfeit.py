"""Row 132: a batch is given up once a forfeit is in the world."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    132,
    "C",
    "a batch is given up once a forfeit is in the world",
    "signers 2.7",
    "state-wrong",
)


def test_refuses_an_abort_after_a_forfeit(lab: Lab) -> None:
    run = lab.refresh().to_exit_path()
    run.connect()
    run.give()
    lab.judge(ROW, lambda: run.call("abort_batch"), keeps_session=True)
    run.call("close_batch")
    lab.assert_works()
