"""All exits of a wallet: start, progress, sync, cancel, claim, list (spec/bark.md 1.11)."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from arkcore.codec import outpoint_text
from arkcore.tx import Tx

from stanchion.chain.port import ChainError, ChainSource, FeeInfo
from stanchion.exits.claiming import Claimer
from stanchion.exits.cpfp import CpfpProvider, OnchainCoins
from stanchion.exits.errors import (
    AncestorRetrievalFailure,
    CannotCancelExit,
    ClaimMissingInputs,
    ClaimSigningError,
    ExitError,
    ExitTxAlreadyBroadcast,
    MissingExitTransaction,
    NotExiting,
    TipRetrievalFailure,
    TransactionRetrievalFailure,
    VtxoNotClaimable,
)
from stanchion.exits.estimate import ExitEstimate, estimate_exits
from stanchion.exits.plan import ExitPlan
from stanchion.exits.progress import check_dust
from stanchion.exits.states import (
    ClaimedState,
    ClaimInProgressState,
    ExitState,
    ExitStateKind,
    VtxoAlreadySpentState,
    claimable_height,
    is_cancelable,
    is_live,
    is_pending,
    warrants_exited_vtxo,
)
from stanchion.exits.store import ExitStore, StoredExit
from stanchion.exits.transaction_manager import DEEPLY_CONFIRMED_BLOCKS, ExitTransactionManager
from stanchion.exits.transaction_progress import ProgressContext
from stanchion.exits.vtxo import ExitVtxo
from stanchion.signers.facts import ClaimKind
from stanchion.signers.port import ExitSigner, SignerRefused

PlanReader = Callable[[dict[str, object]], ExitPlan]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExitProgressStatus:
    """How one exit fared in a pass."""

    vtxo_id: bytes
    state: ExitState
    error: ExitError | None = None


class ExitCoordinator:
    """Runs exits over one chain, store and signer. `load` first, then `progress_exits` repeatedly.

    `fee_rate` overrides the chain source's fast rate (sat per 1000 vB). `is_spent` tells whether
    the wallet has used a VTXO otherwise meanwhile.
    """

    def __init__(
        self,
        chain: ChainSource,
        store: ExitStore,
        signer: ExitSigner,
        cpfp: CpfpProvider,
        coins: OnchainCoins,
        read_plan: PlanReader,
        is_spent: Callable[[bytes], bool] = lambda _vtxo_id: False,
    ) -> None:
        self._chain = chain
        self._store = store
        self._signer = signer
        self._cpfp = cpfp
        self._coins = coins
        self._read_plan = read_plan
        self._is_spent = is_spent
        self._claimer = Claimer(chain, signer, coins)
        self._manager = ExitTransactionManager(chain, store)
        self._exits: dict[bytes, ExitVtxo] = {}
        self.fee_rate: int | None = None

    def load(self) -> None:
        """Takes up what is stored: live exits, and finished ones that a reorg could undo."""
        tip_height = self._tip_height()
        for entry in self._store.list_exit_vtxos():
            if not is_live(entry.state) and not _may_return(entry.state, tip_height):
                continue
            record = self._store.get_plan(entry.vtxo_id)
            if record is None:
                _log.error("no plan is stored for the exit of %s", outpoint_text(entry.vtxo_id))
                continue
            self._exits[entry.vtxo_id] = ExitVtxo.from_entry(entry, self._read_plan(record))

    def start_exits(self, plans: Iterable[ExitPlan]) -> list[ExitProgressStatus]:
        """Starts exits; one that cannot start says why and does not hold up the others.

        A VTXO that is exiting already stays as it is. The signer is told first: from then on it
        refuses to forfeit the VTXO (I5).
        """
        return [self._start(plan) for plan in plans]

    def _start(self, plan: ExitPlan) -> ExitProgressStatus:
        running = self._exits.get(plan.vtxo_id)
        if running is not None and running.state.kind is not ExitStateKind.CANCELED:
            return ExitProgressStatus(plan.vtxo_id, running.state)
        exit_vtxo = ExitVtxo.new(plan, self._tip_height())
        try:
            check_dust(plan)
            plan.check()
            self._check_roots(plan)
            if plan.claim.kind is ClaimKind.VTXO:
                self._tell_signer(plan.vtxo_id)
            self._store.store_plan(plan.vtxo_id, plan.to_json())
            exit_vtxo.store(self._store)
        except ExitError as error:
            return ExitProgressStatus(plan.vtxo_id, exit_vtxo.state, error)
        self._exits[plan.vtxo_id] = exit_vtxo
        exit_vtxo.initialize(self._manager)
        return ExitProgressStatus(plan.vtxo_id, exit_vtxo.state)

    def _check_roots(self, plan: ExitPlan) -> None:
        """What the plan spends and does not hold itself must be known to the network."""
        own = {step.txid for step in plan.steps}
        needed = frozenset({plan.vtxo_id[:32]}).union(*(step.input_txids for step in plan.steps))
        for txid in needed - own:
            try:
                found = self._chain.tx_status(txid).found
            except ChainError as error:
                raise TransactionRetrievalFailure(txid, error.reason) from error
            if not found:
                raise MissingExitTransaction(txid)

    def _tell_signer(self, vtxo_id: bytes) -> None:
        try:
            self._signer.start_exit(vtxo_id)
        except SignerRefused as error:
            raise ClaimSigningError(str(error)) from error

    def progress_exits(self) -> list[ExitProgressStatus]:
        """One pass with children made and signed. Raises TipRetrievalFailure."""
        return self._pass(self._cpfp)

    def sync(self) -> list[ExitProgressStatus]:
        """One pass that only looks: no child is made, nothing is spent (#1414)."""
        return self._pass(None)

    def _pass(self, cpfp: CpfpProvider | None) -> list[ExitProgressStatus]:
        for exit_vtxo in self._exits.values():
            exit_vtxo.initialize(self._manager)
        self._manager.sync()
        rate = self._rate()
        return [self._progress_one(one, rate, cpfp) for one in list(self._exits.values())]

    def _progress_one(
        self, exit_vtxo: ExitVtxo, rate: int, cpfp: CpfpProvider | None
    ) -> ExitProgressStatus:
        context = ProgressContext(exit_vtxo.plan, self._chain, self._manager, rate, cpfp)
        spent = self._is_spent(exit_vtxo.id)
        try:
            exit_vtxo.progress(context, self._store, spent_elsewhere=spent)
        except ExitError as error:
            return ExitProgressStatus(exit_vtxo.id, exit_vtxo.state, error)
        return ExitProgressStatus(exit_vtxo.id, exit_vtxo.state)

    def cancel_exit(self, vtxo_id: bytes) -> None:
        """Gives an exit up; twice is once. Raises NotExiting, CannotCancelExit,
        ExitTxAlreadyBroadcast, TransactionRetrievalFailure."""
        exit_vtxo = self._exits.get(vtxo_id)
        if exit_vtxo is None:
            self._check_not_tracked(vtxo_id)
            return
        if exit_vtxo.state.kind is ExitStateKind.CANCELED:
            return
        if is_cancelable(exit_vtxo.state) and exit_vtxo.plan.steps:
            self._check_not_broadcast(vtxo_id)
        exit_vtxo.cancel(self._tip_height(), self._store)
        exit_vtxo.release(self._manager)
        del self._exits[vtxo_id]

    def _check_not_broadcast(self, vtxo_id: bytes) -> None:
        """The network knows better than the state whether the last transaction is on its way."""
        last = vtxo_id[:32]
        try:
            known = self._chain.tx_status(last).found
        except ChainError as error:
            raise TransactionRetrievalFailure(last, error.reason) from error
        if known:
            raise ExitTxAlreadyBroadcast(vtxo_id, last)

    def _check_not_tracked(self, vtxo_id: bytes) -> None:
        stored = self._store.get_exit_vtxo(vtxo_id)
        if stored is None:
            raise NotExiting(vtxo_id)
        if stored.state.kind is not ExitStateKind.CANCELED:
            raise CannotCancelExit(vtxo_id, stored.state.kind.value)

    def claim(self, vtxo_id: bytes, destination_index: int = 0) -> Tx:
        """Sends a claimable VTXO to an own on-chain address; the next pass follows it.

        A claim that waits at a lower rate than the present one is replaced. Raises NotExiting,
        VtxoNotClaimable, AncestorRetrievalFailure and those of `Claimer.claim`.
        """
        exit_vtxo = self._exits.get(vtxo_id)
        if exit_vtxo is None:
            raise NotExiting(vtxo_id)
        rate = self._claim_rate()
        waiting = self._waiting_claim(exit_vtxo, rate)
        return self._claimer.claim(exit_vtxo.plan, destination_index, rate, waiting)

    def _waiting_claim(self, exit_vtxo: ExitVtxo, rate: int) -> FeeInfo | None:
        """What a claim that waits pays; it may be replaced while it pays less than `rate`."""
        state = exit_vtxo.state
        if isinstance(state, ClaimInProgressState):
            try:
                waiting = self._chain.ancestor_fee(state.claim_txid)
            except ChainError as error:
                raise AncestorRetrievalFailure(state.claim_txid, error.reason) from error
            if waiting is not None and waiting.rate_sat_per_kvb < rate:
                return waiting
        if not exit_vtxo.is_claimable:
            raise VtxoNotClaimable(exit_vtxo.id)
        return None

    def claim_all(self, destination_index: int = 0) -> list[Tx]:
        """Claims everything claimable. Raises ClaimMissingInputs when there is nothing."""
        claimable = self.list_claimable()
        if not claimable:
            raise ClaimMissingInputs()
        return [self.claim(exit_vtxo.id, destination_index) for exit_vtxo in claimable]

    def _tip_height(self) -> int:
        try:
            return self._chain.tip().height
        except ChainError as error:
            raise TipRetrievalFailure(error.reason) from error

    def _rate(self) -> int:
        if self.fee_rate is not None:
            return self.fee_rate
        try:
            return self._chain.fee_rates().fast
        except ChainError as error:
            raise TipRetrievalFailure(error.reason) from error

    def _claim_rate(self) -> int:
        if self.fee_rate is not None:
            return self.fee_rate
        try:
            return self._chain.fee_rates().regular
        except ChainError as error:
            raise TipRetrievalFailure(error.reason) from error

    def estimate(self, plans: Iterable[ExitPlan]) -> ExitEstimate:
        """What leaving with these VTXOs costs at the current rate."""
        return estimate_exits(plans, self._chain, self._coins, self._rate())

    def get_exit(self, vtxo_id: bytes) -> ExitVtxo | None:
        return self._exits.get(vtxo_id)

    def list_live(self) -> list[ExitVtxo]:
        return [one for one in self._exits.values() if is_live(one.state)]

    def list_finished(self) -> list[StoredExit]:
        """From the store, also those that are not watched any more."""
        return [entry for entry in self._store.list_exit_vtxos() if not is_live(entry.state)]

    def get_exit_status(self, vtxo_id: bytes) -> StoredExit | None:
        """State and history of any exit that was ever started."""
        return self._store.get_exit_vtxo(vtxo_id)

    def list_claimable(self) -> list[ExitVtxo]:
        return [one for one in self._exits.values() if one.is_claimable]

    @property
    def has_pending_exits(self) -> bool:
        return any(is_pending(one.state) for one in self._exits.values())

    def all_claimable_at_height(self) -> int | None:
        """The greatest claimable height among exits that know theirs."""
        heights = [claimable_height(one.state) for one in self.list_live()]
        return max((height for height in heights if height is not None), default=None)

    def pending_total_sat(self) -> int:
        """Value that is on the chain for the owner and not claimed yet."""
        waiting = (one for one in self.list_live() if warrants_exited_vtxo(one.state))
        return sum(one.amount_sat for one in waiting)


def _may_return(state: ExitState, tip_height: int) -> bool:
    """Whether a reorg of 100 blocks could undo a finished state."""
    if isinstance(state, ClaimedState):
        return tip_height - state.block.height < DEEPLY_CONFIRMED_BLOCKS
    if isinstance(state, VtxoAlreadySpentState) and state.txid is not None:
        return tip_height - state.tip_height < DEEPLY_CONFIRMED_BLOCKS
    return False
