"""Row 66: batches are begun and given up to collect public nonces."""

from tests.attack.scaffold import HARMLESS, Lab, Row

ROW = Row(
    66,
    "C",
    "batches are begun and given up to collect public nonces",
    "session-rate",
    HARMLESS,
)


def test_no_two_sessions_share_a_nonce_or_a_key(lab: Lab) -> None:
    seen: list[bytes] = []
    for _ in range(5):
        run = lab.refresh().to_tree()
        run.feed_branch()
        assert run.cosigner_key is not None
        seen += [run.cosigner_key, *run.call("get_nonces")["nonces"]]
        run.call("abort_batch")
    assert len(set(seen)) == len(seen)
    lab.assert_works()
