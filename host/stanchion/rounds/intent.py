"""What a participant asks of a round: VTXOs and boarding outputs in, receivers out.

The operator's record of a registered intent (spec/arkade.md 7.4, 9.1). Plain values only, so that
an event store can write it down as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass


class RoundRuleError(ValueError):
    """The stage of a round or what is given to it forbids this; the text is the rule's sentence."""


@dataclass(frozen=True)
class IntentInput:
    """A coin offered to the round.

    `outpoint` is the text `txid:vout`, `script` the hex scriptPubKey. `boarding` inputs are spent
    by the commitment transaction itself; the others are VTXOs, of which all but the swept, expired,
    unrolled and note ones must be forfeited.
    """

    outpoint: str
    amount_sat: int
    script: str
    boarding: bool = False
    swept: bool = False
    expired: bool = False
    note: bool = False
    unrolled: bool = False

    @property
    def requires_forfeit(self) -> bool:
        """True when the owner could still unroll this VTXO (spec/arkade.md 4)."""
        exempt = self.boarding or self.swept or self.expired or self.note or self.unrolled
        return not exempt


@dataclass(frozen=True)
class Receiver:
    """One output asked for: `script` is the hex scriptPubKey, `onchain` where it shall live."""

    script: str
    amount_sat: int
    onchain: bool = False


@dataclass(frozen=True)
class Intent:
    """A registered intent. `txid` is the proof's; `cosigners` are 33-byte keys in hex."""

    id: str
    proof: str
    message: str
    txid: str
    inputs: tuple[IntentInput, ...]
    receivers: tuple[Receiver, ...]
    cosigners: tuple[str, ...] = ()
    leaf_extension: str = ""
    valid_at: int = 0
    expire_at: int = 0

    def validate(self) -> None:
        """Raises RoundRuleError with the rule's sentence."""
        for value, sentence in (
            (self.id, "missing id"),
            (self.proof, "missing proof"),
            (self.message, "missing message"),
            (self.txid, "missing txid"),
            (self.receivers, "missing outputs"),
        ):
            if not value:
                raise RoundRuleError(sentence)
        for receiver in self.receivers:
            if not receiver.script:
                raise RoundRuleError("missing receiver destination")
            if receiver.amount_sat <= 0:
                raise RoundRuleError("missing receiver amount")
        if len(set(self.outpoints)) != len(self.inputs):
            raise RoundRuleError("duplicated input")

    def valid_during(self, now: int) -> bool:
        """True when `now` (unix seconds) lies in the window; 0 leaves that side open."""
        if self.valid_at and now < self.valid_at:
            return False
        return not self.expire_at or now < self.expire_at

    @property
    def outpoints(self) -> tuple[str, ...]:
        return tuple(coin.outpoint for coin in self.inputs)

    @property
    def forfeitable(self) -> tuple[IntentInput, ...]:
        return tuple(coin for coin in self.inputs if coin.requires_forfeit)

    @property
    def boarding(self) -> tuple[IntentInput, ...]:
        return tuple(coin for coin in self.inputs if coin.boarding)

    @property
    def offchain_receivers(self) -> tuple[Receiver, ...]:
        return tuple(receiver for receiver in self.receivers if not receiver.onchain)

    @property
    def onchain_receivers(self) -> tuple[Receiver, ...]:
        return tuple(receiver for receiver in self.receivers if receiver.onchain)

    @property
    def total_input_sat(self) -> int:
        return sum(coin.amount_sat for coin in self.inputs)

    @property
    def total_output_sat(self) -> int:
        return sum(receiver.amount_sat for receiver in self.receivers)

    @property
    def fee_sat(self) -> int:
        return self.total_input_sat - self.total_output_sat
