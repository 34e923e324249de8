"""The signer with keys in memory keeps the order of a batch and one purpose for each VTXO.

Protects I1, I2 and I5 for the participants that are not the device: whatever comes out of turn
changes nothing, a failed check ends the session, nonces are given once.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from arkcore.tx import TxOut
from stanchion.rounds.driver import BatchDriver
from stanchion.signers.facts import (
    BatchFact,
    ConnectorNodeFact,
    InputFact,
    InputKind,
    NodeFact,
    VtxoState,
)
from stanchion.signers.port import SignerRefused
from stanchion.signers.software import SoftwareSigner

from tests.host.batch_world import Participant, World, own_vtxo

AMOUNT_SAT = 50_000
NODE = NodeFact(0, 144, (TxOut(1, b"\x51"), TxOut(0, b"\x51\x02\x4e\x73")), (bytes(33),), True)

Step = Callable[[SoftwareSigner, int], object]
OUT_OF_TURN: list[Step] = [
    lambda signer, session: signer.feed_commitment_inputs(session, []),
    lambda signer, session: signer.feed_commitment_outputs(session, []),
    lambda signer, session: signer.feed_node(session, NODE),
    lambda signer, session: signer.get_nonces(session),
    lambda signer, session: signer.sign_tree(session, []),
    lambda signer, session: signer.feed_tree_signatures(session, [], bytes(32)),
    lambda signer, session: signer.feed_connector(
        session, 0, [ConnectorNodeFact(0, ())], bytes(36)
    ),
    lambda signer, session: signer.sign_forfeit(session, 0),
    lambda signer, session: signer.sign_boarding(session, 0),
    lambda signer, session: signer.close_batch(session),
]


def refused(tag: str) -> object:
    return pytest.raises(SignerRefused, match=f"^{tag}")


@pytest.fixture
def owner(world: World) -> Participant:
    person = world.participant()
    assert world.run([person.board(AMOUNT_SAT)]) == []
    world.mine()
    return person


@pytest.mark.parametrize("number", range(len(OUT_OF_TURN)))
def test_refuses_what_comes_before_its_turn_and_goes_on(
    world: World, owner: Participant, number: int
) -> None:
    driver = owner.refresh()
    with refused("state-wrong"):
        OUT_OF_TURN[number](owner.signer, driver._session)
    assert world.run([driver]) == []


def reach_nonces(world: World, driver: BatchDriver) -> None:
    while not driver._own_nonces:
        world.operator.advance()
        driver.poll()
        world.time += 1


def test_gives_nonces_once(world: World, owner: Participant) -> None:
    driver = owner.refresh()
    reach_nonces(world, driver)
    with refused("state-wrong"):
        owner.signer.get_nonces(driver._session)
    assert world.run([driver]) == []


def test_signs_a_tree_once(world: World, owner: Participant) -> None:
    driver = owner.refresh()
    reach_nonces(world, driver)
    with refused("tree-nonces"):
        owner.signer.sign_tree(driver._session, [])
    with refused("session-unknown"):
        owner.signer.sign_tree(driver._session, list(driver._own_nonces))


def test_a_failed_check_ends_the_session(owner: Participant) -> None:
    driver = owner.refresh()
    with refused("tree-sweep-range"):
        owner.signer.open_batch(driver._session, BatchFact(bytes(32), 1, 1, 1))
    with refused("session-unknown"):
        owner.signer.open_batch(driver._session, BatchFact(bytes(32), 144, 1, 1))


@pytest.mark.parametrize(
    "change", [BatchFact(bytes(32), 144, 1, 1, version=1), BatchFact(bytes(32), 144, 1, 1, 2, 9)]
)
def test_refuses_a_commitment_of_another_form(owner: Participant, change: BatchFact) -> None:
    driver = owner.refresh()
    with refused("commitment-form"):
        owner.signer.open_batch(driver._session, change)


def test_a_forfeited_vtxo_is_not_offered_again(world: World, owner: Participant) -> None:
    [old] = owner.live_coins()
    assert world.run([owner.refresh()]) == []
    with refused("vtxo-single-purpose"):
        owner.signer.open_intent([old], [own_vtxo(AMOUNT_SAT)], 0, 0)


def test_an_exiting_vtxo_is_not_offered_and_a_forfeited_one_does_not_leave(
    world: World, owner: Participant
) -> None:
    [old] = owner.live_coins()
    assert world.run([owner.refresh()]) == []
    with refused("exit-not-forfeited"):
        owner.signer.start_exit(old.outpoint)
    [coin] = owner.live_coins()
    owner.signer.start_exit(coin.outpoint)
    with refused("vtxo-single-purpose"):
        owner.signer.open_intent([coin], [own_vtxo(AMOUNT_SAT)], 0, 0)


def test_one_vtxo_is_not_forfeited_in_two_sessions(world: World, owner: Participant) -> None:
    coins = owner.live_coins()
    second = owner.signer.open_intent(coins, [own_vtxo(AMOUNT_SAT)], 0, 0)
    assert world.run([owner.refresh()]) == []
    states = {vtxo.state for vtxo in owner.signer.list_vtxos()}
    assert states == {VtxoState.LIVE, VtxoState.FORFEITED}
    with refused("state-wrong"):
        owner.signer.sign_forfeit(second.session, 0)


def test_refuses_one_connector_for_two_forfeits(
    world: World, owner: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves = owner.join_all([own_vtxo(20_000), own_vtxo(30_000)])
    assert world.run([halves]) == []
    first: list[tuple[object, object]] = []
    honest = owner.signer.feed_connector

    def same_connector(session: int, position: int, nodes: object, connector: object) -> None:
        first.append((nodes, connector))
        honest(session, position, *first[0])

    monkeypatch.setattr(owner.signer, "feed_connector", same_connector)
    [failure] = world.run([owner.refresh()])
    assert (failure.tag, failure.by) == ("connector-reused", "signer")
    assert owner.port.forfeits == []


def test_needs_an_operator_and_knows_only_its_own_vtxos(owner: Participant) -> None:
    with refused("operator-missing"):
        SoftwareSigner(bytes(32)).get_operator()
    with refused("input-unknown"):
        owner.signer.start_exit(bytes(36))
    with refused("input-unknown"):
        fact = InputFact(InputKind.VTXO, bytes(36), 1000, 0)
        owner.signer.open_intent([fact], [own_vtxo(1000)], 0, 0)
