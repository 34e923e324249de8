"""Row 126: a boarding input is to be signed before the tree is."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    126,
    "C",
    "a boarding input is to be signed before the tree is",
    "arkade 8.7 (4)",
    "forfeit-branch-complete",
)


def test_refuses_to_board_before_any_tree(lab: Lab) -> None:
    run = lab.board("early").to_tree()
    lab.refuses(ROW, lambda: run.call("sign_boarding", input_index=0), keeps_session=True)
