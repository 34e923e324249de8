"""Row 17: keys are added once the nonces are known."""

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import public

ROW = Row(
    17,
    "O",
    "keys are added once the nonces are known",
    "session-cosigners-changed",
    "state-wrong",
)


def test_refuses_other_cosigners_once_nonces_are_out(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    run.call("get_nonces")
    action = lambda: run.call("feed_cosigners", keys=public("stranger"))  # noqa: E731
    lab.refuses(ROW, action, keeps_session=True)
