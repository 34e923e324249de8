"""Row 142: an aggregate nonce is missing."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    142,
    "C",
    "an aggregate nonce is missing",
    "signers 3.4",
    "nonce-count",
)


def test_refuses_too_few_aggregate_nonces(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    nonces = run.call("get_nonces")["nonces"]
    lab.refuses(ROW, lambda: run.call("sign_tree", agg_nonces=nonces[1:]), run=run)
