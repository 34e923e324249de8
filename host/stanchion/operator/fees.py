"""What the operator asks for an intent. The schedule is a port: programs can be put behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stanchion.rounds.intent import IntentInput, Receiver


class FeeSchedule(Protocol):
    """Total fee of an intent, in satoshi."""

    def fee_sat(self, inputs: Sequence[IntentInput], receivers: Sequence[Receiver]) -> int: ...


class NoFee:
    """Charges nothing."""

    def fee_sat(self, inputs: Sequence[IntentInput], receivers: Sequence[Receiver]) -> int:
        return 0
