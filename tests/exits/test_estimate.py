"""The estimate tells the owner, before anything starts, what leaving costs and if coins suffice."""

from stanchion.exits.cpfp import OnchainCoins
from stanchion.exits.estimate import estimate_exits
from stanchion.exits.states import ExitStateKind

from tests.exits.helpers import give_coins, make_batch, make_owner, run_until


def balance_sat(chain, owner):
    return sum(coin.amount_sat for coin in chain.unspent(owner.keys.onchain(0).script))


def test_the_estimate_is_what_an_exit_then_costs(chain, owner, batch, exits):
    plan = batch.plans[0]
    estimate = estimate_exits([plan], chain, OnchainCoins(chain, owner), 1_000)
    assert (estimate.txs_to_broadcast, estimate.rounds, estimate.fundable) == (3, 3, True)
    before = balance_sat(chain, owner)
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, ExitStateKind.CLAIMABLE)
    assert before - balance_sat(chain, owner) == estimate.exit_broadcast_fee_sat
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, ExitStateKind.CLAIMED)
    assert balance_sat(chain, owner) == before + plan.amount_sat - estimate.total_sat


def test_shared_ancestors_and_confirmed_ones_are_not_paid_twice(chain, owner, batch, exits):
    coins = OnchainCoins(chain, owner)
    both = estimate_exits(batch.plans[:2], chain, coins, 1_000)
    assert both.txs_to_broadcast == 4
    exits.start_exits(batch.plans[:1])
    run_until(chain, exits, batch.plans[0].vtxo_id, ExitStateKind.AWAITING_DELTA)
    rest = estimate_exits(batch.plans[:2], chain, coins, 1_000)
    assert (rest.txs_to_broadcast, rest.rounds) == (1, 1)
    assert rest.claim_fee_sat == both.claim_fee_sat


def test_too_few_coins_are_told_before_the_start(chain):
    owner = make_owner()
    plans = make_batch(chain, owner, 4).plans
    coins = OnchainCoins(chain, owner)
    assert not estimate_exits(plans, chain, coins, 1_000).fundable
    give_coins(chain, owner, 3_000)
    assert estimate_exits(plans[:1], chain, coins, 1_000).fundable
    assert not estimate_exits(plans, chain, coins, 5_000).fundable
