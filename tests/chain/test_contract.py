"""The in-process chain and an Esplora server keep the contract of chain sources (see contract.py).

tests/node runs the same cases against a real node.
"""

import pytest
from stanchion.chain.esplora import EsploraSource
from stanchion.chain.node import NodeSource, check_package_answer
from stanchion.chain.port import ChainUnavailable, PackageRejected, Refusal
from stanchion.chain.rpc import NodeRpc, sat

from tests.chain.contract import UNKNOWN, ChainContract
from tests.chain.esplora_server import EsploraWorld, served


class TestEmbedded(ChainContract):
    @pytest.fixture
    def world(self, chain):
        return chain


class TestEsplora(ChainContract):
    @pytest.fixture
    def world(self, chain):
        with served(chain) as url:
            source = EsploraWorld(url, chain)
            yield source
            source.close()


def test_servers_that_do_not_answer_are_unavailable_and_know_nothing(tmp_path):
    closed = "http://127.0.0.1:1"
    cookie = tmp_path / "absent"
    for source in (EsploraSource(closed, "bcrt"), NodeSource(NodeRpc(closed, cookie=cookie))):
        for question in (source.tip, source.fee_rates, lambda s=source: s.tx_status(UNKNOWN)):
            with pytest.raises(ChainUnavailable):
                question()


def test_amounts_of_a_node_lose_no_satoshi():
    assert sat("0.00012345") == 12_345
    assert sat("20999999.9769") == 2_099_999_997_690_000


def test_a_refused_package_names_the_parents_error_first():
    parent, child = bytes([1]) * 32, bytes([2]) * 32
    answer = {
        "package_msg": "transaction failed",
        "tx-results": {
            "b": {"txid": "02" * 32, "error": "bad-txns-inputs-missingorspent"},
            "a": {"txid": "01" * 32, "error": "min relay fee not met, 0 < 120"},
        },
    }
    with pytest.raises(PackageRejected) as caught:
        check_package_answer(answer, [parent, child])
    assert caught.value.refusal is Refusal.INSUFFICIENT_FEE
    check_package_answer({"package_msg": "success", "tx-results": {}}, [parent, child])
