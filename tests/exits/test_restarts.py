"""A process may die between any two steps, or the store may fail: nothing is lost or paid twice."""

import pytest
from stanchion.exits.json_store import JsonExitStore
from stanchion.exits.states import ExitStateKind
from stanchion.exits.statuses import WALLET_ORIGIN
from stanchion.exits.store import MemoryExitStore, StoredChild

from tests.chain.helpers import OWNER as STRANGER
from tests.chain.helpers import cpfp_child
from tests.exits.helpers import errors_of, make_exits, run_until

KIND = ExitStateKind


def test_an_exit_is_resumed_from_its_file_after_every_pass(chain, owner, batch, tmp_path):
    path = tmp_path / "exits.json"
    plan = batch.plans[0]
    make_exits(chain, owner, JsonExitStore(path)).start_exits([plan])
    seen = []
    for _ in range(30):
        exits = make_exits(chain, owner, JsonExitStore(path))
        assert errors_of(exits.progress_exits()) == []
        running = exits.get_exit(plan.vtxo_id)
        seen.append(running.state.kind)
        if running.is_claimable:
            exits.claim(plan.vtxo_id)
        if running.state.kind is KIND.CLAIMED:
            break
        assert len(chain.mempool_txids()) <= 2
        chain.mine()
    assert seen[-1] is KIND.CLAIMED
    assert running.history[0].kind is KIND.START


def test_a_stored_exit_reads_back_equal(chain, owner, batch, tmp_path):
    path = tmp_path / "exits.json"
    store = JsonExitStore(path)
    exits = make_exits(chain, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    for _ in range(20):
        exits.progress_exits()
        chain.mine()
        again = JsonExitStore(path)
        assert again.get_exit_vtxo(plan.vtxo_id) == store.get_exit_vtxo(plan.vtxo_id)
        assert again.get_plan(plan.vtxo_id) == plan.to_json()


class FailingStore(MemoryExitStore):
    """Fails every write whose number is in `failures`."""

    def __init__(self, failures):
        super().__init__()
        self._failures = failures
        self._calls = 0

    def _count(self):
        self._calls += 1
        if self._calls in self._failures:
            raise OSError("disk full")

    def store_exit_vtxo(self, entry):
        self._count()
        super().store_exit_vtxo(entry)

    def store_exit_child_tx(self, exit_txid, child):
        self._count()
        super().store_exit_child_tx(exit_txid, child)


@pytest.mark.parametrize("failure", range(1, 22))
def test_a_failed_write_is_reported_and_the_exit_still_converges(chain, owner, batch, failure):
    store = FailingStore({failure})
    plan = batch.plans[0]
    exits = make_exits(chain, owner, store)
    (status,) = exits.start_exits([plan])
    if status.error is not None:
        assert status.error.tag == "database-vtxo-store-failure"
        exits.start_exits([plan])
    tags = []
    for _ in range(30):
        tags += [error.tag for error in errors_of(exits.progress_exits())]
        if exits.get_exit(plan.vtxo_id).is_claimable:
            break
        chain.mine()
    assert exits.get_exit(plan.vtxo_id).is_claimable
    assert set(tags) <= {"database-vtxo-store-failure", "database-child-store-failure"}
    assert len(tags) <= 1


def test_a_crash_after_a_failed_write_is_made_good_from_the_chain(chain, owner, batch):
    failures = set(range(6, 100))
    store = FailingStore(failures)
    plan = batch.plans[0]
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    for _ in range(3):
        exits.progress_exits()
        chain.mine()
    failures.clear()
    exits = make_exits(chain, owner, store)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    assert store.get_exit_vtxo(plan.vtxo_id).state == exits.get_exit(plan.vtxo_id).state


def test_a_stored_child_that_the_network_refuses_is_replaced(chain, owner, batch, store):
    plan = batch.plans[0]
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    child = cpfp_child(plan.steps[0].tx, coin, 20_000, 1_000)
    child.inputs[1].witness = [bytes(64)]
    store.store_exit_child_tx(plan.steps[0].txid, StoredChild(child, WALLET_ORIGIN))
    exits = make_exits(chain, owner, store)
    exits.start_exits([plan])
    (error,) = errors_of(exits.progress_exits())
    assert "Invalid Schnorr signature" in error.error
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)


def test_a_claimed_exit_is_watched_after_a_restart_until_it_is_deep(chain, owner, batch, store):
    exits = make_exits(chain, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    claim = exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)
    again = make_exits(chain, owner, store)
    chain.reorg(1)
    chain.evict(claim.txid())
    again.progress_exits()
    assert again.get_exit(plan.vtxo_id).state.kind is KIND.CLAIMABLE
    again.claim(plan.vtxo_id)
    run_until(chain, again, plan.vtxo_id, KIND.CLAIMED)
    chain.mine(101)
    assert make_exits(chain, owner, store).get_exit(plan.vtxo_id) is None
