"""An intent as its signer understands it: every script derived from own keys, every debt listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arkcore.errors import TreeError
from arkcore.scripts import VtxoScript
from arkcore.taproot import leaf_hash
from arkcore.tx import TxOut

from stanchion.signers.facts import InputFact, InputKind, OutputFact


@dataclass(frozen=True)
class TermsInput:
    """A coin that is offered, with the script that the signer derived for it."""

    fact: InputFact
    tree: VtxoScript

    @property
    def output(self) -> TxOut:
        return TxOut(self.fact.amount_sat, self.tree.script_pubkey)

    @property
    def leaf_hash(self) -> bytes:
        """Hash of the collaborative leaf (32 bytes)."""
        return leaf_hash(self.tree.forfeit_leaf)


@dataclass(frozen=True)
class TermsOutput:
    """A debt of the batch towards the owner or whom he pays."""

    fact: OutputFact
    script: bytes

    @property
    def output(self) -> TxOut:
        return TxOut(self.fact.amount_sat, self.script)


@dataclass(frozen=True)
class Terms:
    """What goes in and what must come out."""

    inputs: tuple[TermsInput, ...]
    outputs: tuple[TermsOutput, ...]

    @property
    def boarding(self) -> list[TermsInput]:
        return [coin for coin in self.inputs if coin.fact.kind is InputKind.BOARDING]

    @property
    def forfeits(self) -> list[int]:
        """Positions of the VTXOs that are given up."""
        return [i for i, c in enumerate(self.inputs) if c.fact.kind is InputKind.VTXO]

    @property
    def onchain(self) -> list[TermsOutput]:
        return [debt for debt in self.outputs if debt.fact.kind.onchain]

    @property
    def offchain(self) -> list[TermsOutput]:
        return [debt for debt in self.outputs if not debt.fact.kind.onchain]


def match_leaf(debts: Sequence[TxOut], outputs: Sequence[TxOut]) -> list[int]:
    """Index of the leaf output that settles each debt; one output settles one debt.

    Otherwise two equal debts could be paid once. Raises TreeError `leaf-not-mine`, `leaf-amount`.
    """
    free = dict(enumerate(outputs))
    found = []
    for debt in debts:
        vout = next((index for index, txout in free.items() if txout == debt), None)
        if vout is None:
            same_script = any(txout.script == debt.script for txout in free.values())
            tag = "leaf-amount" if same_script else "leaf-not-mine"
            raise TreeError(tag, f"{debt.amount_sat} sat agreed")
        del free[vout]
        found.append(vout)
    return found
