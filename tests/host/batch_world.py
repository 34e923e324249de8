"""The sandbox as tests want it: its participants remember what left them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.config import OperatorConfig
from stanchion.operator.engine import Operator
from stanchion.operator.feed import Listener
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.sandbox import (
    REGTEST_CONFIG,
    Participant,
    Sandbox,
    enrolment,
    own_vtxo,
)
from stanchion.signers.facts import OperatorFacts

__all__ = [
    "CONFIG",
    "SECONDS_CONFIG",
    "Participant",
    "RecordingPort",
    "World",
    "facts_of",
    "own_vtxo",
]

CONFIG = REGTEST_CONFIG
SECONDS_CONFIG = OperatorConfig(
    batch_expiry=604_672,
    unilateral_exit_delay=86_016,
    boarding_exit_delay=604_672,
    checkpoint_exit_delay=86_016,
)


def facts_of(info: dict[str, Any]) -> OperatorFacts:
    """What an owner enrolls of a published operator."""
    return enrolment(info, "test")


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


class World(Sandbox):
    """A sandbox whose participants talk to the operator through a RecordingPort."""

    def __init__(
        self,
        chain: EmbeddedChain,
        config: OperatorConfig = CONFIG,
        keys: OperatorKeys | None = None,
    ) -> None:
        super().__init__(chain, config, keys, RecordingPort)
