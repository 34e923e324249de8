"""The driver follows the operator's events and nothing else, and leaves cleanly.

Protects the seam between operator and signer: events of other batches, in other orders, or broken
ones must neither be acted on nor hang; exit data is kept before anything of value leaves; and every
end that is not a success has a tag.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest
from arkcore.tx import Tx
from stanchion.operator.feed import Event
from stanchion.operator.lying import Lie
from stanchion.rounds.driver import TABLE, BatchAbandoned, BatchState
from stanchion.rounds.exit_data import ExitData, MemoryExitDataStore
from stanchion.signers.facts import InputFact, InputKind, VtxoState
from stanchion.signers.port import SignerRefused, SignerUnavailable

from tests.host.batch_world import Participant, World, own_vtxo

AMOUNT_SAT = 50_000
EVENTS = (
    "batchStarted",
    "treeTx",
    "treeSigningStarted",
    "treeNonces",
    "treeNoncesAggregated",
    "treeSignature",
    "batchFinalization",
    "batchFinalized",
    "batchFailed",
    "heartbeat",
    "streamStarted",
)


class Rewrite(Lie):
    """An operator whose events pass through a function of the test."""

    def __init__(self, change: Callable[[Event], Iterable[Event]], to_all: bool = False) -> None:
        self._change = change
        self._to_all = to_all

    def events(self, event: Event, topics: list[str]) -> Iterable[tuple[Event, list[str]]]:
        for changed in self._change(event):
            yield changed, [] if self._to_all and "treeTx" in event else topics


def boarded(world: World, count: int) -> list[Participant]:
    people = [world.participant() for _ in range(count)]
    assert world.run([person.board(AMOUNT_SAT) for person in people]) == []
    world.mine()
    return people


class Shuffler:
    """Holds tree transactions back until the next other event, then sends them in any order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._held: list[Event] = []

    def __call__(self, event: Event) -> Iterable[Event]:
        if "treeTx" in event:
            self._held.append(event)
            return
        self._random.shuffle(self._held)
        yield from self._held
        self._held = []
        yield event


@pytest.mark.parametrize("seed", range(4))
def test_tree_transactions_may_come_in_any_order(world: World, seed: int) -> None:
    people = boarded(world, 5)
    world.begin_lying(Rewrite(Shuffler(seed)))
    assert world.run([person.refresh() for person in people]) == []


def test_finds_its_own_branch_in_a_whole_tree(world: World) -> None:
    people = boarded(world, 5)
    world.begin_lying(Rewrite(lambda event: [event], to_all=True))
    assert world.run([person.refresh() for person in people]) == []


def test_events_of_other_batches_are_ignored(world: World) -> None:
    def with_strangers(event: Event) -> Iterable[Event]:
        [(name, data)] = event.items()
        if "id" in data and name != "batchStarted":
            yield {name: {**data, "id": "another batch"}}
        yield {"batchFailed": {"id": "another batch", "reason": "not ours"}}
        yield event
        yield {"batchStarted": {"id": "other", "intentIdHashes": ["00" * 32], "batchExpiry": "1"}}

    people = boarded(world, 3)
    world.begin_lying(Rewrite(with_strangers))
    assert world.run([person.refresh() for person in people]) == []


def test_the_own_nonce_is_never_taken_from_the_operator(world: World) -> None:
    def spoil(event: Event) -> Iterable[Event]:
        if "treeNonces" in event:
            nonces = event["treeNonces"]["nonces"]
            own = person.driver._cosigner_key[1:].hex() if person.driver else ""
            other = next(nonce for key, nonce in nonces.items() if key != own)
            event = {"treeNonces": {**event["treeNonces"], "nonces": {**nonces, own: other}}}
        yield event

    person = boarded(world, 1)[0]
    world.begin_lying(Rewrite(spoil))
    assert world.run([person.refresh()]) == []


def drop_field(name: str, field: str) -> Callable[[Event], Iterable[Event]]:
    def change(event: Event) -> Iterable[Event]:
        if name in event:
            event = {name: {k: v for k, v in event[name].items() if k != field}}
        yield event

    return change


