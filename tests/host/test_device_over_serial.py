"""The device on a serial line, in batches with others: the first whole life of a VTXO.

Protects the product's promise end to end: firmware on MicroPython behind a pty, the client, the
driver, the reference operator and the consensus engine; nothing is stood in for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from arkcore.codec import from_hex_txid
from stanchion.chain.embedded import EmbeddedChain
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser
from stanchion.operator import lying
from stanchion.operator.info import operator_info
from stanchion.signers.device import DeviceSigner
from stanchion.signers.facts import VtxoState

from tests.device.conftest import bundle, client, emulator, wallet  # noqa: F401 - fixtures
from tests.host.batch_world import CONFIG, Participant, World, facts_of

AMOUNT_SAT = 50_000
PATIENT = replace(CONFIG, session_seconds=600)


@pytest.fixture
def world(chain: EmbeddedChain) -> World:
    return World(chain, PATIENT)


@pytest.fixture
def owner(
    world: World,
    emulator: Emulator,  # noqa: F811
    wallet: DeviceClient,  # noqa: F811
) -> Iterator[Participant]:
    """A device that holds a wallet, with the world's operator enrolled and a VTXO boarded."""
    signer = DeviceSigner(wallet)
    person = world.add(signer)
    with Presser(emulator):
        signer.enroll_operator(facts_of(operator_info(world.config, world.keys)))
        others = [world.participant() for _ in range(3)]
        drivers = [one.board(AMOUNT_SAT) for one in [person, *others]]
        assert world.run(drivers) == []
    world.mine()
    yield person


def test_the_device_refreshes_beside_others_unattended(world: World, owner: Participant) -> None:
    others = world.participants[1:]
    [old] = owner.live_coins()
    assert world.run([one.refresh() for one in [owner, *others]]) == []
    world.mine()
    [coin] = owner.live_coins()
    assert coin.outpoint != old.outpoint
    assert owner.driver is not None
    assert world.chain.tx_status(from_hex_txid(owner.driver.commitment_txid)).confirmed
    states = {vtxo.outpoint: vtxo.state for vtxo in owner.signer.list_vtxos()}
    assert states[old.outpoint] is VtxoState.FORFEITED


@pytest.mark.parametrize(
    ("lie", "tag"),
    [
        (lying.BatchOutputToItself(), "tree-batch-output"),
        (lying.GarbageTreeSignatures(), "tree-signature"),
    ],
    ids=lambda value: value.name if isinstance(value, lying.Lie) else None,
)
def test_the_device_gives_nothing_to_a_liar(
    world: World, owner: Participant, lie: lying.Lie, tag: str
) -> None:
    world.begin_lying(lie)
    [failure] = world.run([owner.refresh()])
    assert (failure.tag, failure.by) == (tag, "signer")
    assert failure.sentence
    assert owner.port.forfeits == []
    assert len(owner.live_coins()) == 1
