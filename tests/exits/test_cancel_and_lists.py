"""Cancelling while it is possible, and the lists that a person sees."""

import pytest
from stanchion.exits.errors import (
    CannotCancelExit,
    ClaimFeeExceedsOutput,
    ClaimMissingInputs,
    ExitTxAlreadyBroadcast,
    NotExiting,
)
from stanchion.exits.states import ExitStateKind

from tests.exits.helpers import AMOUNT_SAT, make_exits, run_until

KIND = ExitStateKind


def test_an_exit_is_cancelled_before_its_last_transaction_is_sent(chain, batch, exits, store):
    plan = batch.plans[0]
    exits.start_exits([plan])
    for _ in range(2):
        exits.progress_exits()
        chain.mine()
    exits.cancel_exit(plan.vtxo_id)
    exits.cancel_exit(plan.vtxo_id)
    assert store.get_exit_vtxo(plan.vtxo_id).state.kind is KIND.CANCELED
    assert exits.progress_exits() == []
    assert chain.mempool_txids() == []


def test_a_cancelled_exit_can_be_started_again_also_after_a_restart(
    chain, owner, batch, exits, store
):
    plan = batch.plans[0]
    exits.start_exits([plan])
    exits.progress_exits()
    exits.cancel_exit(plan.vtxo_id)
    again = make_exits(chain, owner, store)
    assert again.get_exit(plan.vtxo_id) is None
    again.cancel_exit(plan.vtxo_id)
    again.start_exits([plan])
    run_until(chain, again, plan.vtxo_id, KIND.CLAIMABLE)


def test_it_is_too_late_to_cancel_once_the_last_transaction_was_sent(chain, batch, exits):
    plan = batch.plans[0]
    exits.start_exits([plan])
    for _ in range(2):
        exits.progress_exits()
        chain.mine()
    exits.progress_exits()
    with pytest.raises(CannotCancelExit):
        exits.cancel_exit(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    with pytest.raises(CannotCancelExit):
        exits.cancel_exit(plan.vtxo_id)


def test_the_network_is_asked_before_cancelling(chain, batch, exits):
    first, second = batch.plans[:2]
    exits.start_exits([first, second])
    for _ in range(2):
        exits.progress_exits()
        chain.mine()
    leaf = first.steps[-1].tx
    chain.mine()
    chain.reorg(1, [leaf.serialize()])
    with pytest.raises(ExitTxAlreadyBroadcast):
        exits.cancel_exit(first.vtxo_id)


def test_cancelling_keeps_what_a_sibling_still_needs(chain, batch, exits):
    first, second = batch.plans[:2]
    exits.start_exits([first, second])
    exits.progress_exits()
    exits.cancel_exit(first.vtxo_id)
    run_until(chain, exits, second.vtxo_id, KIND.CLAIMABLE)
    assert not chain.tx_status(first.steps[-1].txid).found


def test_cancelling_or_claiming_what_is_not_exiting_is_an_error(batch, exits):
    vtxo_id = batch.plans[0].vtxo_id
    with pytest.raises(NotExiting):
        exits.cancel_exit(vtxo_id)
    with pytest.raises(NotExiting):
        exits.claim(vtxo_id)
    with pytest.raises(ClaimMissingInputs):
        exits.claim_all()


def test_a_claim_that_its_fee_would_eat_is_refused(chain, batch, exits):
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    exits.fee_rate = 200_000
    with pytest.raises(ClaimFeeExceedsOutput):
        exits.claim(plan.vtxo_id)


def test_lists_and_totals_follow_the_exits(chain, batch, exits):
    first, second = batch.plans[:2]
    exits.start_exits([first])
    assert exits.has_pending_exits
    assert exits.pending_total_sat() == 0
    run_until(chain, exits, first.vtxo_id, KIND.AWAITING_DELTA)
    exits.start_exits([second])
    assert exits.pending_total_sat() == AMOUNT_SAT
    height = exits.get_exit(first.vtxo_id).state.claimable_height
    assert exits.all_claimable_at_height() == height
    run_until(chain, exits, second.vtxo_id, KIND.CLAIMABLE)
    assert {one.id for one in exits.list_claimable()} == {first.vtxo_id, second.vtxo_id}
    assert not exits.has_pending_exits
    exits.claim_all()
    run_until(chain, exits, first.vtxo_id, KIND.CLAIMED)
    exits.progress_exits()
    assert exits.list_live() == []
    assert {entry.vtxo_id for entry in exits.list_finished()} == {first.vtxo_id, second.vtxo_id}
    shown = exits.get_exit_status(first.vtxo_id)
    assert shown.state.kind is KIND.CLAIMED
    kinds = [state.kind for state in shown.history]
    assert kinds[0] is KIND.START
    assert kinds[-3:] == [KIND.AWAITING_DELTA, KIND.CLAIMABLE, KIND.CLAIM_IN_PROGRESS]
    assert exits.get_exit_status(bytes(36)) is None