def set_field(name: str, field: str, value: object) -> Callable[[Event], Iterable[Event]]:
    def change(event: Event) -> Iterable[Event]:
        yield {name: {**event[name], field: value}} if name in event else event

    return change


@pytest.mark.parametrize(
    ("change", "tag"),
    [
        (drop_field("batchStarted", "batchExpiry"), "event-malformed"),
        (set_field("batchStarted", "batchExpiry", "soon"), "event-malformed"),
        (drop_field("treeTx", "tx"), "event-malformed"),
        (set_field("treeTx", "tx", "AAAA"), "psbt-magic"),
        (set_field("treeTx", "children", {"0": "xy"}), "txid"),
        (set_field("treeSigningStarted", "unsignedCommitmentTx", ""), "psbt-magic"),
        (set_field("treeTx", "children", ["00"]), "event-malformed"),
        (set_field("treeNonces", "nonces", {}), "tree-nonces"),
        (set_field("treeNonces", "nonces", 7), "event-malformed"),
        (set_field("treeSignature", "signature", "zz"), "event-malformed"),
        (set_field("batchFinalization", "commitmentTx", "cHNi"), "psbt-magic"),
    ],
)
def test_broken_events_end_the_batch_with_a_tag(
    world: World, change: Callable[[Event], Iterable[Event]], tag: str
) -> None:
    person = boarded(world, 1)[0]
    world.begin_lying(Rewrite(change))
    driver = person.refresh()
    [failure] = world.run([driver])
    assert (failure.tag, failure.by) == (tag, "driver")
    assert driver.failure is failure
    assert failure.sentence
    assert person.port.forfeits == []
    assert len(person.live_coins()) == 1


def test_unlisted_pairs_of_state_and_event_change_nothing(world: World) -> None:
    person = world.participant()
    driver = person.board(AMOUNT_SAT)
    driver.batch_id = "b"
    for state, name in product(BatchState, EVENTS):
        if (state, name) not in TABLE:
            driver.state = state
            driver.handle({name: {"id": "b"}})
            assert driver.state is state
    assert person.port.nonces == 0
    assert person.port.deleted == 0


class WatchedStore(MemoryExitDataStore):
    """Notes what had left the participant when exit data was saved."""

    def __init__(self, person: Participant) -> None:
        super().__init__()
        self._person = person
        self.forfeits_before: list[int] = []

    def save(self, items: Iterable[ExitData]) -> None:
        self.forfeits_before.append(len(self._person.port.forfeits))
        super().save(items)


def test_exit_data_is_kept_before_a_forfeit_leaves(world: World) -> None:
    person = boarded(world, 1)[0]
    store = WatchedStore(person)
    person.exits = store
    assert world.run([person.refresh()]) == []
    assert store.forfeits_before == [0]
    assert len(person.port.forfeits) == 1
    [kept] = store.by_outpoint.values()
    assert [Tx.parse(bytes.fromhex(raw)).inputs[0].witness != [] for raw in kept.branch] == [True]


def test_nothing_leaves_when_exit_data_cannot_be_kept(world: World) -> None:
    class FullDisk(MemoryExitDataStore):
        def save(self, items: Iterable[ExitData]) -> None:
            raise OSError("no space left")

    person = boarded(world, 1)[0]
    person.exits = FullDisk()
    [failure] = world.run([person.refresh()])
    assert (failure.tag, failure.by) == ("exit-data-unsaved", "driver")
    assert person.port.forfeits == []
    assert len(person.live_coins()) == 1


def test_exit_data_survives_a_trip_through_json(world: World) -> None:
    person = boarded(world, 1)[0]
    [kept] = person.exits.by_outpoint.values()
    assert ExitData.from_record(json.loads(json.dumps(kept.record()))) == kept
    with pytest.raises(ValueError):
        ExitData.from_record({"outpoint": "x"})


def test_a_signer_that_is_gone_ends_the_batch_and_nothing_leaves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unplugged(*_: object) -> None:
        raise SignerUnavailable("no connection")

    person = boarded(world, 1)[0]
    driver = person.refresh()
    monkeypatch.setattr(person.signer, "sign_tree", unplugged)
    [failure] = world.run([driver])
    assert (failure.tag, failure.by) == ("signer-unavailable", "signer")
    assert person.port.forfeits == []


