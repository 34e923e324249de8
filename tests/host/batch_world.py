"""A chain, an operator and participants with keys in memory, for tests of whole batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arkcore.hashes import sha256
from arkcore.scripts import p2wpkh_script
from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.config import OperatorConfig
from stanchion.operator.engine import Operator
from stanchion.operator.feed import Listener
from stanchion.operator.info import operator_info
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.lying import Lie, lying_operator
from stanchion.rounds.driver import BatchAbandoned, BatchDriver
from stanchion.rounds.exit_data import MemoryExitStore
from stanchion.rounds.offer import make_offer
from stanchion.signers.facts import (
    AddressKind,
    InputFact,
    InputKind,
    OperatorFacts,
    OutputFact,
    OutputKind,
    VtxoState,
)
from stanchion.signers.port import Signer
from stanchion.signers.software import SoftwareSigner

SECONDS_CONFIG = OperatorConfig(
    batch_expiry=604_672,
    unilateral_exit_delay=86_016,
    boarding_exit_delay=604_672,
    checkpoint_exit_delay=86_016,
)
CONFIG = OperatorConfig(
    batch_expiry=144,
    unilateral_exit_delay=20,
    boarding_exit_delay=200,
    checkpoint_exit_delay=20,
)
STALLED_SECONDS = 1
MAX_TURNS = 400
INTENT_SECONDS = 600


def facts_of(info: dict[str, Any]) -> OperatorFacts:
    """What an owner enrolls of a published operator."""
    forfeit_key = bytes.fromhex(info["forfeitPubkey"])
    return OperatorFacts(
        name="test",
        signer_key=bytes.fromhex(info["signerPubkey"]),
        forfeit_key=forfeit_key,
        forfeit_script=p2wpkh_script(forfeit_key),
        unilateral_exit_delay=int(info["unilateralExitDelay"]),
        boarding_exit_delay=int(info["boardingExitDelay"]),
        checkpoint_exit_delay=int(info["unilateralExitDelay"]),
        min_batch_expiry=int(info["vtxoTreeExpiry"]),
        dust_sat=int(info["dust"]),
    )


class RecordingPort:
    """Passes everything on to the operator and remembers what left the participant."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self.nonces = 0
        self.signatures = 0
        self.forfeits: list[str] = []
        self.commitments: list[str] = []
        self.deleted = 0

    def info(self) -> dict[str, Any]:
        return self._operator.info()

    def open_feed(self, topics: Iterable[str]) -> Listener:
        return self._operator.open_feed(topics)

    def register_intent(self, proof: str, message: str) -> str:
        return self._operator.register_intent(proof, message)

    def delete_intent(self, proof: str, message: str) -> None:
        self._operator.delete_intent(proof, message)
        self.deleted += 1

    def confirm(self, intent_id: str) -> None:
        self._operator.confirm(intent_id)

    def submit_nonces(self, batch_id: str, pubkey: str, nonces: Mapping[str, str]) -> None:
        self.nonces += len(nonces)
        self._operator.submit_nonces(batch_id, pubkey, nonces)

    def submit_signatures(self, batch_id: str, pubkey: str, signatures: Mapping[str, str]) -> None:
        self.signatures += len(signatures)
        self._operator.submit_signatures(batch_id, pubkey, signatures)

    def submit_forfeits(self, signed_forfeits: Sequence[str], signed_commitment: str = "") -> None:
        self.forfeits += signed_forfeits
        self.commitments += [signed_commitment] if signed_commitment else []
        self._operator.submit_forfeits(signed_forfeits, signed_commitment)


