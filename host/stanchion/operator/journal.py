"""Where the operator keeps the history of its rounds.

An event is kept before anybody hears of what it did. The in-memory journal is for tests and
demos; a database only has to offer the same two methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stanchion.rounds.events import RoundEvent
from stanchion.rounds.round import Round


class RoundJournal(Protocol):
    """Append-only store of round events."""

    def append(self, round_id: str, events: Sequence[RoundEvent]) -> None:
        """Durable when it returns."""

    def load(self, round_id: str) -> Round: ...

    def round_ids(self) -> list[str]:
        """Oldest first."""


class MemoryJournal:
    """Keeps events in lists."""

    def __init__(self) -> None:
        self._events: dict[str, list[RoundEvent]] = {}

    def append(self, round_id: str, events: Sequence[RoundEvent]) -> None:
        self._events.setdefault(round_id, []).extend(events)

    def load(self, round_id: str) -> Round:
        return Round.from_events(round_id, self._events.get(round_id, []))

    def round_ids(self) -> list[str]:
        return list(self._events)
