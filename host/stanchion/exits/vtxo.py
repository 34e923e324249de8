"""One tracked exit: its state, its history, and the loop that moves it (spec/bark.md 1.1)."""

import logging

from arkcore.codec import outpoint_text
from arkcore.errors import ArkError

from stanchion.chain.port import ChainError
from stanchion.exits.errors import (
    CannotCancelExit,
    DatabaseVtxoStoreFailure,
    ExitError,
    InternalError,
)
from stanchion.exits.plan import ExitPlan
from stanchion.exits.progress import progress_state
from stanchion.exits.states import (
    CanceledState,
    ClaimableState,
    ExitState,
    ExitStateKind,
    StartState,
    VtxoAlreadySpentState,
    is_cancelable,
    warrants_exited_vtxo,
)
from stanchion.exits.store import ExitStore, StoredExit
from stanchion.exits.transaction_manager import ExitTransactionManager
from stanchion.exits.transaction_progress import ProgressContext

MAX_STEPS = 100

_log = logging.getLogger(__name__)


class ExitVtxo:
    """An exit of one VTXO. All changes of state go through the store before anything else."""

    def __init__(self, plan: ExitPlan, state: ExitState, history: list[ExitState]) -> None:
        self.plan = plan
        self._state = state
        self._history = history
        self._txids: list[bytes] | None = None

    @classmethod
    def new(cls, plan: ExitPlan, tip_height: int) -> "ExitVtxo":
        """An exit that has just been asked for."""
        return cls(plan, StartState(tip_height), [])

    @classmethod
    def from_parts(cls, plan: ExitPlan, state: ExitState, history: list[ExitState]) -> "ExitVtxo":
        """An exit as it was."""
        return cls(plan, state, list(history))

    @classmethod
    def from_entry(cls, entry: StoredExit, plan: ExitPlan) -> "ExitVtxo":
        """A stored exit. Raises InternalError when the plan is another VTXO's."""
        if entry.vtxo_id != plan.vtxo_id:
            raise InternalError("the plan belongs to another VTXO")
        return cls.from_parts(plan, entry.state, list(entry.history))

    @property
    def id(self) -> bytes:
        """The VTXO's outpoint (36 bytes)."""
        return self.plan.vtxo_id

    @property
    def amount_sat(self) -> int:
        return self.plan.amount_sat

    @property
    def state(self) -> ExitState:
        return self._state

    @property
    def history(self) -> tuple[ExitState, ...]:
        """Former states, oldest first."""
        return tuple(self._history)

    @property
    def txids(self) -> tuple[bytes, ...] | None:
        """Exit transactions, parents first; None before `initialize`."""
        return None if self._txids is None else tuple(self._txids)

    @property
    def is_claimable(self) -> bool:
        return isinstance(self._state, ClaimableState)

    def entry(self) -> StoredExit:
        return StoredExit(self.id, self._state, tuple(self._history))

    def initialize(self, manager: ExitTransactionManager) -> None:
        """Registers the transactions with the manager, once."""
        if self._txids is None:
            self._txids = manager.track_vtxo_exits(self.plan)

    def release(self, manager: ExitTransactionManager) -> None:
        """The opposite of `initialize`."""
        if self._txids is not None:
            manager.untrack_vtxo_exits(self._txids)
            self._txids = None

    def progress(
        self, context: ProgressContext, store: ExitStore, *, spent_elsewhere: bool = False
    ) -> None:
        """Moves as far as it can go now; without news it changes and stores nothing.

        `spent_elsewhere`: the wallet knows that the VTXO was refreshed or paid away meanwhile.
        Raises ExitError; progress made before the error is stored.
        """
        if self._txids is None:
            raise InternalError("the exit is not initialised")
        for _ in range(MAX_STEPS):
            try:
                new = self._step(context, spent_elsewhere)
            except ExitError as error:
                if error.state is not None:
                    self._update_state_if_newer(error.state, store)
                raise
            except (ChainError, ArkError) as error:
                raise InternalError(str(error)) from error
            if not self._update_state_if_newer(new, store):
                return
        _log.error("exit of %s did not come to rest", outpoint_text(self.id))

    def _step(self, context: ProgressContext, spent_elsewhere: bool) -> ExitState:
        ended = (ExitStateKind.VTXO_ALREADY_SPENT, ExitStateKind.CANCELED)
        guarded = warrants_exited_vtxo(self._state) or self._state.kind in ended
        if spent_elsewhere and not guarded:
            return VtxoAlreadySpentState(context.chain.tip().height)
        return progress_state(context, self._state)

    def cancel(self, tip_height: int, store: ExitStore) -> None:
        """Gives the exit up. Raises CannotCancelExit once the last transaction is on its way."""
        if not is_cancelable(self._state):
            raise CannotCancelExit(self.id, self._state.kind.value)
        self._update_state_if_newer(CanceledState(tip_height), store)

    def store(self, store: ExitStore) -> None:
        """Raises DatabaseVtxoStoreFailure."""
        try:
            store.store_exit_vtxo(self.entry())
        except OSError as error:
            raise DatabaseVtxoStoreFailure(self.id, str(error)) from error

    def _update_state_if_newer(self, new: ExitState, store: ExitStore) -> bool:
        """Replaces and stores the state if any field differs; equal states cost no write."""
        if new == self._state:
            return False
        if not (isinstance(new, ClaimableState) and isinstance(self._state, ClaimableState)):
            # A claimable exit notes each scanned block; its history keeps only real changes.
            self._history.append(self._state)
        self._state = new
        self.store(store)
        return True
