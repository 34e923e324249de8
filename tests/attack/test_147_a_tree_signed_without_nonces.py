"""Row 147: partial signatures are asked for before nonces."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    147,
    "C",
    "partial signatures are asked for before nonces",
    "signers 3.4",
    "state-wrong",
)


def test_refuses_a_tree_signature_without_nonces(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    aggregates = [b"\x02" + bytes(65)] * len(run.batch.branch)
    action = lambda: run.call("sign_tree", agg_nonces=aggregates)  # noqa: E731
    lab.refuses(ROW, action, keeps_session=True)
