"""Row 55: the wallet is to become one of another network."""

from wire import terms

from tests.attack.scaffold import Lab, Row

ROW = Row(
    55,
    "H",
    "the wallet is to become one of another network",
    "network-mismatch",
    "state-wrong",
)


def test_refuses_to_become_a_wallet_of_another_network(lab: Lab) -> None:
    params = {"network": terms.NETWORK_BITCOIN, "word_count": 12, "entropy": bytes(32)}
    lab.refuses(ROW, lambda: lab.call("create_wallet", **params))
