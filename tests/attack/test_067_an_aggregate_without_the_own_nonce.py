"""Row 67: the aggregate nonce leaves the own nonce out."""

from arkcore import musig2

from tests.attack.scaffold import Lab, Row

ROW = Row(
    67,
    "C",
    "the aggregate nonce leaves the own nonce out",
    "nonce-not-included",
    "tree-signature",
)


def test_an_aggregate_without_the_own_nonce_leads_to_no_valid_tree(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    own = run.call("get_nonces")["nonces"]
    key = run.cosigner_key
    assert key is not None
    others = [musig2.nonce_gen(bytes((n + 1,)) * 32, key)[1] for n in range(len(own))]
    aggregates = run.batch.aggregate_nonces(key, others)
    partials = run.call("sign_tree", agg_nonces=aggregates)["partial_signatures"]
    run.tree_signatures = run.batch.tree_signatures(partials)
    lab.refuses(ROW, run.feed_signatures, run=run)
