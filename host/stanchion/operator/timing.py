"""How the time of one session is split among its phases (spec/arkade.md 8.8)."""

from __future__ import annotations


class SessionClock:
    """Deadlines of one round, unix seconds. Each phase gets its share of what remains."""

    def __init__(self, start: float, session_seconds: int) -> None:
        self.round_end = start + session_seconds
        self.deadline = self._after(start, 6)
        self._third = 0.0

    def _after(self, now: float, divisor: int) -> float:
        return now + max(1.0, (self.round_end - now) / divisor)

    def start_confirmation(self, now: float) -> None:
        self.deadline = self._after(now, 2)

    def start_nonces(self, now: float) -> None:
        self._third = max(1.0, (self.round_end - now) / 3)
        self.deadline = now + self._third

    def start_signatures(self, now: float) -> None:
        self.deadline = now + self._third

    def start_forfeits(self, now: float) -> None:
        self.deadline = max(self.round_end, now + 1.0)

    def over(self, now: float) -> bool:
        return now >= self.deadline
