"""Whatever a reorg takes back is walked again, and nothing is claimed too early (I10).

Each case is a lesson of spec/bark.md section 7, played on the in-process chain.
"""

import pytest
from stanchion.exits.states import ExitStateKind
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingCpfpBroadcast,
    AwaitingInputConfirmation,
)

from tests.exits.helpers import (
    finishes,
    kind,
    passes,
    rows,
    run_until,
)

KIND = ExitStateKind


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_a_reorg_in_the_middle_is_walked_again(chain, exits, plan, depth):
    chain.mine(4)
    for _ in range(2):
        passes(exits)
        chain.mine()
    passes(exits)
    chain.reorg(depth)
    passes(exits)
    finishes(chain, exits, plan)


def test_after_a_reorg_a_child_transaction_waits_for_its_parent_again(chain, exits, plan):
    chain.mine()
    for _ in range(2):
        passes(exits)
        chain.mine()
    chain.reorg(3)
    for txid in chain.mempool_txids():
        chain.evict(txid)
    passes(exits)
    statuses = [type(row.status) for row in rows(exits, plan)]
    assert statuses == [AwaitingConfirmation] + [AwaitingInputConfirmation] * 2
    finishes(chain, exits, plan)


def test_a_reorg_while_waiting_for_the_delay_starts_the_delay_again(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    before = exits.get_exit(plan.vtxo_id).state
    chain.mine(3)
    chain.reorg(4)
    chain.mine()
    passes(exits)
    after = exits.get_exit(plan.vtxo_id).state
    assert after.kind is KIND.AWAITING_DELTA
    assert after.confirmed_block.height > before.confirmed_block.height
    assert after.claimable_height == after.confirmed_block.height + 10
    finishes(chain, exits, plan)


def test_a_reorg_of_the_claimable_block_is_noticed(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    before = exits.get_exit(plan.vtxo_id).state
    chain.reorg(1)
    passes(exits)
    after = exits.get_exit(plan.vtxo_id).state
    assert after.kind is KIND.CLAIMABLE
    assert after.claimable_since != before.claimable_since
    finishes(chain, exits, plan)


def test_a_reorg_that_takes_the_leaf_back_takes_claimable_back(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    chain.reorg(11)
    passes(exits)
    assert kind(exits, plan) is KIND.PROCESSING
    finishes(chain, exits, plan)


def test_a_leaf_confirmed_again_in_a_later_block_waits_again(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    chain.reorg(11)
    chain.mine()
    passes(exits)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.kind is KIND.AWAITING_DELTA
    assert state.claimable_height == chain.tip().height + 10
    finishes(chain, exits, plan)


def test_no_child_is_made_while_a_reorg_has_taken_the_parent_back(chain, exits, plan):
    chain.mine()
    passes(exits)
    chain.mine()
    exits.sync()
    assert isinstance(rows(exits, plan)[1].status, AwaitingCpfpBroadcast)
    chain.reorg(1)
    passes(exits)
    assert isinstance(rows(exits, plan)[1].status, AwaitingInputConfirmation)
    finishes(chain, exits, plan)


def test_a_claim_that_fell_out_of_the_mempool_is_made_again(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    claim = exits.claim(plan.vtxo_id)
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIM_IN_PROGRESS
    chain.evict(claim.txid())
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIMABLE
    finishes(chain, exits, plan)


def test_a_claim_that_a_reorg_undid_is_followed_again(chain, exits, plan):
    finishes(chain, exits, plan)
    txid = exits.get_exit(plan.vtxo_id).state.txid
    chain.mine()
    chain.reorg(3)
    chain.evict(txid)
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIMABLE
    finishes(chain, exits, plan)


def test_a_claim_deep_in_the_chain_is_final(chain, exits, plan, store):
    finishes(chain, exits, plan)
    chain.mine(100)
    writes = store.writes
    passes(exits)
    assert store.writes == writes


@pytest.mark.parametrize("fraction", [1, 2])
def test_a_reorg_of_sixty_blocks_is_walked_again(chain, exits, plan, fraction):
    chain.mine(30)
    for _ in range(fraction):
        passes(exits)
        chain.mine()
    passes(exits)
    chain.mine(30)
    chain.reorg(60)
    passes(exits)
    finishes(chain, exits, plan)
