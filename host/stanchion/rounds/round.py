"""One round as an event-sourced aggregate (spec/arkade.md 9.1).

Every change goes through an event; the state is rebuilt from them. A command either raises the
rule's sentence and changes nothing, or raises exactly one event and applies it. Times are unix
seconds and come from the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from stanchion.rounds.events import (
    KNOWN_EVENTS,
    BatchSwept,
    ForfeitTx,
    IntentsRegistered,
    RoundEvent,
    RoundFailed,
    RoundFinalizationStarted,
    RoundFinalized,
    RoundStarted,
    StoredNode,
)
from stanchion.rounds.intent import Intent, RoundRuleError

NEVER = -1


class Stage(IntEnum):
    UNDEFINED = 0
    REGISTRATION = 1
    FINALIZATION = 2

    @property
    def label(self) -> str:
        return f"{self.name}_STAGE"


class Round:
    """The aggregate. Fields are read by anyone and written by events alone."""

    def __init__(self, round_id: str) -> None:
        self.id = round_id
        self.stage = Stage.UNDEFINED
        self.ended = False
        self.failed = False
        self.fail_reason = ""
        self.starting_timestamp = 0
        self.ending_timestamp = 0
        self.intents: dict[str, Intent] = {}
        self.vtxo_tree: tuple[StoredNode, ...] = ()
        self.connectors: tuple[StoredNode, ...] = ()
        self.connector_address = ""
        self.txid = ""
        self.commitment_tx = ""
        self.vtxo_tree_expiration = 0
        self.forfeit_txs: tuple[ForfeitTx, ...] = ()
        self.collected_fees_sat = 0
        self.swept = False
        self.sweep_txs: dict[str, str] = {}
        self.version = 0
        self.changes: list[object] = []

    @classmethod
    def from_events(cls, round_id: str, events: Iterable[object]) -> Round:
        """Rebuild from history; `version` counts the known events of it.

        Unknown events (of a later release) stay in `changes` and change nothing else.
        """
        rebuilt = cls(round_id)
        for event in events:
            if isinstance(event, KNOWN_EVENTS):
                rebuilt._apply(event)
                rebuilt.version += 1
            rebuilt.changes.append(event)
        return rebuilt

    @property
    def is_started(self) -> bool:
        return not self.failed and not self.ended and self.stage != Stage.UNDEFINED

    @property
    def is_ended(self) -> bool:
        return not self.failed and self.stage == Stage.FINALIZATION and self.ended

    @property
    def is_failed(self) -> bool:
        return self.failed

    @property
    def expiry_timestamp(self) -> int:
        """When the operator may sweep, unix seconds; NEVER (-1) before the round has ended."""
        if not self.is_ended:
            return NEVER
        return self.ending_timestamp + self.vtxo_tree_expiration

    def start_registration(self, now: int) -> list[RoundEvent]:
        if self.stage != Stage.UNDEFINED or self.failed:
            raise RoundRuleError("not in a valid stage to start intents registration")
        return self._raise(RoundStarted(self.id, now))

    def register_intents(self, intents: Sequence[Intent]) -> list[RoundEvent]:
        if self.stage != Stage.REGISTRATION or self.failed:
            raise RoundRuleError("not in a valid stage to register intents")
        if not intents:
            raise RoundRuleError("missing intents to register")
        for intent in intents:
            intent.validate()
        return self._raise(IntentsRegistered(self.id, tuple(intents)))

    def start_finalization(
        self,
        connector_address: str,
        connectors: Sequence[StoredNode],
        vtxo_tree: Sequence[StoredNode],
        txid: str,
        commitment_tx: str,
        vtxo_tree_expiration: int,
    ) -> list[RoundEvent]:
        if not commitment_tx:
            raise RoundRuleError("missing unsigned commitment tx")
        if vtxo_tree_expiration <= 0:
            raise RoundRuleError("missing vtxo tree expiration")
        if self.stage != Stage.REGISTRATION or self.failed:
            raise RoundRuleError("not in a valid stage to start finalization")
        if not self.intents:
            raise RoundRuleError("no intents registered")
        if not txid:
            raise RoundRuleError("missing txid")
        return self._raise(
            RoundFinalizationStarted(
                self.id,
                tuple(vtxo_tree),
                tuple(connectors),
                connector_address,
                txid,
                commitment_tx,
                vtxo_tree_expiration,
            )
        )

    def end_finalization(
        self,
        forfeit_txs: Sequence[ForfeitTx],
        final_commitment_tx: str,
        now: int,
        collected_fees_sat: int = 0,
    ) -> list[RoundEvent]:
        if not forfeit_txs and any(intent.forfeitable for intent in self.intents.values()):
            raise RoundRuleError("missing list of signed forfeit txs")
        if self.stage != Stage.FINALIZATION or self.failed:
            raise RoundRuleError("not in a valid stage to end finalization")
        if self.ended:
            raise RoundRuleError("round already finalized")
        return self._raise(
            RoundFinalized(
                self.id, tuple(forfeit_txs), final_commitment_tx, now, collected_fees_sat
            )
        )

    def sweep(
        self,
        leaf_vtxos: Sequence[str],
        preconfirmed_vtxos: Sequence[str],
        txid: str,
        tx: str,
    ) -> list[RoundEvent]:
        """`leaf_vtxos`: one outpoint per leaf transaction that this sweep makes unreachable."""
        if not self.is_ended:
            raise RoundRuleError("not in a valid stage to sweep")
        if self.swept:
            return []
        earlier = sum(len(e.leaf_vtxos) for e in self.changes if isinstance(e, BatchSwept))
        leaves = sum(node.is_leaf for node in self.vtxo_tree)
        fully_swept = earlier + len(leaf_vtxos) == leaves
        return self._raise(
            BatchSwept(self.id, tuple(leaf_vtxos), tuple(preconfirmed_vtxos), txid, tx, fully_swept)
        )

    def fail(self, reason: str, now: int) -> list[RoundEvent]:
        if self.failed:
            return []
        return self._raise(RoundFailed(self.id, reason, now))

    def _raise(self, event: RoundEvent) -> list[RoundEvent]:
        self._apply(event)
        self.changes.append(event)
        return [event]

    def _apply(self, event: RoundEvent) -> None:
        match event:
            case RoundStarted():
                self.stage = Stage.REGISTRATION
                self.starting_timestamp = event.timestamp
            case IntentsRegistered():
                self.intents.update({intent.id: intent for intent in event.intents})
            case RoundFinalizationStarted():
                self.stage = Stage.FINALIZATION
                self.vtxo_tree = event.vtxo_tree
                self.connectors = event.connectors
                self.connector_address = event.connector_address
                self.txid = event.txid
                self.commitment_tx = event.commitment_tx
                self.vtxo_tree_expiration = event.vtxo_tree_expiration
            case RoundFinalized():
                self.ended = True
                self.forfeit_txs = event.forfeit_txs
                self.commitment_tx = event.final_commitment_tx
                self.ending_timestamp = event.timestamp
                self.collected_fees_sat = event.collected_fees_sat
            case RoundFailed():
                self.failed = True
                self.fail_reason = event.reason
                self.ending_timestamp = event.timestamp
            case BatchSwept():
                self.swept = event.fully_swept
                self.sweep_txs[event.txid] = event.tx
