"""A chain, an operator and participants in one process: what demos and tests run batches in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from arkcore.hashes import sha256
from arkcore.scripts import p2wpkh_script

from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.config import OperatorConfig
from stanchion.operator.engine import Operator
from stanchion.operator.info import operator_info
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.lying import Lie, lying_operator
from stanchion.rounds.driver import BatchAbandoned, BatchDriver
from stanchion.rounds.exit_data import MemoryExitDataStore
from stanchion.rounds.offer import make_offer
from stanchion.rounds.operator_port import OperatorPort
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

# Delays in blocks, as short as a device accepts on regtest.
REGTEST_CONFIG = OperatorConfig(
    batch_expiry=144,
    unilateral_exit_delay=20,
    boarding_exit_delay=200,
    checkpoint_exit_delay=20,
)
_STALLED_SECONDS = 1
_MAX_TURNS = 400
_INTENT_SECONDS = 600


class SandboxStalled(Exception):
    """Neither operator nor participants have anything left to do, yet a batch is not over."""


def enrolment(info: dict[str, Any], name: str) -> OperatorFacts:
    """What an owner enrolls of a published operator."""
    forfeit_key = bytes.fromhex(info["forfeitPubkey"])
    return OperatorFacts(
        name=name,
        signer_key=bytes.fromhex(info["signerPubkey"]),
        forfeit_key=forfeit_key,
        forfeit_script=p2wpkh_script(forfeit_key),
        unilateral_exit_delay=int(info["unilateralExitDelay"]),
        boarding_exit_delay=int(info["boardingExitDelay"]),
        checkpoint_exit_delay=int(info["unilateralExitDelay"]),
        min_batch_expiry=int(info["vtxoTreeExpiry"]),
        dust_sat=int(info["dust"]),
    )


def own_vtxo(amount_sat: int, index: int = 0) -> OutputFact:
    return OutputFact(OutputKind.OWN_VTXO, amount_sat, index)


class Participant:
    """A signer with its exit data, its way to the operator, and its current batch."""

    def __init__(self, sandbox: Sandbox, signer: Signer) -> None:
        self.sandbox = sandbox
        self.signer = signer
        self.exits = MemoryExitDataStore()
        self.port: OperatorPort = sandbox.make_port(sandbox.operator)
        self.driver: BatchDriver | None = None

    def script(self, kind: AddressKind, index: int = 0) -> bytes:
        return self.signer.get_address(kind, index).script

    def boarding_coin(self, amount_sat: int, index: int = 0) -> InputFact:
        """A confirmed boarding output."""
        script = self.script(AddressKind.BOARDING, index)
        point = self.sandbox.chain.fund(script, amount_sat)
        return InputFact(InputKind.BOARDING, point, amount_sat, index)

    def live_coins(self) -> list[InputFact]:
        return [
            InputFact(InputKind.VTXO, vtxo.outpoint, vtxo.amount_sat, vtxo.index)
            for vtxo in self.signer.list_vtxos()
            if vtxo.state is VtxoState.LIVE
        ]

    def join(self, inputs: Sequence[InputFact], outputs: Sequence[OutputFact]) -> BatchDriver:
        """Registers for the next batch. Raises BatchAbandoned."""
        now = int(self.sandbox.time)
        offer = make_offer(self.signer, inputs, outputs, now, now + _INTENT_SECONDS)
        self.port = self.sandbox.make_port(self.sandbox.operator)
        self.driver = BatchDriver(self.signer, self.port, offer, self.exits)
        self.driver.start()
        return self.driver

    def join_all(self, outputs: Sequence[OutputFact]) -> BatchDriver:
        """Puts every live VTXO in."""
        return self.join(self.live_coins(), outputs)

    def board(self, amount_sat: int = 50_000) -> BatchDriver:
        return self.join([self.boarding_coin(amount_sat)], [own_vtxo(amount_sat)])

    def refresh(self) -> BatchDriver:
        """Puts every live VTXO in, for one new VTXO of the same sum."""
        coins = self.live_coins()
        return self.join(coins, [own_vtxo(sum(coin.amount_sat for coin in coins))])


class Sandbox:
    """An honest operator until `begin_lying`; its clock moves when nobody else can."""

    def __init__(
        self,
        chain: EmbeddedChain,
        config: OperatorConfig = REGTEST_CONFIG,
        keys: OperatorKeys | None = None,
        make_port: Callable[[Operator], OperatorPort] = lambda operator: operator,
    ) -> None:
        self.chain = chain
        self.config = config
        self.keys = keys or OperatorKeys()
        self.make_port = make_port
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
        signer.enroll_operator(enrolment(operator_info(self.config, self.keys), "sandbox"))
        return self.add(signer)

    def add(self, signer: Signer) -> Participant:
        self.participants.append(Participant(self, signer))
        return self.participants[-1]

    def run(
        self, drivers: Sequence[BatchDriver], on_turn: Callable[[], object] = lambda: None
    ) -> list[BatchAbandoned]:
        """Until every driver is over; the failures, in the order they came.

        Raises SandboxStalled.
        """
        failures = []
        for _ in range(_MAX_TURNS):
            self.operator.advance()
            busy = False
            for driver in drivers:
                try:
                    busy |= driver.poll()
                except BatchAbandoned as failure:
                    failures.append(failure)
                on_turn()
            if all(driver.over for driver in drivers):
                return failures
            if not busy:
                self.time += _STALLED_SECONDS
        raise SandboxStalled(f"stalled: {[driver.state for driver in drivers]}")

    def mine(self, blocks: int = 1) -> None:
        self.chain.mine(blocks)
        self.time = max(self.time, float(self.chain.tip().time))
        self.operator.advance()
