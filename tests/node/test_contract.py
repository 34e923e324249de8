"""A real node keeps the contract of chain sources (tests/chain/contract.py), wallet-less."""

import pytest
from arkcore.codec import outpoint
from stanchion.chain.node import NodeSource
from stanchion.chain.port import ChainUnavailable
from stanchion.chain.rpc import NodeRpc

from tests.chain.contract import COIN_SAT, UNKNOWN, ChainContract, coin_of
from tests.chain.helpers import spend
from tests.node.regtest import RegtestNode
from tools.build_bitcoind import built


class TestNode(ChainContract):
    """Spenders are found by reading blocks."""


class TestNodeWithSpenderIndex(ChainContract):
    @pytest.fixture
    def world(self, tmp_path):
        with RegtestNode(built(), tmp_path / "node", "-txospenderindex=1") as node:
            yield node


def test_a_node_without_transaction_index_is_no_source(tmp_path):
    with (
        RegtestNode(built(), tmp_path / "node", "-txindex=0") as node,
        pytest.raises(ChainUnavailable, match="txindex"),
    ):
        node.tx_status(UNKNOWN)


def test_a_new_cookie_of_a_restarted_node_is_read(world):
    point = coin_of(world)
    tx = spend(point, COIN_SAT, 1_000)
    world.submit(tx.serialize())
    world.mine()
    world.stop()
    world.start()
    assert world.spender(point).txid == tx.txid()
    assert world.spender(outpoint(tx.txid(), 0)) is None


def test_a_wrong_password_is_no_answer(world):
    stranger = NodeSource(NodeRpc(world.url, user="somebody", password="wrong"))
    with pytest.raises(ChainUnavailable):
        stranger.tip()
