"""Fee spikes, evictions and foreign children: each package gets in, once (I10).

Each case is a lesson of spec/bark.md section 7, played on the in-process chain.
"""

import pytest
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.exits.errors import ExitPackageBroadcastFailure, VtxoNotClaimable
from stanchion.exits.states import ExitStateKind
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    Confirmed,
    OriginKind,
)

from tests.chain.helpers import OWNER as STRANGER
from tests.chain.helpers import cpfp_child
from tests.exits.helpers import (
    errors_of,
    finishes,
    give_coins,
    make_batch,
    make_exits,
    make_owner,
    passes,
    rows,
    run_until,
)

KIND = ExitStateKind


def foreign_child(chain, parent, fee_sat):
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    return cpfp_child(parent, coin, 20_000, fee_sat)


def test_a_waiting_child_is_replaced_when_the_fee_rate_rises(chain, exits, plan):
    passes(exits)
    parent, first = chain.mempool_txids()
    chain.fast_rate = 5_000
    passes(exits)
    assert chain.tx_status(first).found is False
    kept, second = chain.mempool_txids()
    assert kept == parent
    info = chain.ancestor_fee(second)
    assert info.rate_sat_per_kvb >= 5_000
    assert rows(exits, plan)[0].status.child_txid == second
    finishes(chain, exits, plan)


def test_the_only_coin_pays_for_the_replacement_of_its_own_child(chain, store):
    owner = make_owner()
    give_coins(chain, owner, 30_000)
    plan = make_batch(chain, owner, 2).plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    passes(exits)
    first = chain.mempool_txids()[1]
    chain.fast_rate = 5_000
    passes(exits)
    second = chain.mempool_txids()[1]
    assert second != first
    assert Tx.parse(chain.raw_tx(second)).inputs[1].outpoint[:32] != first


def test_a_falling_fee_rate_replaces_nothing(chain, exits, plan):
    chain.fast_rate = 5_000
    passes(exits)
    waiting = chain.mempool_txids()
    chain.fast_rate = 1_000
    passes(exits)
    assert chain.mempool_txids() == waiting


def test_a_rise_that_is_less_than_the_relay_step_still_pays_enough(chain, exits, plan):
    passes(exits)
    parent, first = chain.mempool_txids()
    old = chain.ancestor_fee(first)
    chain.fast_rate = 1_100
    passes(exits)
    second = chain.mempool_txids()[1]
    assert second != first
    new = chain.ancestor_fee(second)
    assert new.fee_sat >= old.fee_sat + new.vsize
    passes(exits)
    assert chain.mempool_txids() == [parent, second]


def test_a_foreign_child_is_adopted(chain, exits, plan):
    parent = plan.steps[0].tx
    child = foreign_child(chain, parent, 1_000)
    chain.submit_package(parent.serialize(), child.serialize())
    passes(exits)
    status = rows(exits, plan)[0].status
    assert isinstance(status, AwaitingConfirmation)
    assert status.child_txid == child.txid()
    assert status.origin.kind is OriginKind.MEMPOOL
    chain.mine()
    passes(exits)
    status = rows(exits, plan)[0].status
    assert isinstance(status, Confirmed) and status.origin.kind is OriginKind.BLOCK
    finishes(chain, exits, plan)


def test_a_cheap_foreign_child_is_replaced_by_our_own(chain, exits, plan):
    parent = plan.steps[0].tx
    child = foreign_child(chain, parent, 400)
    chain.submit_package(parent.serialize(), child.serialize())
    chain.fast_rate = 3_000
    passes(exits)
    status = rows(exits, plan)[0].status
    assert status.child_txid != child.txid()
    assert status.origin.kind is OriginKind.WALLET
    assert chain.tx_status(child.txid()).found is False


def test_our_replaced_child_is_forgotten_for_the_one_that_confirmed(chain, exits, plan):
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    passes(exits)
    parent = plan.steps[0].tx
    child = cpfp_child(parent, coin, 20_000, 9_000)
    chain.submit_package(parent.serialize(), child.serialize())
    chain.mine()
    passes(exits)
    status = rows(exits, plan)[0].status
    assert status.child_txid == child.txid()
    assert status.origin.kind is OriginKind.BLOCK
    finishes(chain, exits, plan)


def test_an_evicted_package_is_sent_again(chain, exits, plan):
    passes(exits)
    parent, child = chain.mempool_txids()
    chain.evict(parent)
    assert chain.mempool_txids() == []
    exits.sync()
    assert chain.mempool_txids() == [parent, child]
    finishes(chain, exits, plan)


def test_a_parent_left_without_its_child_gets_it_back(chain, exits, plan):
    passes(exits)
    parent, child = chain.mempool_txids()
    chain.evict(child)
    assert chain.mempool_txids() == [parent]
    passes(exits)
    assert chain.mempool_txids() == [parent, child]


def test_a_child_whose_coin_is_gone_is_dropped_for_a_new_one(chain, owner, exits, plan):
    passes(exits)
    parent, child = chain.mempool_txids()
    spent = Tx.parse(chain.raw_tx(child)).inputs[1].outpoint
    chain.evict(parent)
    amount_sat = Tx.parse(chain.raw_tx(spent[:32])).outputs[int.from_bytes(spent[32:], "little")]
    elsewhere = Tx(2, [TxIn(spent)], [TxOut(amount_sat.amount_sat - 500, STRANGER.script)])
    elsewhere.inputs[0].witness = [owner.keys.onchain(0).sign(elsewhere, 0, [amount_sat])]
    chain.submit(elsewhere.serialize())
    chain.mine()
    passes(exits)
    passes(exits)
    assert chain.mempool_txids()[0] == parent
    assert chain.tx_status(child).found is False
    finishes(chain, exits, plan)


def test_a_transaction_that_was_mined_without_a_child_needs_none(chain, exits, plan):
    chain.mine()
    chain.reorg(1, [plan.steps[0].tx.serialize()])
    passes(exits)
    status = rows(exits, plan)[0].status
    assert isinstance(status, Confirmed) and status.child_txid is None
    finishes(chain, exits, plan)


def test_a_coin_that_a_foreign_child_freed_pays_at_once_for_another(chain, store):
    owner = make_owner()
    give_coins(chain, owner, 30_000)
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    first, second = (make_batch(chain, owner, 2).plans[0] for _ in range(2))
    exits = make_exits(chain, owner, store)
    exits.start_exits([first, second])
    (error,) = errors_of(exits.progress_exits())
    assert error.tag == "insufficient-confirmed-funds"
    parent = first.steps[0].tx
    child = cpfp_child(parent, coin, 20_000, 5_000)
    chain.submit_package(parent.serialize(), child.serialize())
    passes(exits)
    assert chain.tx_status(second.steps[0].txid).in_mempool


def test_a_waiting_claim_is_replaced_when_the_fee_rate_rises(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    first = exits.claim(plan.vtxo_id)
    passes(exits)
    with pytest.raises(VtxoNotClaimable):
        exits.claim(plan.vtxo_id)
    exits.fee_rate = 1_200
    second = exits.claim(plan.vtxo_id)
    assert chain.mempool_txids() == [second.txid()]
    assert not chain.tx_status(first.txid()).found
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)
    assert exits.get_exit(plan.vtxo_id).state.txid == second.txid()


def test_a_claim_that_the_network_refuses_is_told_with_its_reason(chain, owner, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    exits.claim(plan.vtxo_id)
    with pytest.raises(ExitPackageBroadcastFailure, match="already-in-mempool|insufficient fee"):
        exits.claim(plan.vtxo_id)
