"""Row 146: a forfeit is asked for of an input that is no VTXO."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    146,
    "C",
    "a forfeit is asked for of an input that is no VTXO",
    "batch-input",
    "batch-input",
)


def test_refuses_a_forfeit_of_a_boarding_input(lab: Lab) -> None:
    run = lab.board("board").to_exit_path()
    lab.refuses(ROW, lambda: run.call("sign_forfeit", input_index=0), run=run)
