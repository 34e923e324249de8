"""Row 81: outputs of the commitment are shown again after they were checked."""

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import facts

ROW = Row(
    81,
    "H",
    "outputs of the commitment are shown again after they were checked",
    "manifest-mismatch",
    "state-wrong",
)


def test_refuses_outputs_that_are_shown_a_second_time(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    outputs = facts(run.batch.commitment.outputs)
    action = lambda: run.call("feed_commitment_outputs", outputs=outputs)  # noqa: E731
    lab.refuses(ROW, action, keeps_session=True)
