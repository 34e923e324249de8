"""What an exit has to put on the chain, and how its end is claimed; one port for all families."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from arkcore.claim import Claim, ExitCoin
from arkcore.nodes import ANCHOR_SCRIPT
from arkcore.tx import Tx

from stanchion.signers.facts import ClaimKind


@dataclass(frozen=True)
class ExitStep:
    """One pre-signed transaction with its final witness.

    `held_for`: transactions that must be confirmed before this one is sent although it does not
    spend them, because it must not wait long for what comes after it.
    """

    tx: Tx
    txid: bytes
    held_for: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, tx: Tx) -> "ExitStep":
        return cls(tx, tx.txid())

    @property
    def input_txids(self) -> frozenset[bytes]:
        """Transactions that it spends."""
        return frozenset(txin.txid for txin in self.tx.inputs)

    @property
    def anchor_vout(self) -> int | None:
        """The first P2A output, whatever it holds."""
        for vout, txout in enumerate(self.tx.outputs):
            if txout.script == ANCHOR_SCRIPT:
                return vout
        return None


@dataclass(frozen=True)
class ClaimRecipe:
    """How the owner spends the end of the exit: the coin with its delayed leaf, and whose key."""

    coin: ExitCoin
    kind: ClaimKind
    key_index: int


class ExitPlan(Protocol):
    """Everything that an exit of one VTXO needs, held without any server."""

    @property
    def vtxo_id(self) -> bytes:
        """The VTXO's outpoint (36 bytes), an output of the last step."""

    @property
    def amount_sat(self) -> int: ...

    @property
    def steps(self) -> Sequence[ExitStep]:
        """Parents before children, the last one holds the VTXO; none for a boarding output."""

    @property
    def claim(self) -> ClaimRecipe: ...

    def check(self) -> None:
        """Raises ExitError when this exit could not be carried to its end."""

    def finalize_claim(self, claim: Claim, signature: bytes) -> Tx:
        """The claim with its witness (`signature` 64 bytes). Raises ArkError."""

    def is_claimed_by(self, raw_tx: bytes) -> bool:
        """Whether a spender of the VTXO used the owner's own delayed leaf."""

    def to_json(self) -> dict[str, Any]:
        """A record from which the same plan can be made again."""
