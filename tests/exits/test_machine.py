"""The machine alone, without its coordinator: what one exit refuses (I10)."""

import dataclasses

import pytest
from stanchion.exits.errors import (
    DustLimit,
    ExitPackageBroadcastFailure,
    InternalError,
    MissingExitTransaction,
)
from stanchion.exits.states import ExitStateKind, ProcessingState, StartState
from stanchion.exits.statuses import ExitTx, VerifyInputs
from stanchion.exits.transaction_manager import ExitTransactionManager
from stanchion.exits.transaction_progress import ProgressContext
from stanchion.exits.vtxo import ExitVtxo

from tests.chain.helpers import OWNER as STRANGER
from tests.chain.helpers import cpfp_child


@pytest.fixture
def manager(chain, store):
    return ExitTransactionManager(chain, store)


def progress(chain, store, manager, exit_vtxo):
    context = ProgressContext(exit_vtxo.plan, chain, manager, 1_000)
    exit_vtxo.progress(context, store)


def test_a_dust_vtxo_never_leaves_start(chain, store, manager, batch):
    plan = dataclasses.replace(batch.plans[0], amount_sat=329)
    exit_vtxo = ExitVtxo.new(plan, 1)
    exit_vtxo.initialize(manager)
    with pytest.raises(DustLimit):
        progress(chain, store, manager, exit_vtxo)
    assert exit_vtxo.state == StartState(1)
    assert store.writes == 0


def test_an_exit_that_was_not_initialised_does_not_move(chain, store, manager, batch):
    exit_vtxo = ExitVtxo.new(batch.plans[0], 1)
    assert exit_vtxo.txids is None
    with pytest.raises(InternalError):
        progress(chain, store, manager, exit_vtxo)


def test_a_state_of_another_plan_is_refused(chain, store, manager, batch):
    rows = (ExitTx(bytes(32), VerifyInputs()),)
    exit_vtxo = ExitVtxo.from_parts(batch.plans[0], ProcessingState(1, rows), [StartState(1)])
    exit_vtxo.initialize(manager)
    with pytest.raises(InternalError):
        progress(chain, store, manager, exit_vtxo)
    assert exit_vtxo.history == (StartState(1),)
    entry = dataclasses.replace(exit_vtxo.entry(), vtxo_id=bytes(36))
    with pytest.raises(InternalError):
        ExitVtxo.from_entry(entry, batch.plans[0])


def test_a_child_whose_coin_is_gone_is_not_kept(chain, manager, batch):
    step = batch.plans[0].steps[0]
    manager.track_vtxo_exits(batch.plans[0])
    dead = cpfp_child(step.tx, bytes([5]) * 36, 20_000, 1_000)
    assert manager.broadcast_and_set_child(step.txid, dead) is False
    assert manager.package(step.txid).child is None
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    child = cpfp_child(step.tx, coin, 20_000, 1_000)
    assert manager.broadcast_and_set_child(step.txid, child) is True
    assert chain.tx_status(child.txid()).in_mempool
    cheaper = cpfp_child(step.tx, coin, 20_000, 500)
    assert manager.broadcast_and_set_child(step.txid, cheaper) is True
    assert manager.package(step.txid).child.txid == child.txid()


def test_a_refused_package_is_told_with_its_reason(chain, manager, batch):
    step = batch.plans[0].steps[0]
    manager.track_vtxo_exits(batch.plans[0])
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    with pytest.raises(ExitPackageBroadcastFailure, match="min relay fee"):
        child = cpfp_child(step.tx, coin, 20_000, 10)
        manager.broadcast_and_set_child(step.txid, child)
    with pytest.raises(MissingExitTransaction):
        manager.package(bytes(32))


def test_a_sync_walks_to_the_first_transaction_and_rests(chain, store, manager, batch):
    exit_vtxo = ExitVtxo.new(batch.plans[0], 1)
    exit_vtxo.initialize(manager)
    progress(chain, store, manager, exit_vtxo)
    assert exit_vtxo.state.kind is ExitStateKind.PROCESSING
    assert [state.kind.value for state in exit_vtxo.history] == ["start", "processing"]
    writes = store.writes
    progress(chain, store, manager, exit_vtxo)
    assert store.writes == writes