def test_a_refused_intent_is_not_registered(world: World) -> None:
    person = world.participant()
    unknown = InputFact(InputKind.VTXO, bytes(36), AMOUNT_SAT, 0)
    with pytest.raises(BatchAbandoned) as caught:
        person.join([unknown], [own_vtxo(AMOUNT_SAT)])
    assert (caught.value.tag, caught.value.by) == ("input-unknown", "signer")
    assert len(world.operator.queue) == 0


def test_an_operator_that_refuses_the_intent_is_named(world: World) -> None:
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    with pytest.raises(BatchAbandoned) as caught:
        person.join([coin], [own_vtxo(100)])
    assert (caught.value.tag, caught.value.by) == ("operator-refused", "operator")
    assert "AMOUNT_TOO_LOW" in caught.value.detail
    retry = person.join([coin], [own_vtxo(AMOUNT_SAT)])
    assert world.run([retry]) == []


def test_a_failed_batch_can_be_tried_again(world: World) -> None:
    people = boarded(world, 2)
    drivers = [person.refresh() for person in people]
    drivers[1].operator = DeafPort(people[1].port)  # type: ignore[assignment]
    assert {failure.tag for failure in world.run(drivers)} == {"batch-failed"}
    assert world.run([person.refresh() for person in people]) == []


def test_the_signers_session_ends_with_the_batch(world: World) -> None:
    person = boarded(world, 1)[0]
    driver = person.refresh()
    driver.operator = DeafPort(person.port)  # type: ignore[assignment]
    assert [failure.tag for failure in world.run([driver])] == ["batch-failed"]
    with pytest.raises(SignerRefused, match="session-unknown"):
        person.signer.abort_batch(driver._session)


def test_a_session_that_gave_forfeits_is_closed_and_its_coins_can_be_taken_back(
    world: World,
) -> None:
    people = boarded(world, 2)
    [old] = people[0].live_coins()
    drivers = [person.refresh() for person in people]
    drivers[1].operator = KeepsForfeits(people[1].port)  # type: ignore[assignment]
    assert {failure.tag for failure in world.run(drivers)} == {"batch-failed"}
    assert len(people[0].port.forfeits) == 1
    [new] = people[0].live_coins()
    assert new.outpoint != old.outpoint
    with pytest.raises(SignerRefused, match="session-unknown"):
        people[0].signer.close_batch(drivers[0]._session)
    for person in people:
        [given] = [v for v in person.signer.list_vtxos() if v.state is VtxoState.FORFEITED]
        person.signer.release_vtxo(given.outpoint)
    assert people[0].live_coins() == [old]
    with pytest.raises(SignerRefused, match="vtxo-single-purpose"):
        people[0].signer.release_vtxo(old.outpoint)
    assert world.run([person.refresh() for person in people]) == []


def test_a_session_that_gave_forfeits_is_not_aborted(world: World) -> None:
    person = boarded(world, 1)[0]
    driver = person.refresh()
    driver.operator = KeepsForfeits(person.port)  # type: ignore[assignment]
    while driver.state is not BatchState.SETTLED:
        world.operator.advance()
        driver.poll()
        world.time += 1
    with pytest.raises(SignerRefused, match="state-wrong"):
        person.signer.abort_batch(driver._session)


def test_a_refused_registration_leaves_no_session_behind(world: World) -> None:
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    with pytest.raises(BatchAbandoned):
        person.join([coin], [own_vtxo(100)])
    with pytest.raises(SignerRefused, match="session-unknown"):
        person.signer.abort_batch(1)


class DeafPort:
    """Loses the nonces on their way."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def submit_nonces(self, *_: object) -> None:
        return None


class KeepsForfeits(DeafPort):
    """Loses the forfeits instead."""

    def submit_nonces(self, *args: Any) -> None:
        self._port.submit_nonces(*args)

    def submit_forfeits(self, *_: object) -> None:
        return None


def test_refusals_of_the_signer_carry_a_sentence(world: World) -> None:
    person = world.participant()
    with pytest.raises(SignerRefused) as caught:
        person.signer.get_nonces(99)
    assert caught.value.tag == "session-unknown"
