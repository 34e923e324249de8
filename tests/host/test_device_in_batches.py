"""The device's own application objects take part in batches of the reference operator.

Protects the seam between driver and device: what the driver feeds is what the firmware wants, and
a device wallet settles in the same batch as others. The objects run in this process, behind the
wire's schema; the serial line has its own tests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from arkcore.errors import ArkError
from stanchion.chain.embedded import EmbeddedChain
from stanchion.device.commands import Commands
from stanchion.device.errors import refused
from stanchion.operator import lying
from stanchion.operator.keys import OperatorKeys
from stanchion.rounds.driver import BatchAbandoned, BatchState
from stanchion.signers.device import DeviceSigner
from stanchion.signers.facts import AddressKind, OutputFact, OutputKind, VtxoState
from wire.errors import classify

from tests.batch.local import LocalDevice
from tests.batch.operator import enrolment, secret
from tests.host.batch_world import CONFIG, Participant, World, own_vtxo
from tests.host.test_batch_driver import KeepsForfeits
from tests.host.test_operator_requests import FlatFee

AMOUNT_SAT = 50_000


class LocalCommands(Commands):
    """The typed commands, answered by the objects in this process."""

    def __init__(self, device: LocalDevice) -> None:
        self.device = device

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        try:
            return self.device.call(name, **params)
        except ArkError as error:
            code, tag, retry, detail = classify(error)
            fields = {"code": code, "tag": tag, "stage": 0, "retry": retry, "detail": detail}
            raise refused(fields, name) from error


@pytest.fixture
def world(chain: EmbeddedChain) -> World:
    terms = enrolment()
    config = replace(
        CONFIG,
        unilateral_exit_delay=terms["unilateral_exit_delay"],
        boarding_exit_delay=terms["boarding_exit_delay"],
        checkpoint_exit_delay=terms["checkpoint_exit_delay"],
    )
    return World(chain, config, OperatorKeys(secret("signer"), secret("forfeit")))


@pytest.fixture
def device() -> LocalDevice:
    return LocalDevice()


@pytest.fixture
def owner(world: World, device: LocalDevice) -> Participant:
    return world.add(DeviceSigner(LocalCommands(device)))


def board(world: World, device: LocalDevice, owner: Participant) -> None:
    device.answer("yes", "yes", "yes", "yes")
    assert world.run([owner.board(AMOUNT_SAT)]) == []
    device.board.answers.clear()
    world.mine()


def test_the_device_boards_and_refreshes_beside_software_signers(
    world: World, device: LocalDevice, owner: Participant
) -> None:
    others = [world.participant() for _ in range(3)]
    device.answer("yes", "yes", "yes", "yes")
    assert world.run([owner.board(AMOUNT_SAT)] + [one.board(AMOUNT_SAT) for one in others]) == []
    world.mine()
    device.board.answers.clear()
    [old] = owner.live_coins()
    assert world.run([owner.refresh()] + [one.refresh() for one in others]) == []
    [coin] = owner.live_coins()
    assert coin.outpoint != old.outpoint
    assert coin.amount_sat == AMOUNT_SAT
    states = [vtxo.state for vtxo in owner.signer.list_vtxos()]
    assert VtxoState.FORFEITED in states


def test_the_device_leaves_collaboratively_to_its_own_onchain_key(
    world: World, device: LocalDevice, owner: Participant
) -> None:
    board(world, device, owner)
    device.answer("yes", "yes", "yes", "yes")
    driver = owner.join_all([OutputFact(OutputKind.OWN_ONCHAIN, AMOUNT_SAT)])
    assert world.run([driver]) == []
    world.mine()
    script = owner.script(AddressKind.ONCHAIN)
    assert [coin.amount_sat for coin in world.chain.unspent(script)] == [AMOUNT_SAT]


def test_the_device_tries_again_after_the_operator_refused(
    world: World, device: LocalDevice, owner: Participant
) -> None:
    device.answer("yes", "yes", "yes", "yes", "yes", "yes")
    coin = owner.boarding_coin(AMOUNT_SAT)
    world.operator.context.fees = FlatFee()
    with pytest.raises(BatchAbandoned, match="INTENT_INSUFFICIENT_FEE"):
        owner.join([coin], [own_vtxo(AMOUNT_SAT)])
    assert world.run([owner.join([coin], [own_vtxo(AMOUNT_SAT - 100)])]) == []


def test_a_coin_of_a_batch_that_failed_late_is_taken_back_on_the_device(
    world: World, device: LocalDevice, owner: Participant
) -> None:
    other = world.participant()
    device.answer("yes", "yes", "yes", "yes")
    assert world.run([owner.board(AMOUNT_SAT), other.board(AMOUNT_SAT)]) == []
    [old] = owner.live_coins()
    drivers = [owner.refresh(), other.refresh()]
    drivers[1].operator = KeepsForfeits(other.port)  # type: ignore[assignment]
    assert {failure.tag for failure in world.run(drivers)} == {"batch-failed"}
    device.board.answers.clear()
    device.answer("yes")
    owner.signer.release_vtxo(old.outpoint)
    assert owner.live_coins() == [old]
    assert world.run([owner.refresh()]) == []


@pytest.mark.parametrize(
    ("lie", "tag"),
    [
        (lying.BatchOutputToItself(), "tree-batch-output"),
        (lying.ShortExpiry(1), "tree-sweep-range"),
        (lying.AnchorWithValue(), "tree-anchor"),
        (lying.OtherForfeitKey(), "tree-batch-output"),
        (lying.TreeSwappedAfterNonces(), "state-wrong"),
        (lying.GarbageTreeSignatures(), "tree-signature"),
        (lying.NoTreeSignatures(), "forfeit-branch-complete"),
        (lying.CommitmentSwapped(), "batch-changed"),
        (lying.ConnectorMissing(), "connector-missing"),
        (lying.ConnectorsFromElsewhere(), "connector-lineage"),
        (lying.AnchorMissing(), "tree-anchor"),
        (lying.ReceiverShortPaid(), "leaf-amount"),
        (lying.ExpiryAnnouncedLonger(), "tree-batch-output"),
        (lying.ExpiryInSeconds(), "tree-sweep-unit"),
    ],
    ids=lambda value: value.name if isinstance(value, lying.Lie) else None,
)
def test_the_device_refuses_what_the_driver_brings_from_a_liar(
    world: World, device: LocalDevice, owner: Participant, lie: lying.Lie, tag: str
) -> None:
    board(world, device, owner)
    world.begin_lying(lie)
    driver = owner.join_all([own_vtxo(AMOUNT_SAT)])
    [failure] = world.run([driver])
    assert (failure.tag, failure.by) == (tag, "signer")
    assert driver.state is BatchState.ABANDONED
    assert owner.port.forfeits == []
    [coin] = owner.live_coins()
    assert coin.amount_sat == AMOUNT_SAT
