"""Row 143: an aggregate nonce is no point."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    143,
    "C",
    "an aggregate nonce is no point",
    "signers 3.4",
    "musig-aggnonce",
)


def test_refuses_an_aggregate_nonce_off_the_curve(lab: Lab) -> None:
    run = lab.refresh().to_tree()
    run.feed_branch()
    nonces = run.call("get_nonces")["nonces"]
    bad = [b"\x02" + b"\xff" * 65, *nonces[1:]]
    lab.refuses(ROW, lambda: run.call("sign_tree", agg_nonces=bad), run=run)
