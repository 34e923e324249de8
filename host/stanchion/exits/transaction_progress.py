"""How one exit transaction's status moves on (spec/bark.md 1.7, newer revision)."""

from collections.abc import Iterable
from dataclasses import dataclass

from arkcore.codec import to_hex_txid
from arkcore.tx import Tx

from stanchion.chain.port import ChainError, ChainSource, FeeInfo
from stanchion.exits.cpfp import CpfpProvider, Replacement
from stanchion.exits.errors import (
    AncestorRetrievalFailure,
    ExitPackageBroadcastFailure,
    MissingExitTransaction,
    TransactionRetrievalFailure,
)
from stanchion.exits.package import ChildTransactionInfo, RbfRequirement
from stanchion.exits.plan import ExitPlan
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingCpfpBroadcast,
    AwaitingInputConfirmation,
    Confirmed,
    ExitTx,
    ExitTxOrigin,
    ExitTxStatus,
    OriginKind,
    VerifyInputs,
)
from stanchion.exits.transaction_manager import ExitTransactionManager


@dataclass(frozen=True)
class ProgressContext:
    """What a step may use. Without `cpfp` nothing is spent: that is a sync (`may_spend` False).

    `fee_rate` is in sat per 1000 vB, for parent and child together.
    """

    plan: ExitPlan
    chain: ChainSource
    manager: ExitTransactionManager
    fee_rate: int
    cpfp: CpfpProvider | None = None

    @property
    def may_spend(self) -> bool:
        return self.cpfp is not None


def progress_tx(context: ProgressContext, tx: ExitTx) -> ExitTxStatus:
    """The next status; the same one when nothing happened. Raises ExitError."""
    match tx.status:
        case VerifyInputs():
            return _check_inputs(context, tx.txid, _inputs(context, tx.txid))
        case AwaitingInputConfirmation(txids):
            return _check_inputs(context, tx.txid, txids)
        case AwaitingCpfpBroadcast():
            return _provide_child(context, tx.txid)
        case AwaitingConfirmation():
            return _await_confirmation(context, tx.txid)
        case Confirmed():
            return exit_status(context.manager, tx.txid)


def exit_status(manager: ExitTransactionManager, txid: bytes) -> ExitTxStatus:
    """The status that the manager's knowledge of the network amounts to."""
    status = manager.tx_status(txid)
    child = manager.package(txid).child
    if status.block is not None:
        origin = ExitTxOrigin(OriginKind.BLOCK, status.block) if child is None else child.origin
        return Confirmed(None if child is None else child.txid, status.block, origin)
    if child is None:
        return AwaitingCpfpBroadcast()
    return AwaitingConfirmation(child.txid, child.origin)


def _inputs(context: ProgressContext, txid: bytes) -> frozenset[bytes]:
    """All that must be confirmed before this exit sends the transaction."""
    for step in context.plan.steps:
        if step.txid == txid:
            return step.input_txids | step.held_for
    raise MissingExitTransaction(txid)


def _check_inputs(context: ProgressContext, txid: bytes, parents: Iterable[bytes]) -> ExitTxStatus:
    missing = frozenset(
        parent for parent in parents if not context.manager.tx_status(parent).confirmed
    )
    if missing:
        return AwaitingInputConfirmation(missing)
    return exit_status(context.manager, txid)


def _provide_child(context: ProgressContext, txid: bytes) -> ExitTxStatus:
    status = exit_status(context.manager, txid)
    if not isinstance(status, AwaitingCpfpBroadcast) or context.cpfp is None:
        return status
    missing = _check_inputs(context, txid, _inputs(context, txid))
    if isinstance(missing, AwaitingInputConfirmation):
        return missing
    parent = context.manager.package(txid).exit.tx
    _check_unspent(context, txid, parent)
    child = context.cpfp.build_child(parent, context.fee_rate)
    context.manager.broadcast_and_set_child(txid, child)
    return exit_status(context.manager, txid)


def _check_unspent(context: ProgressContext, txid: bytes, parent: Tx) -> None:
    """A batch that was swept after its expiry cannot be left: no child is paid for in vain."""
    for txin in parent.inputs:
        try:
            spend = context.chain.spender(txin.outpoint)
        except ChainError as error:
            raise TransactionRetrievalFailure(txin.txid, error.reason) from error
        if spend is not None and spend.txid != txid and spend.status.confirmed:
            rival = to_hex_txid(spend.txid)
            raise ExitPackageBroadcastFailure(txid, f"its input was spent by {rival}")


def _await_confirmation(context: ProgressContext, txid: bytes) -> ExitTxStatus:
    if not context.manager.tx_status(txid).found:
        # After a reorg a parent may be unconfirmed again: sending would break the TRUC rules.
        missing = _check_inputs(context, txid, _inputs(context, txid))
        if isinstance(missing, AwaitingInputConfirmation):
            return missing
        context.manager.rebroadcast(txid)
    child = context.manager.package(txid).child
    if child is not None and context.cpfp is not None:
        _bump(context, context.cpfp, txid, child)
    return exit_status(context.manager, txid)


def _bump(
    context: ProgressContext, cpfp: CpfpProvider, txid: bytes, child: ChildTransactionInfo
) -> None:
    """Replaces a waiting child, ours or not, that pays strictly less than is wanted now."""
    paid = _waiting_fee(context, txid, child)
    if paid is None or context.fee_rate * paid.vsize <= paid.fee_sat * 1000:
        return
    requirement = RbfRequirement(context.fee_rate, paid)
    parent = context.manager.package(txid).exit.tx
    new = cpfp.build_child(parent, context.fee_rate, Replacement(child.tx, requirement))
    context.manager.broadcast_and_set_child(txid, new)


def _waiting_fee(
    context: ProgressContext, txid: bytes, child: ChildTransactionInfo
) -> FeeInfo | None:
    """What a package in the mempool pays; None once it is confirmed or gone."""
    if not context.manager.tx_status(txid).in_mempool:
        return None
    try:
        return context.chain.ancestor_fee(child.txid)
    except ChainError as error:
        raise AncestorRetrievalFailure(child.txid, error.reason) from error
