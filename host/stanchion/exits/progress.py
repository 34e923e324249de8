"""How an exit's state moves on (spec/bark.md 1.6), with the lessons of its section 7.

Handlers return the very same state when nothing happened, so that asking twice changes nothing.
"""

from arkcore import delays

from stanchion.chain.port import BlockRef, ChainError, Spend, Tip, TxStatus
from stanchion.exits.errors import (
    BlockRetrievalFailure,
    DustLimit,
    ExitError,
    InternalError,
    TipRetrievalFailure,
    TransactionRetrievalFailure,
)
from stanchion.exits.plan import ExitPlan
from stanchion.exits.states import (
    AwaitingDeltaState,
    CanceledState,
    ClaimableState,
    ClaimedState,
    ClaimInProgressState,
    ExitState,
    ProcessingState,
    StartState,
    VtxoAlreadySpentState,
)
from stanchion.exits.statuses import AwaitingCpfpBroadcast, Confirmed, ExitTx, VerifyInputs
from stanchion.exits.transaction_manager import DEEPLY_CONFIRMED_BLOCKS
from stanchion.exits.transaction_progress import ProgressContext, progress_tx

P2TR_DUST_SAT = 330


def progress_state(context: ProgressContext, state: ExitState) -> ExitState:
    """One step. Raises ExitError, with `state` set when part of the step was done."""
    match state:
        case StartState():
            return _start(context)
        case ProcessingState():
            return _processing(context, state)
        case AwaitingDeltaState():
            return _awaiting_delta(context, state)
        case ClaimableState():
            return _claimable(context, state)
        case ClaimInProgressState():
            return _claim_in_progress(context, state)
        case ClaimedState():
            return _claimed(context, state)
        case VtxoAlreadySpentState():
            return _already_spent(context, state)
        case CanceledState():
            return state


def check_dust(plan: ExitPlan) -> None:
    """Raises DustLimit: the claim of such a VTXO could never be relayed."""
    if plan.amount_sat < P2TR_DUST_SAT:
        raise DustLimit(plan.vtxo_id, plan.amount_sat, P2TR_DUST_SAT)


def fresh_processing(context: ProgressContext) -> ProcessingState:
    """Every transaction to be looked at again."""
    rows = tuple(ExitTx(step.txid, VerifyInputs()) for step in context.plan.steps)
    return ProcessingState(_tip(context).height, rows)


def _tip(context: ProgressContext) -> Tip:
    try:
        return context.chain.tip()
    except ChainError as error:
        raise TipRetrievalFailure(error.reason) from error


def _start(context: ProgressContext) -> ExitState:
    check_dust(context.plan)
    return fresh_processing(context)


def _processing(context: ProgressContext, state: ProcessingState) -> ExitState:
    if [row.txid for row in state.transactions] != [step.txid for step in context.plan.steps]:
        raise InternalError("the stored transactions are not those of the plan")
    rows = list(state.transactions)
    tip_height = _tip(context).height
    failure: ExitError | None = None
    for position, row in enumerate(state.transactions):
        # One branch that cannot go on does not hold up the others; the first error is told.
        try:
            rows[position] = ExitTx(row.txid, progress_tx(context, row))
            if isinstance(rows[position].status, AwaitingCpfpBroadcast) and rows[position] != row:
                rows[position] = ExitTx(row.txid, progress_tx(context, rows[position]))
        except ExitError as error:
            failure = failure or error
    if failure is not None:
        if tuple(rows) != state.transactions:
            failure.state = ProcessingState(tip_height, tuple(rows))
        raise failure
    block = _leaf_block(context)
    if block is not None and all(isinstance(row.status, Confirmed) for row in rows):
        return _delta_state(context, block)
    if tuple(rows) == state.transactions:
        return state
    return ProcessingState(tip_height, tuple(rows))


def _delta_state(context: ProgressContext, confirmed: BlockRef) -> AwaitingDeltaState:
    """The wait after the last confirmation; BIP-68 counts seconds from the block before it."""
    kind, value = delays.decode(context.plan.claim.coin.sequence)
    tip_height = _tip(context).height
    if kind == "blocks":
        return AwaitingDeltaState(tip_height, confirmed, confirmed.height + value)
    started = _median_time(context, confirmed.height - 1)
    return AwaitingDeltaState(tip_height, confirmed, None, started + value)


def _median_time(context: ProgressContext, height: int) -> int:
    try:
        return context.chain.median_time(height)
    except ChainError as error:
        raise BlockRetrievalFailure(height, error.reason) from error


