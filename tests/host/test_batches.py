"""Whole batches on a real chain: software signers, the reference operator, consensus as judge.

Protects the round trip that everything else relies on: what is boarded, refreshed, paid and left
arrives, and each VTXO has one purpose (invariants I1 and I5).
"""

from __future__ import annotations

import pytest
from arkcore.codec import from_hex_txid, outpoint_text
from stanchion.rounds.driver import BatchState
from stanchion.rounds.views import created_outputs, is_live, spent_vtxos
from stanchion.signers.facts import (
    AddressKind,
    OutputFact,
    OutputKind,
    VtxoFacts,
    VtxoState,
)

from tests.host.batch_world import Participant, World, own_vtxo

pytestmark = pytest.mark.filterwarnings("error")


def board_all(world: World, people: list[Participant], amount_sat: int = 50_000) -> None:
    assert world.run([person.board(amount_sat) for person in people]) == []
    world.mine()


@pytest.mark.parametrize("count", [1, 2, 8, 16])
def test_boarding_gives_every_participant_a_vtxo_of_the_whole_amount(
    world: World, count: int
) -> None:
    people = [world.participant() for _ in range(count)]
    board_all(world, people)
    for person in people:
        driver = person.driver
        assert driver is not None
        assert driver.state is BatchState.DONE
        [coin] = person.live_coins()
        assert driver.vtxos == (coin.outpoint,)
        assert coin.amount_sat == 50_000
        vtxo = world.operator.context.vtxos.get(coin.outpoint)
        assert vtxo is not None
        assert not vtxo.spent
        assert world.chain.tx_status(from_hex_txid(driver.commitment_txid)).confirmed
        assert set(person.exits.by_outpoint) == {outpoint_text(coin.outpoint)}


@pytest.mark.parametrize("count", [1, 2, 8, 16])
def test_refreshing_forfeits_the_old_vtxo_for_a_new_one(world: World, count: int) -> None:
    people = [world.participant() for _ in range(count)]
    board_all(world, people)
    old = {person.live_coins()[0].outpoint for person in people}
    assert world.run([person.refresh() for person in people]) == []
    for person in people:
        [coin] = person.live_coins()
        assert coin.outpoint not in old
        states = {vtxo.state for vtxo in person.signer.list_vtxos()}
        assert states == {VtxoState.LIVE, VtxoState.FORFEITED}
    vtxos = world.operator.context.vtxos
    for point in old:
        spent = vtxos.get(point)
        assert spent is not None
        assert spent.spent
        assert spent.spent_by
        assert spent.settled_by


def test_a_payment_in_a_batch_reaches_a_stranger_and_leaves_the_rest(world: World) -> None:
    payer, payee = world.participant(), world.participant()
    board_all(world, [payer])
    foreign = OutputFact(OutputKind.FOREIGN_VTXO, 20_000, script=payee.script(AddressKind.VTXO, 5))
    driver = payer.join_all([foreign, own_vtxo(30_000, 1)])
    assert world.run([driver]) == []
    world.mine()
    [kept] = payer.live_coins()
    assert (kept.amount_sat, kept.index) == (30_000, 1)
    [paid] = world.operator.context.vtxos.by_script(payee.script(AddressKind.VTXO, 5))
    assert paid.amount_sat == 20_000
    payee.signer.learn_vtxo(VtxoFacts(paid.outpoint, 20_000, 5, VtxoState.LIVE, 144, bytes(32), 1))
    assert world.run([payee.refresh()]) == []
    assert [coin.amount_sat for coin in payee.live_coins()] == [20_000]


def test_a_collaborative_exit_pays_on_chain_beside_others_in_the_tree(world: World) -> None:
    leaver, stayer = world.participant(), world.participant()
    board_all(world, [leaver, stayer])
    target = OutputFact(OutputKind.OWN_ONCHAIN, 50_000, 3)
    assert world.run([leaver.join_all([target]), stayer.refresh()]) == []
    world.mine()
    onchain = world.chain.unspent(leaver.script(AddressKind.ONCHAIN, 3))
    assert [coin.amount_sat for coin in onchain] == [50_000]
    assert leaver.live_coins() == []
    assert len(stayer.live_coins()) == 1


def test_a_batch_without_any_tree_pays_on_chain_only(world: World) -> None:
    leaver = world.participant()
    board_all(world, [leaver])
    targets = [OutputFact(OutputKind.OWN_ONCHAIN, 25_000, index) for index in (0, 1)]
    driver = leaver.join_all(targets)
    assert world.run([driver]) == []
    world.mine()
    for index in (0, 1):
        [coin] = world.chain.unspent(leaver.script(AddressKind.ONCHAIN, index))
        assert coin.amount_sat == 25_000
    assert driver.vtxos == ()
    assert leaver.port.nonces == 0


def test_several_vtxos_and_boarding_outputs_go_into_one_intent(world: World) -> None:
    person = world.participant()
    board_all(world, [person])
    halves = person.join_all([own_vtxo(20_000), own_vtxo(30_000)])
    assert world.run([halves]) == []
    inputs = [*person.live_coins(), person.boarding_coin(10_000, 7)]
    driver = person.join(inputs, [own_vtxo(60_000, 2)])
    assert world.run([driver]) == []
    assert [coin.amount_sat for coin in person.live_coins()] == [60_000]
    assert len(person.port.forfeits) == 2
    assert len(person.port.commitments) == 1


def test_a_round_tells_what_it_created_and_spent(world: World) -> None:
    person = world.participant()
    board_all(world, [person])
    [old] = person.live_coins()
    assert world.run([person.refresh()]) == []
    [coin] = person.live_coins()
    journal = world.operator.context.journal
    first, second = [journal.load(round_id) for round_id in journal.round_ids()]
    assert set(created_outputs(first)) == {old.outpoint}
    assert set(created_outputs(second)) == {coin.outpoint}
    assert spent_vtxos(first) == ()
    assert spent_vtxos(second) == (outpoint_text(old.outpoint),)
    now = first.ending_timestamp
    assert is_live(outpoint_text(old.outpoint), first, [], now)
    assert not is_live(outpoint_text(old.outpoint), first, [second], now)
    assert is_live(outpoint_text(coin.outpoint), second, [], second.expiry_timestamp - 1)
    assert not is_live(outpoint_text(coin.outpoint), second, [], second.expiry_timestamp)
    assert not is_live(outpoint_text(old.outpoint), second, [], now)
    second.fail("late", now)
    assert created_outputs(second) == {}
    assert spent_vtxos(second) == ()


@pytest.mark.slow
def test_a_batch_of_128_participants_completes(world: World) -> None:
    people = [world.participant() for _ in range(128)]
    board_all(world, people)
    assert all(len(person.live_coins()) == 1 for person in people)


def test_batches_follow_each_other_without_waiting_for_blocks(world: World) -> None:
    person = world.participant()
    board_all(world, [person])
    for _ in range(3):
        assert world.run([person.refresh()]) == []
    world.mine()
    assert len(person.live_coins()) == 1
    assert len(world.operator.context.journal.round_ids()) == 4
