"""Row 65: after signing the tree is to be signed again under other nonces."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    65,
    "C",
    "after signing the tree is to be signed again under other nonces",
    "nonce-spent",
    "nonce-spent",
)


def test_refuses_a_second_aggregate_nonce(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    run.sign_tree()
    assert run.call("sign_tree", agg_nonces=run.aggregates)["partial_signatures"] == run.partials
    other = list(reversed(run.aggregates))
    lab.refuses(ROW, lambda: run.call("sign_tree", agg_nonces=other), run=run)