def _block_ref(context: ProgressContext, height: int) -> BlockRef:
    try:
        return context.chain.block_ref(height)
    except ChainError as error:
        raise BlockRetrievalFailure(height, error.reason) from error


def _claimable_since(context: ProgressContext, state: AwaitingDeltaState) -> BlockRef | None:
    """The first block with which the delay is over, None before."""
    tip = _tip(context)
    if state.claimable_time is None:
        height = state.claimable_height or 0
        return _block_ref(context, height) if tip.height >= height else None
    if tip.median_time < state.claimable_time:
        return None
    low, high = state.confirmed_block.height, tip.height
    while low < high:
        middle = (low + high) // 2
        if _median_time(context, middle) >= state.claimable_time:
            high = middle
        else:
            low = middle + 1
    return _block_ref(context, low)


def _leaf_block(context: ProgressContext) -> BlockRef | None:
    """The block that holds the VTXO now; None when it is unconfirmed."""
    return context.manager.tx_status(context.plan.vtxo_id[:32]).block


def _spender(context: ProgressContext) -> Spend | None:
    try:
        return context.chain.spender(context.plan.vtxo_id)
    except ChainError as error:
        raise TransactionRetrievalFailure(context.plan.vtxo_id[:32], error.reason) from error


def _status(context: ProgressContext, txid: bytes) -> TxStatus:
    try:
        return context.chain.tx_status(txid)
    except ChainError as error:
        raise TransactionRetrievalFailure(txid, error.reason) from error


def _is_own_claim(context: ProgressContext, txid: bytes) -> bool:
    """Only the owner can spend through the exit leaf; any other path is a forfeit or a payment."""
    try:
        raw = context.chain.raw_tx(txid)
    except ChainError as error:
        raise TransactionRetrievalFailure(txid, error.reason) from error
    if raw is None:
        raise TransactionRetrievalFailure(txid, "the VTXO's spender is not available")
    return context.plan.is_claimed_by(raw)


def _awaiting_delta(context: ProgressContext, state: AwaitingDeltaState) -> ExitState:
    block = _leaf_block(context)
    if block is None:
        return fresh_processing(context)
    if block != state.confirmed_block:
        # Confirmed again elsewhere after a reorg: the delay runs from there.
        return _delta_state(context, block)
    spend = _spender(context)
    if spend is not None and spend.status.confirmed and not _is_own_claim(context, spend.txid):
        return VtxoAlreadySpentState(_tip(context).height, spend.txid)
    since = _claimable_since(context, state)
    return state if since is None else ClaimableState(_tip(context).height, since)


def _claimable(context: ProgressContext, state: ClaimableState) -> ExitState:
    block = _leaf_block(context)
    if block is None:
        return fresh_processing(context)
    since = _claimable_since(context, _delta_state(context, block))
    if since is None:
        return _delta_state(context, block)
    tip = _tip(context)
    spend = _spender(context)
    if spend is None:
        scanned = (state.claimable_since, state.last_scanned_block) == (since, tip.ref)
        return state if scanned else ClaimableState(tip.height, since, tip.ref)
    if not _is_own_claim(context, spend.txid):
        # Another's spend counts when it is confirmed; until then the claim may still win.
        spent = spend.status.confirmed
        return VtxoAlreadySpentState(tip.height, spend.txid) if spent else state
    if spend.status.block is not None:
        return ClaimedState(tip.height, spend.txid, spend.status.block)
    return ClaimInProgressState(tip.height, since, spend.txid)


def _claim_in_progress(context: ProgressContext, state: ClaimInProgressState) -> ExitState:
    status = _status(context, state.claim_txid)
    tip_height = _tip(context).height
    if status.block is not None:
        return ClaimedState(tip_height, state.claim_txid, status.block)
    return state if status.in_mempool else ClaimableState(tip_height, state.claimable_since)


def _claimed(context: ProgressContext, state: ClaimedState) -> ExitState:
    """Finished, yet watched until no reorg can undo it."""
    tip_height = _tip(context).height
    if tip_height - state.block.height >= DEEPLY_CONFIRMED_BLOCKS:
        return state
    block = _status(context, state.txid).block
    if block is None:
        return fresh_processing(context)
    return state if block == state.block else ClaimedState(tip_height, state.txid, block)


def _already_spent(context: ProgressContext, state: VtxoAlreadySpentState) -> ExitState:
    if state.txid is None or _status(context, state.txid).confirmed:
        return state
    return fresh_processing(context)
