"""Keeps count of every signature that leaves the device, by listening at the wire."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from stanchion.device.commands import Commands

# Method -> (name of its result that holds signatures, what they are for).
_SIGNATURES = {
    "open_intent": ("signatures", "intent proof: owns the coins, wants its own outputs"),
    "sign_intent_deletion": ("signatures", "withdraws its own intent"),
    "sign_tree": ("partial_signatures", "share of the tree: branch checked root to leaf"),
    "sign_forfeit": ("signature", "forfeit: new branch fully signed, connector descends"),
    "sign_boarding": ("signature", "boarding input: new branch fully signed"),
    "sign_cpfp": ("signatures", "fee child of an exit: own coins, change to itself"),
    "sign_claim": ("signature", "claim of an exit: to its own address"),
}


@dataclass(frozen=True)
class GivenSignature:
    """One answer with signatures: which request, how many, why, in which chapter."""

    method: str
    count: int
    reason: str
    chapter: str


class SignatureLog(Commands):
    """Passes every command on; notes those whose answers carry signatures.

    `chapter` names what is going on; `on_call` is told of each request that was answered.
    """

    def __init__(self, device: Commands, on_call: Callable[[str], object] = lambda _: None) -> None:
        self.device = device
        self.on_call = on_call
        self.chapter = ""
        self.given: list[GivenSignature] = []

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        result = self.device.call(name, **params)
        if name in _SIGNATURES:
            field, reason = _SIGNATURES[name]
            found = result[field]
            count = len(found) if isinstance(found, list) else 1
            self.given.append(GivenSignature(name, count, reason, self.chapter))
        self.on_call(name)
        return result

    def summary(self) -> list[GivenSignature]:
        """Signatures of one kind in one chapter added up, in the order they began."""
        sums: dict[tuple[str, str], GivenSignature] = {}
        for one in self.given:
            key = (one.chapter, one.method)
            count = one.count + (sums[key].count if key in sums else 0)
            sums[key] = replace(one, count=count)
        return list(sums.values())

    def count_of(self, method: str) -> int:
        return sum(one.count for one in self.given if one.method == method)
