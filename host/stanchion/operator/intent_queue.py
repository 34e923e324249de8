"""Registered intents waiting for a round, oldest first."""

from __future__ import annotations

from collections.abc import Iterable

from stanchion.operator.errors import Code, OperatorError
from stanchion.rounds.intent import Intent


class IntentQueue:
    """A coin stands in at most one waiting intent."""

    def __init__(self) -> None:
        self._intents: dict[str, Intent] = {}

    def __len__(self) -> int:
        return len(self._intents)

    def push(self, intent: Intent) -> None:
        """Raises OperatorError `duplicated input` (code 0, as arkd)."""
        taken = {point for other in self._intents.values() for point in other.outpoints}
        for point in intent.outpoints:
            if point in taken:
                raise OperatorError(
                    Code.INTERNAL_ERROR,
                    f"duplicated input, {point} already registered by another intent",
                )
        self._intents[intent.id] = intent

    def put_back(self, intents: Iterable[Intent]) -> None:
        """Returns intents that a round selected and did not use, to the front of the queue."""
        returned = {intent.id: intent for intent in intents}
        self._intents = {**returned, **self._intents}

    def select(self, limit: int, now: int) -> list[Intent]:
        """Takes out up to `limit` intents whose time has come; drops those whose time is over."""
        chosen: list[Intent] = []
        for intent in list(self._intents.values()):
            if intent.expire_at and now >= intent.expire_at:
                del self._intents[intent.id]
            elif len(chosen) < limit and intent.valid_during(now):
                chosen.append(self._intents.pop(intent.id))
        return chosen

    def ready_count(self, now: int) -> int:
        return sum(intent.valid_during(now) for intent in self._intents.values())

    def holding(self, outpoints: Iterable[str]) -> list[Intent]:
        """Waiting intents that contain any of the outpoints."""
        wanted = set(outpoints)
        return [intent for intent in self._intents.values() if wanted & set(intent.outpoints)]

    def with_txid(self, txid: str) -> list[Intent]:
        return [intent for intent in self._intents.values() if intent.txid == txid]

    def delete(self, intent_id: str) -> None:
        self._intents.pop(intent_id, None)
