"""Replacement, double spends, reorgs, restarts: an exit has to live through all of them (I10)."""

import pytest
from arkcore import delays
from arkcore.codec import outpoint
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.engine import EngineRefused
from stanchion.chain.port import BlockNotFound, ChainError, TxRejected

from tests.chain.helpers import (
    OWNER,
    cpfp_child,
    exit_claim,
    owner_vtxo,
    signed,
    spend,
    truc_parent,
)


def test_a_double_spend_needs_a_higher_fee(chain):
    coin = chain.fund(OWNER.script, 100_000)
    first = spend(coin, 100_000, 1_000)
    chain.submit(first.serialize())
    with pytest.raises(TxRejected, match="insufficient fee, rejecting replacement"):
        chain.submit(spend(coin, 100_000, 1_001).serialize())
    second = spend(coin, 100_000, 1_000 + first.vsize())
    chain.submit(second.serialize())
    assert chain.mempool_txids() == [second.txid()]
    spender = chain.spender(coin)
    assert spender is not None and spender.txid == second.txid()


def test_a_replacement_that_is_larger_needs_a_higher_rate_too(chain):
    coin = chain.fund(OWNER.script, 100_000)
    first = spend(coin, 100_000, 2_000)
    chain.submit(first.serialize())

    def large(fee_sat):
        outputs = [TxOut(1_000, OWNER.script)] * 20
        outputs.append(TxOut(80_000 - fee_sat, OWNER.script))
        return signed(Tx(2, [TxIn(coin)], outputs), [TxOut(100_000, OWNER.script)])

    with pytest.raises(TxRejected, match="new feerate"):
        chain.submit(large(5_000).serialize())
    chain.submit(large(20_000).serialize())


def test_a_transaction_cannot_replace_what_it_spends(chain):
    coin = chain.fund(OWNER.script, 100_000)
    first = spend(coin, 100_000, 1_000)
    chain.submit(first.serialize())
    both = Tx(2, [TxIn(coin), TxIn(outpoint(first.txid(), 0))], [TxOut(100_000, OWNER.script)])
    signed(both, [TxOut(100_000, OWNER.script), TxOut(99_000, OWNER.script)])
    with pytest.raises(TxRejected, match="bad-txns-spends-conflicting-tx"):
        chain.submit(both.serialize())


def test_a_chain_of_25_unconfirmed_transactions_is_the_longest(chain):
    point, amount_sat = chain.fund(OWNER.script, 100_000), 100_000
    for _ in range(25):
        tx = spend(point, amount_sat, 500)
        chain.submit(tx.serialize())
        point, amount_sat = outpoint(tx.txid(), 0), amount_sat - 500
    with pytest.raises(TxRejected, match="too-long-mempool-chain"):
        chain.submit(spend(point, amount_sat, 500).serialize())


def test_a_replacement_takes_the_descendants_of_the_replaced_with_it(chain):
    coin = chain.fund(OWNER.script, 100_000)
    first = spend(coin, 100_000, 1_000)
    child = spend(outpoint(first.txid(), 0), 99_000, 3_000)
    chain.submit(first.serialize())
    chain.submit(child.serialize())
    with pytest.raises(TxRejected, match="less fees than conflicting"):
        chain.submit(spend(coin, 100_000, 3_500).serialize())
    last = spend(coin, 100_000, 5_000)
    chain.submit(last.serialize())
    assert chain.mempool_txids() == [last.txid()]


def test_a_block_with_a_rival_ends_the_waiting_transaction_and_its_children(chain):
    coin = chain.fund(OWNER.script, 100_000)
    first = spend(coin, 100_000, 1_000)
    child = spend(outpoint(first.txid(), 0), 99_000, 1_000)
    chain.submit(first.serialize())
    chain.submit(child.serialize())
    rival = spend(coin, 100_000, 7_000)
    chain.mine(empty=True)
    chain.reorg(1, [rival.serialize()])
    assert chain.mempool_txids() == []
    assert chain.tx_status(rival.txid()).confirmed


def test_unspent_shows_neither_chain_nor_mempool_spends(chain):
    one, two = chain.fund_many([(OWNER.script, 10_000), (OWNER.script, 20_000)])
    assert [coin.outpoint for coin in chain.unspent(OWNER.script)] == [one, two]
    tx = spend(one, 10_000, 1_000)
    chain.submit(tx.serialize())
    coins = chain.unspent(OWNER.script)
    assert [(coin.outpoint, coin.height is None) for coin in coins] == [
        (two, False),
        (outpoint(tx.txid(), 0), True),
    ]


