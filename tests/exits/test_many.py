"""A whole batch leaves at once: no ancestor is paid for twice, however few the coins (I10)."""

from stanchion.exits.states import ExitStateKind
from stanchion.exits.store import MemoryExitStore

from tests.exits.helpers import give_coins, make_batch, make_exits, make_owner

LEAVES = 32


def leave(chain, owner, plans, blocks):
    exits = make_exits(chain, owner, MemoryExitStore())
    assert all(status.error is None for status in exits.start_exits(plans))
    tags = set()
    for _ in range(blocks):
        statuses = exits.progress_exits()
        tags |= {status.error.tag for status in statuses if status.error is not None}
        if all(status.state.kind is ExitStateKind.CLAIMABLE for status in statuses):
            return tags
        chain.mine()
    raise AssertionError("not all claimable")


def test_with_enough_coins_a_batch_leaves_level_by_level_and_pays_each_once(chain):
    owner = make_owner()
    give_coins(chain, owner, *[5_000] * LEAVES)
    plans = make_batch(chain, owner, LEAVES).plans
    height = chain.tip().height
    assert leave(chain, owner, plans, 30) == set()
    assert chain.tip().height - height == 6 + 10
    txids = {step.txid for plan in plans for step in plan.steps}
    assert len(txids) == 2 * LEAVES - 1
    spenders = [chain.spender(txid + vout_of_anchor(plans, txid)).txid for txid in txids]
    assert len(set(spenders)) == len(txids)


def vout_of_anchor(plans, txid):
    step = next(step for plan in plans for step in plan.steps if step.txid == txid)
    return step.anchor_vout.to_bytes(4, "little")


def test_with_few_coins_it_takes_longer_and_still_ends(chain):
    owner = make_owner()
    give_coins(chain, owner, 40_000, 40_000, 40_000)
    plans = make_batch(chain, owner, 16).plans
    assert leave(chain, owner, plans, 60) == {"insufficient-confirmed-funds"}
