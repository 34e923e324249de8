"""Row 1: a forfeit is asked for before any tree was shown."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    1,
    "C",
    "a forfeit is asked for before any tree was shown",
    "forfeit-branch-complete",
    "forfeit-branch-complete",
)


def test_refuses_a_forfeit_before_any_tree(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    lab.refuses(ROW, lambda: run.call("sign_forfeit", input_index=0), keeps_session=True)
