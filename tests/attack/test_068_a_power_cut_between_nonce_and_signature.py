"""Row 68: the power goes between nonce and signature, then the request comes again."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    68,
    "C",
    "the power goes between nonce and signature, then the request comes again",
    "session-unknown",
    "session-unknown",
)


def test_nonces_do_not_survive_a_power_cut(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    nonces = run.call("get_nonces")["nonces"]
    assert run.cosigner_key is not None
    aggregates = run.batch.aggregate_nonces(run.cosigner_key, nonces)
    lab.machine.kill()
    lab.start()
    lab.refuses(ROW, lambda: run.call("sign_tree", agg_nonces=aggregates), run=run)
