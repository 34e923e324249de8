"""Whole batches on a real chain: software signers, the reference operator, consensus as judge.

Protects the round trip that everything else relies on: what is boarded, refreshed, paid and left
arrives, and each VTXO has one purpose (invariants I1 and I5).
"""

from __future__ import annotations

import pytest
from arkcore.codec import from_hex_txid, outpoint_text
from stanchion.rounds.driver import BatchState
from stanchion.signers.facts import (
    VtxoState,
)

from tests.host.batch_world import Participant, World

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
