"""The states of one exit (spec/bark.md 1.2). Values: two equal states are the same state.

Arkade delays may run in seconds; `claimable_time` (median time past) then stands in the place of
`claimable_height`.
"""

from dataclasses import dataclass
from enum import Enum

from stanchion.chain.port import BlockRef
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingCpfpBroadcast,
    AwaitingInputConfirmation,
    ExitTx,
    VerifyInputs,
)


class ExitStateKind(Enum):
    """The state without its data."""

    START = "start"
    PROCESSING = "processing"
    AWAITING_DELTA = "awaiting-delta"
    CLAIMABLE = "claimable"
    CLAIM_IN_PROGRESS = "claim-in-progress"
    CLAIMED = "claimed"
    VTXO_ALREADY_SPENT = "vtxo-already-spent"
    CANCELED = "canceled"


LIVE_STATES = frozenset(
    {
        ExitStateKind.START,
        ExitStateKind.PROCESSING,
        ExitStateKind.AWAITING_DELTA,
        ExitStateKind.CLAIMABLE,
        ExitStateKind.CLAIM_IN_PROGRESS,
    }
)
FINISHED_STATES = frozenset(
    {ExitStateKind.CLAIMED, ExitStateKind.VTXO_ALREADY_SPENT, ExitStateKind.CANCELED}
)
_PENDING = frozenset({ExitStateKind.START, ExitStateKind.PROCESSING, ExitStateKind.AWAITING_DELTA})
_EXITED = frozenset(
    {
        ExitStateKind.AWAITING_DELTA,
        ExitStateKind.CLAIMABLE,
        ExitStateKind.CLAIM_IN_PROGRESS,
        ExitStateKind.CLAIMED,
    }
)


@dataclass(frozen=True, slots=True)
class StartState:
    """Wanted, nothing done."""

    kind = ExitStateKind.START
    tip_height: int


@dataclass(frozen=True, slots=True)
class ProcessingState:
    """Transactions are on their way into the chain, root to leaf."""

    kind = ExitStateKind.PROCESSING
    tip_height: int
    transactions: tuple[ExitTx, ...]


@dataclass(frozen=True, slots=True)
class AwaitingDeltaState:
    """All confirmed, the last in `confirmed_block`; the owner's delay runs.

    Exactly one of `claimable_height` and `claimable_time` is set.
    """

    kind = ExitStateKind.AWAITING_DELTA
    tip_height: int
    confirmed_block: BlockRef
    claimable_height: int | None
    claimable_time: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimableState:
    """The delay has run off; the VTXO was unspent as of `last_scanned_block`."""

    kind = ExitStateKind.CLAIMABLE
    tip_height: int
    claimable_since: BlockRef
    last_scanned_block: BlockRef | None = None


@dataclass(frozen=True, slots=True)
class ClaimInProgressState:
    """The claim waits for a block."""

    kind = ExitStateKind.CLAIM_IN_PROGRESS
    tip_height: int
    claimable_since: BlockRef
    claim_txid: bytes


@dataclass(frozen=True, slots=True)
class ClaimedState:
    """The claim is in `block`."""

    kind = ExitStateKind.CLAIMED
    tip_height: int
    txid: bytes
    block: BlockRef


@dataclass(frozen=True, slots=True)
class VtxoAlreadySpentState:
    """Somebody else's right came first: a forfeit, or a later owner. `txid` where it is known."""

    kind = ExitStateKind.VTXO_ALREADY_SPENT
    tip_height: int
    txid: bytes | None = None


@dataclass(frozen=True, slots=True)
class CanceledState:
    """Given up by the owner; a new exit may be started."""

    kind = ExitStateKind.CANCELED
    tip_height: int


ExitState = (
    StartState
    | ProcessingState
    | AwaitingDeltaState
    | ClaimableState
    | ClaimInProgressState
    | ClaimedState
    | VtxoAlreadySpentState
    | CanceledState
)


def is_live(state: ExitState) -> bool:
    return state.kind in LIVE_STATES


def is_pending(state: ExitState) -> bool:
    """Value is on its way, not yet claimable."""
    return state.kind in _PENDING


def warrants_exited_vtxo(state: ExitState) -> bool:
    """The VTXO is an output of the chain now and no longer spendable off-chain."""
    return state.kind in _EXITED


def requires_confirmations(state: ExitState) -> bool:
    """Whether time alone moves this exit on."""
    if isinstance(state, ProcessingState):
        waiting = AwaitingInputConfirmation | AwaitingConfirmation
        return any(isinstance(tx.status, waiting) for tx in state.transactions)
    return isinstance(state, AwaitingDeltaState | ClaimInProgressState)


def claimable_height(state: ExitState) -> int | None:
    """First height at which the claim may be sent, where it is known."""
    if isinstance(state, AwaitingDeltaState):
        return state.claimable_height
    if isinstance(state, ClaimableState | ClaimInProgressState):
        return state.claimable_since.height
    return None


def is_cancelable(state: ExitState) -> bool:
    """Before the last transaction is on its way; ancestors may be on the chain already."""
    if isinstance(state, ProcessingState):
        early = VerifyInputs | AwaitingInputConfirmation | AwaitingCpfpBroadcast
        return not state.transactions or isinstance(state.transactions[-1].status, early)
    return isinstance(state, StartState)