def test_a_reorg_returns_confirmed_transactions_to_the_mempool(chain):
    coin = chain.fund(OWNER.script, 100_000)
    chain.mine(3)
    tx = spend(coin, 100_000, 1_000)
    chain.submit(tx.serialize())
    chain.mine()
    old = chain.tip()
    blocks = chain.reorg(2)
    assert len(blocks) == 3
    assert chain.tip().height == old.height + 1
    assert chain.block_ref(old.height) != old.ref
    assert chain.tx_status(tx.txid()).in_mempool
    assert chain.tx_status(coin[:32]).confirmed
    chain.mine()
    assert chain.tx_status(tx.txid()).confirmed


def test_a_reorg_returns_a_whole_chain_of_truc_packages(chain):
    coins = chain.fund_many([(OWNER.script, 50_000)] + [(OWNER.script, 20_000)] * 4)
    spare = coins.pop()
    chain.mine(2)
    point, names = coins[0], []
    for coin in coins[1:]:
        parent = truc_parent(point, 50_000)
        child = cpfp_child(parent, coin, 20_000, 1_000)
        chain.submit_package(parent.serialize(), child.serialize())
        chain.mine()
        names += [parent.txid(), child.txid()]
        point = outpoint(parent.txid(), 0)
    chain.reorg(3)
    assert chain.mempool_txids() == names
    rival = cpfp_child(Tx.parse(chain.raw_tx(names[0])), spare, 20_000, 3_000)
    chain.submit(rival.serialize())
    sibling = spend(outpoint(rival.txid(), 0), 17_000, 1_000, version=3)
    with pytest.raises(TxRejected, match="too many ancestors"):
        chain.submit(sibling.serialize())
    names[1] = rival.txid()
    chain.evict(names[3])
    late = cpfp_child(Tx.parse(chain.raw_tx(names[2])), coins[2], 20_000, 1_000)
    with pytest.raises(TxRejected, match="TRUC-violation"):
        chain.submit(late.serialize())
    names.remove(names[3])
    chain.mine()
    assert all(chain.tx_status(name).confirmed for name in names)


def test_a_reorg_drops_a_claim_whose_delay_starts_again(chain):
    script = owner_vtxo(delays.blocks(5))
    coin = chain.fund(script.script_pubkey, 50_000)
    chain.mine(4)
    claim = exit_claim(script, coin, 50_000, delays.blocks(5))
    chain.submit(claim.serialize())
    chain.mine()
    chain.reorg(6)
    assert chain.tx_status(coin[:32]).in_mempool
    assert chain.tx_status(claim.txid()).found is False


def test_a_fork_with_an_invalid_transaction_is_refused_and_nothing_is_lost(chain):
    coin = chain.fund(OWNER.script, 100_000)
    tx = spend(coin, 100_000, 1_000)
    chain.submit(tx.serialize())
    chain.mine()
    tip = chain.tip()
    false = spend(coin, 100_000, 1_000)
    false.inputs[0].witness = [bytes(64)]
    with pytest.raises(EngineRefused, match="Invalid Schnorr"):
        chain.reorg(1, [false.serialize()])
    assert chain.tip() == tip
    assert chain.tx_status(tx.txid()).confirmed
    chain.mine()


def test_refuses_to_undo_more_blocks_than_there_are(chain):
    with pytest.raises(BlockNotFound):
        chain.reorg(chain.tip().height)
    with pytest.raises(BlockNotFound):
        chain.block_ref(chain.tip().height + 1)


def test_a_block_too_far_in_the_future_is_refused_by_the_engine(chain):
    chain.set_time(2**32 - 1)
    before = chain.tip()
    with pytest.raises(EngineRefused, match="time-too-new"):
        chain.mine()
    assert chain.tip() == before


def test_a_chain_is_continued_from_its_data_directory(tmp_path):
    with EmbeddedChain(tmp_path) as chain:
        coin = chain.fund(OWNER.script, 100_000)
        tx = spend(coin, 100_000, 1_000)
        chain.submit(tx.serialize())
        chain.mine(2)
        chain.reorg(1)
        waiting = spend(outpoint(tx.txid(), 0), 99_000, 1_000)
        chain.submit(waiting.serialize())
        tip, balance = chain.tip(), chain.wallet.balance_sat()
    with EmbeddedChain(tmp_path) as chain:
        assert chain.tip() == tip
        assert chain.wallet.balance_sat() == balance
        assert chain.raw_tx(tx.txid()) == tx.serialize()
        spender = chain.spender(coin)
        assert spender is not None and spender.txid == tx.txid() and spender.status.confirmed
        assert chain.mempool_txids() == []
        chain.reorg(1)
        chain.submit(waiting.serialize())
        chain.mine()
        assert chain.tx_status(waiting.txid()).confirmed


def test_a_data_directory_in_use_is_refused(tmp_path):
    with EmbeddedChain(tmp_path), pytest.raises(ChainError):
        EmbeddedChain(tmp_path)


def test_mines_150_blocks_well_under_three_seconds(chain):
    height = chain.tip().height
    chain.mine(150)
    assert chain.tip().height == height + 150
    assert chain.tip().time - chain.median_time(height) > 150 * 500
