"""Who broke a batch, by output script, and for how long he stays out (spec/arkade.md 8.9, 9.3)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum


class Crime(IntEnum):
    UNKNOWN = 0
    NONCE_SUBMISSION = 1
    SIGNATURE_SUBMISSION = 2
    INVALID_SIGNATURE = 3
    FORFEIT_SUBMISSION = 4
    FORFEIT_INVALID_SIGNATURE = 5
    BOARDING_INPUT_SUBMISSION = 6
    MANUAL_BAN = 7


@dataclass(frozen=True)
class Conviction:
    """One crime of one script (hex). `expires_at` 0 means never; times are unix seconds."""

    script: str
    crime: Crime
    round_id: str
    reason: str
    created_at: int
    expires_at: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def active(self, now: int) -> bool:
        return not self.expires_at or now < self.expires_at


class ConvictionBook:
    """A script with `threshold` active convictions is banned."""

    def __init__(self, threshold: int = 3, duration_seconds: int = 300) -> None:
        self.threshold = threshold
        self.duration_seconds = duration_seconds
        self.convictions: list[Conviction] = []

    def convict(
        self, scripts: Iterable[str], crime: Crime, round_id: str, reason: str, now: int
    ) -> None:
        expires_at = now + self.duration_seconds if self.duration_seconds else 0
        for script in sorted(set(scripts)):
            self.convictions.append(Conviction(script, crime, round_id, reason, now, expires_at))

    def is_banned(self, script: str, now: int) -> bool:
        active = [c for c in self.convictions if c.script == script and c.active(now)]
        return len(active) >= self.threshold

    def pardon(self, conviction_id: str) -> None:
        self.convictions = [c for c in self.convictions if c.id != conviction_id]
