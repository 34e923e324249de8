"""What every chain source answers alike: the exit machine must not care whom it asks.

A test module names the class and gives a fixture `world`: a `ChainSource` that can also `mine`,
`fund`, `fund_many` and `reorg`, as `EmbeddedChain` does.
"""

import pytest
from arkcore.codec import outpoint
from arkcore.tx import Tx
from stanchion.chain.port import (
    IN_MEMPOOL,
    NOT_FOUND,
    BlockNotFound,
    PackageRejected,
    Refusal,
    TxRejected,
)

from tests.chain.helpers import OWNER, cpfp_child, spend, truc_parent

UNKNOWN = bytes([0x5A]) * 32
COIN_SAT = 50_000


def coin_of(world, amount_sat=COIN_SAT):
    return world.fund(OWNER.script, amount_sat)


def outpoints(world):
    return {coin.outpoint: coin for coin in world.unspent(OWNER.script)}


class ChainContract:
    def test_the_tip_is_a_block_with_a_median_time(self, world):
        tip = world.tip()
        assert world.block_ref(tip.height) == tip.ref
        assert world.median_time(tip.height) == tip.median_time <= tip.time
        (mined,) = world.mine()
        assert world.tip().ref == mined and mined.height == tip.height + 1
        assert world.block_ref(tip.height) == tip.ref

    def test_heights_without_a_block_are_refused(self, world):
        for height in (world.tip().height + 1, -1):
            with pytest.raises(BlockNotFound):
                world.block_ref(height)
        with pytest.raises(BlockNotFound):
            world.median_time(world.tip().height + 1)

    def test_an_unknown_transaction_is_an_answer_and_no_error(self, world):
        assert world.tx_status(UNKNOWN) == NOT_FOUND
        assert world.raw_tx(UNKNOWN) is None
        assert world.spender(outpoint(UNKNOWN, 0)) is None
        assert world.ancestor_fee(UNKNOWN) is None
        assert world.unspent(OWNER.script) == []

    def test_a_confirmed_coin_is_found_by_script_and_by_txid(self, world):
        point = coin_of(world)
        coin = outpoints(world)[point]
        assert (coin.amount_sat, coin.script) == (COIN_SAT, OWNER.script)
        status = world.tx_status(point[:32])
        assert status.confirmed and status.height == coin.height == world.tip().height
        assert status.block == world.tip().ref and status.block_time == world.tip().time
        assert Tx.parse(world.raw_tx(point[:32])).txid() == point[:32]
        assert world.spender(point) is None and world.ancestor_fee(point[:32]) is None

    def test_a_broadcast_waits_and_then_confirms(self, world):
        point = coin_of(world)
        tx = spend(point, COIN_SAT, 1_000)
        assert world.submit(tx.serialize()) == tx.txid()
        assert world.tx_status(tx.txid()) == IN_MEMPOOL
        assert world.raw_tx(tx.txid()) == tx.serialize()
        spent = world.spender(point)
        assert (spent.txid, spent.status) == (tx.txid(), IN_MEMPOOL)
        info = world.ancestor_fee(tx.txid())
        assert (info.fee_sat, info.vsize) == (1_000, tx.vsize())
        (waiting,) = world.unspent(OWNER.script)
        assert (waiting.outpoint, waiting.height) == (outpoint(tx.txid(), 0), None)
        (block,) = world.mine()
        world.mine(2)
        assert world.spender(point).status.block == block
        assert world.tx_status(tx.txid()).block == block
        assert world.ancestor_fee(tx.txid()) is None
        assert outpoints(world)[outpoint(tx.txid(), 0)].height == block.height

    def test_a_spent_or_missing_input_is_named_so(self, world):
        point = coin_of(world)
        world.submit(spend(point, COIN_SAT, 1_000).serialize())
        world.mine()
        with pytest.raises(TxRejected) as caught:
            world.submit(spend(point, COIN_SAT, 2_000).serialize())
        assert caught.value.refusal is Refusal.MISSING_OR_SPENT_INPUTS

    def test_a_replacement_has_to_pay_more(self, world):
        point = coin_of(world)
        first = spend(point, COIN_SAT, 1_000)
        world.submit(first.serialize())
        with pytest.raises(TxRejected) as caught:
            world.submit(spend(point, COIN_SAT, 990).serialize())
        assert caught.value.refusal is Refusal.INSUFFICIENT_REPLACEMENT_FEE
        better = spend(point, COIN_SAT, 3_000)
        world.submit(better.serialize())
        assert world.tx_status(first.txid()) == NOT_FOUND
        assert world.spender(point).txid == better.txid()

    def test_a_transaction_without_fee_is_refused_for_its_fee(self, world):
        with pytest.raises(TxRejected) as caught:
            world.submit(spend(coin_of(world), COIN_SAT, 0).serialize())
        assert caught.value.refusal is Refusal.INSUFFICIENT_FEE

    def test_bytes_that_are_no_transaction_are_refused(self, world):
        with pytest.raises(TxRejected):
            world.submit(b"\x00" * 20)
        with pytest.raises(TxRejected):
            world.submit_package(b"\x00" * 20, b"\x01")

    def test_a_parent_without_fee_travels_with_its_child_only(self, world):
        coins = world.fund_many([(OWNER.script, COIN_SAT), (OWNER.script, 20_000)])
        parent = truc_parent(coins[0], COIN_SAT)
        with pytest.raises(TxRejected) as caught:
            world.submit(parent.serialize())
        assert caught.value.refusal is Refusal.INSUFFICIENT_FEE
        child = cpfp_child(parent, coins[1], 20_000, 1_000)
        world.submit_package(parent.serialize(), child.serialize())
        assert world.tx_status(parent.txid()) == world.tx_status(child.txid()) == IN_MEMPOOL
        info = world.ancestor_fee(child.txid())
        assert (info.fee_sat, info.vsize) == (1_000, parent.vsize() + child.vsize())
        world.submit_package(parent.serialize(), child.serialize())
        (block,) = world.mine()
        assert world.tx_status(parent.txid()).block == world.tx_status(child.txid()).block == block

    def test_a_child_is_replaced_by_one_that_pays_more(self, world):
        coins = world.fund_many([(OWNER.script, COIN_SAT), (OWNER.script, 20_000)])
        parent = truc_parent(coins[0], COIN_SAT)
        cheap, dear = (cpfp_child(parent, coins[1], 20_000, fee) for fee in (1_000, 3_000))
        world.submit_package(parent.serialize(), cheap.serialize())
        worse = cpfp_child(parent, coins[1], 20_000, 1_010)
        with pytest.raises(PackageRejected) as caught:
            world.submit_package(parent.serialize(), worse.serialize())
        assert caught.value.refusal is Refusal.INSUFFICIENT_REPLACEMENT_FEE
        world.submit_package(parent.serialize(), dear.serialize())
        assert world.tx_status(cheap.txid()) == NOT_FOUND
        assert world.spender(outpoint(parent.txid(), 1)).txid == dear.txid()
        assert world.tx_status(parent.txid()) == IN_MEMPOOL

    def test_a_package_that_pays_too_little_is_refused_for_its_fee(self, world):
        coins = world.fund_many([(OWNER.script, COIN_SAT), (OWNER.script, 20_000)])
        parent = truc_parent(coins[0], COIN_SAT)
        child = cpfp_child(parent, coins[1], 20_000, 1)
        with pytest.raises(PackageRejected) as caught:
            world.submit_package(parent.serialize(), child.serialize())
        assert caught.value.refusal is Refusal.INSUFFICIENT_FEE
        assert world.tx_status(parent.txid()) == NOT_FOUND

    def test_a_child_whose_coin_is_gone_is_refused_for_its_input(self, world):
        point = coin_of(world)
        parent = truc_parent(point, COIN_SAT)
        child = cpfp_child(parent, outpoint(UNKNOWN, 1), 20_000, 1_000)
        with pytest.raises(PackageRejected) as caught:
            world.submit_package(parent.serialize(), child.serialize())
        assert caught.value.refusal in (Refusal.MISSING_OR_SPENT_INPUTS, Refusal.INSUFFICIENT_FEE)
        assert world.tx_status(parent.txid()) == NOT_FOUND

    def test_a_reorg_takes_a_confirmation_back(self, world):
        point = coin_of(world)
        world.mine()
        tx = spend(point, COIN_SAT, 1_000)
        world.submit(tx.serialize())
        (block,) = world.mine()
        world.mine()
        assert world.tx_status(tx.txid()).block == block
        world.reorg(2)
        assert world.block_ref(block.height) != block
        assert world.tx_status(tx.txid()) == IN_MEMPOOL
        assert world.spender(point).status == IN_MEMPOOL
        world.mine()
        assert world.tx_status(tx.txid()).height == world.tip().height

    def test_a_transaction_that_a_reorg_drove_out_is_not_found(self, world):
        point = coin_of(world)
        tx, rival = (spend(point, COIN_SAT, fee_sat) for fee_sat in (1_000, 2_000))
        world.submit(tx.serialize())
        world.mine()
        world.reorg(1, [rival.serialize()])
        assert world.tx_status(tx.txid()) == NOT_FOUND and world.raw_tx(tx.txid()) is None
        assert world.spender(point).txid == rival.txid()
        assert world.tx_status(rival.txid()).confirmed

    def test_fee_rates_fall_with_patience(self, world):
        rates = world.fee_rates()
        assert rates.fast >= rates.regular >= rates.slow >= 1_000
