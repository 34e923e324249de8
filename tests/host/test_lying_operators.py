"""Every lie of an operator is refused before anything of value leaves the participant.

Protects I1: no forfeit and no boarding signature without a verified way out; and that no nonce is
given for a tree that would not protect its owner. Each operator differs from the honest one in one
step (`stanchion.operator.lying`).
"""

from __future__ import annotations

import pytest
from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator import lying
from stanchion.rounds.driver import BatchState
from stanchion.signers.facts import VtxoState
from stanchion.signers.port import SignerRefused

from tests.host.batch_world import (
    CONFIG,
    SECONDS_CONFIG,
    Participant,
    World,
    facts_of,
    own_vtxo,
)

AMOUNT_SAT = 50_000

# Lies told before nonces: the signer refuses and not even a nonce leaves.
BEFORE_NONCES = [
    (lying.BatchOutputToItself(), "tree-batch-output"),
    (lying.ShortExpiry(1), "tree-sweep-range"),
    (lying.ShortExpiry(CONFIG.batch_expiry - 1), "tree-sweep-range"),
    (lying.ExpiryAnnouncedLonger(), "tree-batch-output"),
    (lying.OtherForfeitKey(), "tree-batch-output"),
    (lying.AnchorWithValue(), "tree-anchor"),
    (lying.AnchorMissing(), "tree-anchor"),
    (lying.ReceiversMerged(), "leaf-amount"),
    (lying.ReceiverShortPaid(), "leaf-amount"),
]
# Lies that only show once the tree is signed: no forfeit leaves.
AFTER_NONCES = [
    (lying.TreeSwappedAfterNonces(), "state-wrong"),
    (lying.GarbageTreeSignatures(), "tree-signature"),
    (lying.NoTreeSignatures(), "forfeit-branch-complete"),
    (lying.CommitmentSwapped(), "batch-changed"),
    (lying.ConnectorMissing(), "connector-missing"),
    (lying.ConnectorsFromElsewhere(), "connector-lineage"),
]


def named(value: object) -> str | None:
    return value.name if isinstance(value, lying.Lie) else None


def boarded(world: World, count: int) -> list[Participant]:
    """Participants with one VTXO each, from an honest batch."""
    people = [world.participant() for _ in range(count)]
    assert world.run([person.board(AMOUNT_SAT) for person in people]) == []
    world.mine()
    return people


def two_equal_halves(person: Participant) -> None:
    half = AMOUNT_SAT // 2
    person.join_all([own_vtxo(half), own_vtxo(half)])


def assert_nothing_given(person: Participant) -> None:
    assert person.port.forfeits == []
    assert person.port.commitments == []
    [coin] = person.signer.list_vtxos()
    assert coin.state is VtxoState.LIVE


@pytest.mark.parametrize(("lie", "tag"), BEFORE_NONCES, ids=named)
def test_the_signer_refuses_before_a_nonce_leaves(world: World, lie: lying.Lie, tag: str) -> None:
    person = boarded(world, 1)[0]
    world.begin_lying(lie)
    two_equal_halves(person)
    assert person.driver is not None
    [failure] = world.run([person.driver])
    assert (failure.tag, failure.by) == (tag, "signer")
    assert person.port.nonces == 0
    assert_nothing_given(person)


@pytest.mark.parametrize(("lie", "tag"), AFTER_NONCES, ids=named)
def test_no_forfeit_leaves_when_the_end_of_the_batch_is_false(
    world: World, lie: lying.Lie, tag: str
) -> None:
    person = boarded(world, 1)[0]
    world.begin_lying(lie)
    two_equal_halves(person)
    assert person.driver is not None
    [failure] = world.run([person.driver])
    assert (failure.tag, failure.by) == (tag, "signer")
    assert person.port.nonces > 0
    assert_nothing_given(person)


def test_an_expiry_of_512_seconds_is_refused(chain: EmbeddedChain) -> None:
    world = World(chain, SECONDS_CONFIG)
    person = boarded(world, 1)[0]
    world.begin_lying(lying.ShortExpiry(512))
    two_equal_halves(person)
    assert person.driver is not None
    [failure] = world.run([person.driver])
    assert (failure.tag, failure.by) == ("tree-sweep-range", "signer")
    assert person.port.nonces == 0
    assert_nothing_given(person)


def test_an_expiry_in_another_unit_is_refused(world: World) -> None:
    person = boarded(world, 1)[0]
    world.begin_lying(lying.ExpiryInSeconds())
    two_equal_halves(person)
    assert person.driver is not None
    [failure] = world.run([person.driver])
    assert (failure.tag, failure.by) == ("tree-sweep-unit", "signer")
    assert_nothing_given(person)


def test_the_one_whose_key_is_missing_refuses_and_the_batch_fails_for_all(world: World) -> None:
    people = boarded(world, 4)
    world.begin_lying(lying.CosignerMissing())
    failures = world.run([person.refresh() for person in people])
    assert [failure.tag for failure in failures].count("tree-cosigner-missing") == 1
    assert [failure.tag for failure in failures].count("batch-failed") == 3
    for person in people:
        assert_nothing_given(person)


def test_boarding_inputs_are_not_signed_without_tree_signatures(world: World) -> None:
    person = world.participant()
    world.begin_lying(lying.GarbageTreeSignatures())
    driver = person.board(AMOUNT_SAT)
    [failure] = world.run([driver])
    assert failure.tag == "tree-signature"
    assert person.port.commitments == []
    assert person.signer.list_vtxos() == ()


def test_enrolling_refuses_a_forfeit_address_of_another_key(world: World) -> None:
    person = world.participant()
    honest = facts_of(world.operator.info())
    other = type(honest)(**{**vars(honest), "forfeit_script": bytes(22)})
    with pytest.raises(SignerRefused, match="operator-forfeit-script"):
        person.signer.enroll_operator(other)


def test_the_same_scenario_with_no_lie_in_it_succeeds(world: World) -> None:
    person = boarded(world, 1)[0]
    world.begin_lying(lying.Lie())
    two_equal_halves(person)
    assert person.driver is not None
    assert world.run([person.driver]) == []
    assert person.driver.state is BatchState.DONE
    assert len(person.port.forfeits) == 1
    assert len(person.live_coins()) == 2
