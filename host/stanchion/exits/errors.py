"""Everything that can go wrong in an exit, each with its fields (spec/bark.md 1.10).

Both revisions' variants are here, so that a record of either can be read and shown.
"""

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from arkcore.codec import outpoint_text, to_hex_txid

if TYPE_CHECKING:
    from stanchion.exits.states import ExitState


def _shown(value: object) -> object:
    if isinstance(value, bytes):
        return outpoint_text(value) if len(value) == 36 else to_hex_txid(value)
    return value


@dataclass(eq=False)
class ExitError(Exception):
    """Base. `state`, when set, is progress made before the error, stored before it is raised."""

    def __post_init__(self) -> None:
        self.state: ExitState | None = None

    @property
    def tag(self) -> str:
        """Stable kebab-case name."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    def to_json(self) -> dict[str, object]:
        """`{"type": tag, field: value, ...}`; txids and outpoints as text."""
        shown = {field.name: _shown(getattr(self, field.name)) for field in fields(self)}
        return {"type": self.tag, **shown}

    def __str__(self) -> str:
        details = [f"{name} {value}" for name, value in self.to_json().items() if name != "type"]
        return ": ".join([self.tag, *([", ".join(details)] if details else [])])


@dataclass(eq=False)
class AncestorRetrievalFailure(ExitError):
    """The chain source has no data about a waiting transaction's ancestors."""

    txid: bytes
    error: str


@dataclass(eq=False)
class BlockRetrievalFailure(ExitError):
    height: int
    error: str


@dataclass(eq=False)
class CannotCancelExit(ExitError):
    """The exit is finished, or its last transaction is on its way."""

    vtxo: bytes
    state_name: str


@dataclass(eq=False)
class ClaimFeeExceedsOutput(ExitError):
    """After the fee less than the dust limit would be left."""

    needed_sat: int
    output_sat: int


@dataclass(eq=False)
class ClaimMissingInputs(ExitError):
    """A claim of nothing."""


@dataclass(eq=False)
class ClaimMissingSignableClause(ExitError):
    """No script path of this VTXO is the owner's to sign."""

    vtxo: bytes


@dataclass(eq=False)
class ClaimSigningError(ExitError):
    error: str


@dataclass(eq=False)
class CyclicExitTransactions(ExitError):
    vtxo: bytes


@dataclass(eq=False)
class DatabaseChildRetrievalFailure(ExitError):
    error: str


@dataclass(eq=False)
class DatabaseChildStoreFailure(ExitError):
    error: str


@dataclass(eq=False)
class DatabaseVtxoStoreFailure(ExitError):
    """The new state could not be stored; in memory it is already there."""

    vtxo_id: bytes
    error: str


@dataclass(eq=False)
class DustLimit(ExitError):
    """Less than the dust limit: its claim could never be relayed."""

    vtxo: bytes
    amount_sat: int
    dust_sat: int


@dataclass(eq=False)
class ExitPackageBroadcastFailure(ExitError):
    txid: bytes
    error: str


@dataclass(eq=False)
class ExitPackageFinalizeFailure(ExitError):
    """The child could not be built or signed."""

    error: str


@dataclass(eq=False)
class ExitPackageStoreFailure(ExitError):
    txid: bytes
    error: str


@dataclass(eq=False)
class ExitTxAlreadyBroadcast(ExitError):
    """Too late to cancel: the last transaction is known to the network."""

    vtxo: bytes
    txid: bytes


@dataclass(eq=False)
class InsufficientConfirmedFunds(ExitError):
    """The on-chain wallet cannot pay for the child now; retry when coins confirm."""

    needed_sat: int
    available_sat: int


@dataclass(eq=False)
class InsufficientFeeToStart(ExitError):
    balance_sat: int
    total_fee_sat: int
    fee_rate: int


@dataclass(eq=False)
class InternalError(ExitError):
    error: str


@dataclass(eq=False)
class InvalidExitTransactionStatus(ExitError):
    txid: bytes
    status: str
    error: str


@dataclass(eq=False)
class InvalidLocktime(ExitError):
    tip: int
    error: str


@dataclass(eq=False)
class InvalidWalletState(ExitError):
    error: str


@dataclass(eq=False)
class MissingAnchorOutput(ExitError):
    """A stored transaction has no anchor: nobody could pay for it."""

    txid: bytes


@dataclass(eq=False)
class MissingExitTransaction(ExitError):
    txid: bytes


@dataclass(eq=False)
class MovementRegistrationFailure(ExitError):
    error: str


@dataclass(eq=False)
class NonStandardVtxo(ExitError):
    """A transaction of the plan would not be relayed; starting would burn fees for nothing."""

    vtxo: bytes
    error: str


@dataclass(eq=False)
class NotExiting(ExitError):
    vtxo: bytes


@dataclass(eq=False)
class TipRetrievalFailure(ExitError):
    error: str


@dataclass(eq=False)
class TransactionRetrievalFailure(ExitError):
    txid: bytes
    error: str


@dataclass(eq=False)
class UnknownVtxo(ExitError):
    vtxo: bytes


@dataclass(eq=False)
class VtxoAlreadyExited(ExitError):
    vtxo: bytes


@dataclass(eq=False)
class VtxoAlreadySpent(ExitError):
    vtxo: bytes


@dataclass(eq=False)
class VtxoNotClaimable(ExitError):
    vtxo: bytes


@dataclass(eq=False)
class VtxoScriptPubKeyInvalid(ExitError):
    error: str
