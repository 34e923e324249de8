"""Whatever happens on the chain and to the ports, the funds can be claimed in the end (I10).

Random blocks, reorgs, evictions, foreign children, fee rates, failures of chain, store and signer,
and restarts; afterwards a calm chain must carry the exit to `claimed`. Progress twice without news
changes nothing at any point.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.port import ChainUnavailable, PackageRejected, TxRejected
from stanchion.exits.errors import ExitError
from stanchion.exits.states import ExitStateKind
from stanchion.exits.store import MemoryExitStore
from stanchion.signers.port import SignerRefused

from tests.chain.helpers import OWNER as STRANGER
from tests.chain.helpers import cpfp_child
from tests.exits.helpers import errors_of, give_coins, make_batch, make_exits, make_owner

EVENTS = st.one_of(
    st.tuples(st.just("progress"), st.just(0)),
    st.tuples(st.just("progress"), st.just(0)),
    st.tuples(st.just("sync"), st.just(0)),
    st.tuples(st.just("mine"), st.integers(1, 12)),
    st.tuples(st.just("mine"), st.just(1)),
    st.tuples(st.just("reorg"), st.integers(1, 14)),
    st.tuples(st.just("evict"), st.integers(0, 5)),
    st.tuples(st.just("foreign"), st.integers(0, 2)),
    st.tuples(st.just("rate"), st.sampled_from([1_000, 1_500, 4_000, 12_000])),
    st.tuples(st.just("claim"), st.just(0)),
    st.tuples(st.just("chain fails"), st.integers(1, 40)),
    st.tuples(st.just("store fails"), st.integers(1, 4)),
    st.tuples(st.just("signer fails"), st.just(1)),
    st.tuples(st.just("restart"), st.just(0)),
)


class Flaky:
    """Passes calls on, but the call that brings `countdown` to zero fails."""

    def __init__(self, target, names, error):
        self._target, self._names, self._error = target, names, error
        self.countdown = 0

    def __getattr__(self, name):
        found = getattr(self._target, name)
        if name not in self._names:
            return found

        def called(*args, **kwargs):
            if self.countdown:
                self.countdown -= 1
                if self.countdown == 0:
                    raise self._error
            return found(*args, **kwargs)

        return called


class World:
    """One owner, one exit, and everything that can happen to it."""

    def __init__(self, chain):
        self.chain = chain
        owner = make_owner()
        give_coins(chain, owner, 90_000, 80_000, 70_000)
        self.plan = make_batch(chain, owner, 4, wanted=1).plans[0]
        asked = ("tip", "tx_status", "spender", "raw_tx", "unspent", "block_ref", "ancestor_fee")
        asked += ("submit_package", "submit", "median_time", "fee_rates")
        self.flaky_chain = Flaky(chain, asked, ChainUnavailable("connection refused"))
        writes = ("store_exit_vtxo", "store_exit_child_tx")
        self.flaky_store = Flaky(MemoryExitStore(), writes, OSError("disk full"))
        self.flaky_signer = Flaky(
            owner, ("sign_cpfp", "sign_claim"), SignerRefused("user-declined")
        )
        self.restart()
        self.exits.start_exits([self.plan])
        chain.mine(2)

    def calm(self):
        self.flaky_chain.countdown = 0
        self.flaky_store.countdown = 0
        self.flaky_signer.countdown = 0

    def restart(self):
        self.exits = make_exits(self.flaky_chain, self.flaky_signer, self.flaky_store)

    def happen(self, name, number):
        chain = self.chain
        if name == "mine":
            chain.mine(number)
        elif name == "reorg":
            chain.reorg(min(number, chain.tip().height - 113))
        elif name == "evict":
            waiting = chain.mempool_txids()
            if waiting:
                chain.evict(waiting[number % len(waiting)])
        elif name == "foreign":
            self.foreign_child(self.plan.steps[number].tx)
        elif name == "rate":
            chain.fast_rate = number
        else:
            self.act(name, number)

    def foreign_child(self, parent):
        (coin,) = self.chain.fund_many([(STRANGER.script, 20_000)])
        child = cpfp_child(parent, coin, 20_000, 2_000)
        try:
            self.chain.submit_package(parent.serialize(), child.serialize())
        except (PackageRejected, TxRejected):
            return

    def act(self, name, number):
        try:
            if name == "progress":
                self.exits.progress_exits()
            elif name == "sync":
                self.exits.sync()
            elif name == "claim":
                self.exits.claim(self.plan.vtxo_id)
            elif name == "restart":
                self.calm()
                self.restart()
            elif name == "chain fails":
                self.flaky_chain.countdown = number
            elif name == "store fails":
                self.flaky_store.countdown = number
            else:
                self.flaky_signer.countdown = number
        except ExitError:
            return

    def snapshot(self):
        running = self.exits.get_exit(self.plan.vtxo_id)
        return running.state, running.history, self.chain.mempool_txids()

    def check_idempotence(self):
        self.calm()
        self.exits.progress_exits()
        self.exits.progress_exits()
        before = self.snapshot()
        self.exits.progress_exits()
        assert self.snapshot() == before

    def finish(self):
        self.calm()
        for _ in range(60):
            assert errors_of(self.exits.progress_exits()) == []
            running = self.exits.get_exit(self.plan.vtxo_id)
            if running.is_claimable:
                self.exits.claim(self.plan.vtxo_id)
            if running.state.kind is ExitStateKind.CLAIMED:
                return
            self.chain.mine()
        raise AssertionError(f"never claimed: {running.state}")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(EVENTS, max_size=25))
def test_after_any_events_the_funds_are_claimed(events):
    with EmbeddedChain() as chain:
        world = World(chain)
        for name, number in events:
            world.happen(name, number)
        world.check_idempotence()
        world.finish()
