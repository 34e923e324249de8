"""A chain source that lags, contradicts itself or is down does no harm (I10)."""

import pytest
from arkcore.tx import Tx
from stanchion.chain.port import IN_MEMPOOL, BlockRef, ChainUnavailable, Spend
from stanchion.exits.errors import TipRetrievalFailure
from stanchion.exits.states import ExitStateKind

from tests.exits.helpers import (
    finishes,
    make_exits,
    passes,
    rows,
    run_until,
)

KIND = ExitStateKind


class LaggingChain:
    """A chain source that still shows an anchor's former spender."""

    def __init__(self, chain):
        self._chain = chain
        self.former = {}

    def spender(self, point):
        if point in self.former:
            return Spend(self.former[point].txid(), IN_MEMPOOL)
        return self._chain.spender(point)

    def raw_tx(self, txid):
        for tx in self.former.values():
            if tx.txid() == txid:
                return tx.serialize()
        return self._chain.raw_tx(txid)

    def __getattr__(self, name):
        return getattr(self._chain, name)


def test_a_lagging_source_does_not_displace_our_newer_child(chain, owner, batch, store):
    lagging = LaggingChain(chain)
    exits = make_exits(lagging, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    passes(exits)
    parent, child = chain.mempool_txids()
    first = Tx.parse(chain.raw_tx(child))
    chain.fast_rate = 3_000
    passes(exits)
    second = chain.mempool_txids()[1]
    anchor_vout = plan.steps[0].anchor_vout.to_bytes(4, "little")
    lagging.former[parent + anchor_vout] = first
    exits.sync()
    assert rows(exits, plan)[0].status.child_txid == second
    assert store.get_exit_child_tx(parent).tx.txid() == second
    lagging.former.clear()
    finishes(chain, exits, plan)


class RestlessChain:
    """A chain source that names another block at each question."""

    def __init__(self, chain):
        self._chain = chain
        self.restless = False
        self.count = 0

    def block_ref(self, height):
        if not self.restless:
            return self._chain.block_ref(height)
        self.count += 1
        return BlockRef(height, self.count.to_bytes(32, "big"))

    def __getattr__(self, name):
        return getattr(self._chain, name)


def test_a_pass_ends_after_a_hundred_steps_whatever_the_source_says(chain, owner, batch, store):
    restless = RestlessChain(chain)
    exits = make_exits(restless, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    restless.restless = True
    writes = store.writes
    passes(exits)
    assert store.writes - writes == 100
    restless.restless = False
    finishes(chain, exits, plan)


class DeafChain:
    """The chain, but deaf while `down`; an unreachable source, not an empty chain."""

    def __init__(self, chain):
        self._chain = chain
        self.down = False

    def __getattr__(self, name):
        if self.down:
            raise ChainUnavailable("connection refused")
        return getattr(self._chain, name)


def test_a_chain_source_that_is_down_changes_no_state(chain, owner, batch, store):
    deaf = DeafChain(chain)
    exits = make_exits(deaf, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    before, writes = exits.get_exit(plan.vtxo_id).state, store.writes
    deaf.down = True
    with pytest.raises(TipRetrievalFailure):
        exits.progress_exits()
    assert exits.get_exit(plan.vtxo_id).state is before
    assert store.writes == writes
    deaf.down = False
    finishes(chain, exits, plan)
