"""Packages of all running exits: their children, what the network says of them, rebroadcast.

Sibling VTXOs share ancestors; each exit transaction has one package however many exits use it, and
one child pays for it once (spec/bark.md 1.8).
"""

import logging

from arkcore.codec import outpoint, to_hex_txid
from arkcore.errors import EncodingError
from arkcore.tx import Tx

from stanchion.chain.port import (
    IN_MEMPOOL,
    NOT_FOUND,
    ChainError,
    ChainSource,
    PackageRejected,
    Refusal,
    Spend,
    TxStatus,
)
from stanchion.exits.errors import (
    DatabaseChildStoreFailure,
    ExitPackageBroadcastFailure,
    MissingAnchorOutput,
    MissingExitTransaction,
    TipRetrievalFailure,
    TransactionRetrievalFailure,
)
from stanchion.exits.package import ChildTransactionInfo, ExitTransactionPackage
from stanchion.exits.plan import ExitPlan, ExitStep
from stanchion.exits.statuses import WALLET_ORIGIN, ExitTxOrigin, OriginKind
from stanchion.exits.store import ExitStore, StoredChild

DEEPLY_CONFIRMED_BLOCKS = 100

_log = logging.getLogger(__name__)


class ExitTransactionManager:
    """Tracks exit transactions for any number of exits over one chain source and store."""

    def __init__(self, chain: ChainSource, store: ExitStore) -> None:
        self._chain = chain
        self._store = store
        self._packages: dict[bytes, ExitTransactionPackage] = {}
        self._status: dict[bytes, TxStatus] = {}
        self._refcount: dict[bytes, int] = {}
        self._refusal_text = ""

    def track_vtxo_exits(self, plan: ExitPlan) -> list[bytes]:
        """Starts to follow a plan's transactions; their txids, parents first."""
        for step in plan.steps:
            self._track_exit_tx(step)
        return [step.txid for step in plan.steps]

    def _track_exit_tx(self, step: ExitStep) -> None:
        self._refcount[step.txid] = self._refcount.get(step.txid, 0) + 1
        if step.txid in self._packages:
            return
        package = ExitTransactionPackage(step)
        stored = self._store.get_exit_child_tx(step.txid)
        if stored is not None:
            package.child = ChildTransactionInfo(stored.tx, stored.tx.txid(), stored.origin)
        self._packages[step.txid] = package

    def untrack_vtxo_exits(self, txids: list[bytes]) -> None:
        """Ends one exit's use; a transaction that no exit uses any more is forgotten."""
        for txid in txids:
            if txid not in self._refcount:
                _log.warning("exit transaction %s is not tracked", to_hex_txid(txid))
                continue
            self._refcount[txid] -= 1
            if self._refcount[txid] == 0:
                del self._refcount[txid]
                del self._packages[txid]
                self._status.pop(txid, None)

    def package(self, exit_txid: bytes) -> ExitTransactionPackage:
        """Raises MissingExitTransaction for a transaction that is not tracked."""
        package = self._packages.get(exit_txid)
        if package is None:
            raise MissingExitTransaction(exit_txid)
        return package

    def tx_status(self, txid: bytes) -> TxStatus:
        """What was last seen of a transaction, asked now if never. Raises
        TransactionRetrievalFailure: a source that is down is not a transaction that is absent."""
        if txid not in self._status:
            self._refresh(txid)
        return self._status[txid]

    def sync(self) -> None:
        """Asks again about everything that is not deep in the chain; spends nothing.

        One transaction's failure does not stop the others. Raises TipRetrievalFailure.
        """
        try:
            tip = self._chain.tip().height
        except ChainError as error:
            raise TipRetrievalFailure(error.reason) from error
        for txid in [*self._packages, *(self._status.keys() - self._packages.keys())]:
            height = self._status.get(txid, NOT_FOUND).height
            if height is not None and height <= tip - DEEPLY_CONFIRMED_BLOCKS:
                continue
            try:
                self._refresh(txid)
            except (TransactionRetrievalFailure, MissingAnchorOutput) as error:
                _log.warning("%s", error)

    def _refresh(self, txid: bytes) -> None:
        try:
            status = self._chain.tx_status(txid)
            package = self._packages.get(txid)
            if package is not None:
                status = self._refresh_package(package, status)
        except ChainError as error:
            raise TransactionRetrievalFailure(txid, error.reason) from error
        self._status[txid] = status

    def _refresh_package(self, package: ExitTransactionPackage, status: TxStatus) -> TxStatus:
        anchor_vout = package.exit.anchor_vout
        if anchor_vout is None:
            raise MissingAnchorOutput(package.exit.txid)
        if not status.found:
            return IN_MEMPOOL if self._resend(package) else NOT_FOUND
        spend = self._chain.spender(outpoint(package.exit.txid, anchor_vout))
        if spend is None:
            # Mined without its child it needs none; waiting without one it never confirms.
            if status.confirmed or self._resend(package):
                return status
            return NOT_FOUND
        self._follow_child(package, spend)
        return status

    def _resend(self, package: ExitTransactionPackage) -> bool:
        """Sends the package we hold again; True when the network has it."""
        if package.child is None:
            return False
        return self._submit(package, package.child.tx) in (None, Refusal.ALREADY_KNOWN)

    def _submit(self, package: ExitTransactionPackage, child: Tx) -> Refusal | None:
        """None when it was taken; the kind of refusal otherwise."""
        try:
            self._chain.submit_package(package.exit.tx.serialize(), child.serialize())
        except PackageRejected as error:
            _log.info("package %s: %s", to_hex_txid(package.exit.txid), error.reason)
            self._refusal_text = error.reason
            return error.refusal
        return None

    def _follow_child(self, package: ExitTransactionPackage, spend: Spend) -> None:
        """Takes notice of whoever spends the anchor."""
        child = package.child
        if child is not None and child.txid == spend.txid:
            self._set_origin(package, child, child.origin.with_confirmed_in(spend.status.block))
            return
        ours = child is not None and child.origin.kind is OriginKind.WALLET
        # A lagging source may still show a child that ours has replaced: ask it once more.
        if ours and not spend.status.confirmed and self._resend(package):
            return
        self._adopt(package, spend)

    def _adopt(self, package: ExitTransactionPackage, spend: Spend) -> None:
        raw = self._chain.raw_tx(spend.txid)
        if raw is None:
            raise TransactionRetrievalFailure(spend.txid, "the anchor's spender is not available")
        kind = OriginKind.BLOCK if spend.status.confirmed else OriginKind.MEMPOOL
        origin = ExitTxOrigin(kind, spend.status.block)
        try:
            tx = Tx.parse(raw)
        except EncodingError as error:
            raise TransactionRetrievalFailure(spend.txid, str(error)) from error
        package.child = ChildTransactionInfo(tx, spend.txid, origin)
        self._store_child(package.exit.txid, package.child)

    def _set_origin(
        self, package: ExitTransactionPackage, child: ChildTransactionInfo, origin: ExitTxOrigin
    ) -> None:
        if origin != child.origin:
            child.origin = origin
            self._store_child(package.exit.txid, child)
        child.fee_info = (
            None if origin.confirmed_in is not None else self._chain.ancestor_fee(child.txid)
        )

    def _store_child(self, exit_txid: bytes, child: ChildTransactionInfo) -> None:
        try:
            self._store.store_exit_child_tx(exit_txid, StoredChild(child.tx, child.origin))
        except OSError as error:
            _log.warning("child of %s not stored: %s", to_hex_txid(exit_txid), error)

    def broadcast_and_set_child(self, exit_txid: bytes, child: Tx) -> bool:
        """Sends a package with a new child, and keeps the child once the network has it.

        The child is stored before it is sent: a crash in between then finds its own child again.
        False when a coin of the child is gone (the child is dead). Raises
        ExitPackageBroadcastFailure, DatabaseChildStoreFailure, TransactionRetrievalFailure.
        """
        package = self.package(exit_txid)
        try:
            self._store.store_exit_child_tx(exit_txid, StoredChild(child, WALLET_ORIGIN))
        except OSError as error:
            raise DatabaseChildStoreFailure(str(error)) from error
        try:
            refusal = self._submit(package, child)
        except ChainError as error:
            raise ExitPackageBroadcastFailure(exit_txid, error.reason) from error
        if refusal is Refusal.MISSING_OR_SPENT_INPUTS:
            return False
        if refusal in (Refusal.OTHER, Refusal.INSUFFICIENT_FEE):
            raise ExitPackageBroadcastFailure(exit_txid, self._refusal_text)
        package.child = ChildTransactionInfo(child, child.txid(), WALLET_ORIGIN)
        self._status[exit_txid] = IN_MEMPOOL
        if refusal is not None:
            self._refresh(exit_txid)
        return True

    def rebroadcast(self, exit_txid: bytes) -> Refusal | None:
        """Sends the package held for an exit transaction once more; None when it was taken.

        A child that the network refuses (a coin is gone, it pays less than nodes relay, ...) is
        dropped, so that the next pass makes a new one; the two exclude each other, as both spend
        the anchor. Raises ExitPackageBroadcastFailure.
        """
        package = self.package(exit_txid)
        if package.child is None:
            return Refusal.MISSING_OR_SPENT_INPUTS
        try:
            refusal = self._submit(package, package.child.tx)
        except ChainError as error:
            raise ExitPackageBroadcastFailure(exit_txid, error.reason) from error
        if refusal is Refusal.OTHER:
            package.child = None
            raise ExitPackageBroadcastFailure(exit_txid, self._refusal_text)
        if refusal in (Refusal.MISSING_OR_SPENT_INPUTS, Refusal.INSUFFICIENT_FEE):
            package.child = None
            return refusal
        self._refresh(exit_txid)
        return refusal