class Participant:
    """A software signer with its exit data and its current batch."""

    def __init__(self, world: World, signer: Signer) -> None:
        self.world = world
        self.signer = signer
        self.exits = MemoryExitStore()
        self.port = RecordingPort(world.operator)
        self.driver: BatchDriver | None = None

    def script(self, kind: AddressKind, index: int = 0) -> bytes:
        return self.signer.get_address(kind, index).script

    def boarding_coin(self, amount_sat: int, index: int = 0) -> InputFact:
        """A confirmed boarding output."""
        script = self.script(AddressKind.BOARDING, index)
        point = self.world.chain.fund(script, amount_sat)
        return InputFact(InputKind.BOARDING, point, amount_sat, index)

    def live_coins(self) -> list[InputFact]:
        return [
            InputFact(InputKind.VTXO, vtxo.outpoint, vtxo.amount_sat, vtxo.index)
            for vtxo in self.signer.list_vtxos()
            if vtxo.state is VtxoState.LIVE
        ]

    def join(self, inputs: Sequence[InputFact], outputs: Sequence[OutputFact]) -> BatchDriver:
        now = int(self.world.time)
        offer = make_offer(self.signer, inputs, outputs, now, now + INTENT_SECONDS)
        self.port = RecordingPort(self.world.operator)
        self.driver = BatchDriver(self.signer, self.port, offer, self.exits)
        self.driver.start()
        return self.driver

    def join_all(self, outputs: Sequence[OutputFact]) -> BatchDriver:
        """Puts every live VTXO in."""
        return self.join(self.live_coins(), outputs)

    def board(self, amount_sat: int = 50_000) -> BatchDriver:
        return self.join([self.boarding_coin(amount_sat)], [own_vtxo(amount_sat)])

    def refresh(self) -> BatchDriver:
        coins = self.live_coins()
        return self.join(coins, [own_vtxo(sum(coin.amount_sat for coin in coins))])


def own_vtxo(amount_sat: int, index: int = 0) -> OutputFact:
    return OutputFact(OutputKind.OWN_VTXO, amount_sat, index)


class World:
    """An honest operator until `begin_lying`; time moves when nobody can."""

    def __init__(
        self,
        chain: EmbeddedChain,
        config: OperatorConfig = CONFIG,
        keys: OperatorKeys | None = None,
    ) -> None:
        self.chain = chain
        self.config = config
        self.keys = keys or OperatorKeys()
        self.time = float(chain.tip().time)
        self.operator = Operator(chain, chain.wallet, config, self.keys, self.clock)
        self.participants: list[Participant] = []

    def clock(self) -> float:
        return self.time

    def begin_lying(self, lie: Lie) -> None:
        """From now on the same operator, with the same books, lies."""
        books = self.operator.context.vtxos
        self.operator = lying_operator(
            lie, self.chain, self.chain.wallet, self.config, self.keys, self.clock
        )
        self.operator.context.vtxos = books

    def restart(self) -> None:
        """A new process of the operator on the same journal."""
        self.operator = Operator(
            self.chain,
            self.chain.wallet,
            self.config,
            self.keys,
            self.clock,
            journal=self.operator.context.journal,
        )

    def participant(self) -> Participant:
        """One more with keys in memory, enrolled with what an honest operator publishes."""
        signer = SoftwareSigner(sha256(b"participant %d" % len(self.participants)))
        signer.enroll_operator(facts_of(operator_info(self.config, self.keys)))
        return self.add(signer)

    def add(self, signer: Signer) -> Participant:
        self.participants.append(Participant(self, signer))
        return self.participants[-1]

    def run(self, drivers: Sequence[BatchDriver]) -> list[BatchAbandoned]:
        """Until every driver is over; the failures, in the order they came."""
        failures = []
        for _ in range(MAX_TURNS):
            self.operator.advance()
            busy = False
            for driver in drivers:
                try:
                    busy |= driver.poll()
                except BatchAbandoned as failure:
                    failures.append(failure)
            if all(driver.over for driver in drivers):
                return failures
            if not busy:
                self.time += STALLED_SECONDS
        raise AssertionError(f"stalled: {[driver.state for driver in drivers]}")

    def mine(self, blocks: int = 1) -> None:
        self.chain.mine(blocks)
        self.time = max(self.time, float(self.chain.tip().time))
        self.operator.advance()
