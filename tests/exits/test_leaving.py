"""The owner leaves with the stored branch, any node and some on-chain coins (I10).

Trees are built and cosigned as in a batch; every transaction is judged by the engine.
"""

from dataclasses import replace

from arkcore.codec import outpoint
from stanchion.exits.states import ExitStateKind
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingInputConfirmation,
    Confirmed,
)
from stanchion.exits.store import MemoryExitStore

from tests.exits.helpers import (
    errors_of,
    give_coins,
    make_batch,
    make_exits,
    make_owner,
    run_until,
)

KIND = ExitStateKind


def test_a_vtxo_is_taken_to_an_own_address(chain, owner, batch, exits):
    plan = batch.plans[0]
    assert len(plan.steps) == 3
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    claim = exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.txid == claim.txid()
    coins = {coin.outpoint for coin in chain.unspent(owner.keys.onchain(0).script)}
    assert outpoint(claim.txid(), 0) in coins


def test_each_transaction_waits_for_its_parents_confirmation(chain, batch, exits):
    plan = batch.plans[0]
    exits.start_exits([plan])
    for level in range(3):
        exits.progress_exits()
        rows = exits.get_exit(plan.vtxo_id).state.transactions
        kinds = [type(row.status) for row in rows]
        expected = [Confirmed] * level + [AwaitingConfirmation]
        assert kinds == expected + [AwaitingInputConfirmation] * (2 - level)
        assert len(chain.mempool_txids()) == 2
        chain.mine()
    exits.progress_exits()
    assert exits.get_exit(plan.vtxo_id).state.kind is KIND.AWAITING_DELTA


def test_the_claim_waits_for_the_delay_in_blocks(chain, batch, exits):
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.claimable_height == state.confirmed_block.height + 10
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    assert chain.tip().height == state.claimable_height


def test_the_claim_waits_for_the_delay_in_seconds(chain, store):
    owner = make_owner(1024 * 8)
    give_coins(chain, owner, 50_000)
    plan = make_batch(chain, owner, 2, exit_delay=1024 * 8).plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.claimable_height is None
    before = chain.median_time(state.confirmed_block.height - 1)
    assert state.claimable_time == before + 1024 * 8
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    assert chain.median_time(chain.tip().height - 1) < state.claimable_time
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)


def test_a_delay_in_seconds_that_ended_unseen_is_dated_to_its_own_block(chain, store):
    owner = make_owner(1024 * 8)
    give_coins(chain, owner, 50_000)
    plan = make_batch(chain, owner, 2, exit_delay=1024 * 8).plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    waiting = exits.get_exit(plan.vtxo_id).state
    chain.mine(40)
    exits.progress_exits()
    since = exits.get_exit(plan.vtxo_id).state.claimable_since.height
    assert chain.median_time(since) >= waiting.claimable_time > chain.median_time(since - 1)


def test_progress_twice_without_news_changes_and_stores_nothing(chain, batch, exits, store):
    plan = batch.plans[0]
    exits.start_exits([plan])
    for _ in range(20):
        exits.progress_exits()
        state, history = exits.get_exit(plan.vtxo_id).state, exits.get_exit(plan.vtxo_id).history
        writes, waiting = store.writes, chain.mempool_txids()
        exits.progress_exits()
        exits.sync()
        assert exits.get_exit(plan.vtxo_id).state is state
        assert exits.get_exit(plan.vtxo_id).history == history
        assert store.writes == writes
        assert chain.mempool_txids() == waiting
        chain.mine()


def test_two_sibling_vtxos_share_their_ancestors_children(chain, owner, batch, exits):
    first, second = batch.plans[:2]
    assert [step.txid for step in first.steps[:2]] == [step.txid for step in second.steps[:2]]
    exits.start_exits([first, second])
    exits.progress_exits()
    assert len(chain.mempool_txids()) == 2
    chain.mine()
    exits.progress_exits()
    assert len(chain.mempool_txids()) == 2
    chain.mine()
    exits.progress_exits()
    assert len(chain.mempool_txids()) == 4
    for plan in (first, second):
        run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    assert len(exits.claim_all()) == 2
    for plan in (first, second):
        run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)


def test_a_sync_never_makes_a_child(chain, batch, exits):
    exits.start_exits([batch.plans[0]])
    for _ in range(3):
        exits.sync()
        assert chain.mempool_txids() == []
        chain.mine()


def test_without_coins_the_error_is_kept_and_the_next_pass_tries_again(chain, store):
    owner = make_owner()
    plan = make_batch(chain, owner, 2).plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    (error,) = errors_of(exits.progress_exits())
    assert error.tag == "insufficient-confirmed-funds"
    assert error.available_sat == 0
    assert exits.get_exit(plan.vtxo_id).state.kind is KIND.PROCESSING
    give_coins(chain, owner, 30_000)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)


def test_an_unconfirmed_coin_pays_for_no_child(chain, store):
    owner = make_owner()
    plan = make_batch(chain, owner, 2).plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    chain.fund(owner.keys.onchain(0).script, 30_000, confirm=False)
    (error,) = errors_of(exits.progress_exits())
    assert error.tag == "insufficient-confirmed-funds"
    chain.mine()
    assert errors_of(exits.progress_exits()) == []


def test_small_coins_are_combined_and_change_is_never_dust(chain, store):
    owner = make_owner()
    give_coins(chain, owner, 600, 600)
    plan = make_batch(chain, owner, 2).plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    assert errors_of(exits.progress_exits()) == []
    child = chain.mempool_txids()[1]
    (change,) = chain.unspent(owner.keys.onchain(0).script)
    assert change.outpoint[:32] == child
    assert change.amount_sat >= 546


def test_the_error_of_one_exit_does_not_stop_another(chain, owner, batch, store):
    stranger = make_owner()
    good, bad = batch.plans[0], make_batch(chain, stranger, 2).plans[0]
    exits = make_exits(chain, owner, store)
    statuses = exits.start_exits([bad, good])
    assert [status.error is None for status in statuses] == [False, True]
    assert exits.get_exit(bad.vtxo_id) is None
    run_until(chain, exits, good.vtxo_id, KIND.CLAIMABLE)


def test_a_vtxo_below_the_dust_limit_is_refused_before_any_record(chain, owner, store, exits):
    plan = replace(make_batch(chain, owner, 2).plans[0], amount_sat=329)
    (status,) = exits.start_exits([plan])
    assert status.error.to_json() == {
        "type": "dust-limit",
        "vtxo": status.error.to_json()["vtxo"],
        "amount_sat": 329,
        "dust_sat": 330,
    }
    assert store.get_exit_vtxo(plan.vtxo_id) is None


def test_starting_twice_is_starting_once(chain, batch, exits, store):
    plan = batch.plans[0]
    exits.start_exits([plan])
    exits.progress_exits()
    writes = store.writes
    (status,) = exits.start_exits([plan])
    assert status.error is None
    assert store.writes == writes


def test_a_leaf_of_a_128_leaf_tree_leaves_in_eight_packages(chain, owner):
    plan = make_batch(chain, owner, 128, wanted=1).plans[0]
    exits = make_exits(chain, owner, MemoryExitStore())
    exits.start_exits([plan])
    assert len(plan.steps) == 8
    blocks = run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    assert blocks == 8 + 10
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)
