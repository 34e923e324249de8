"""News of transactions: for everybody (`/v1/txs`) and for subscribed scripts (12.2)."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from arkcore.psbt import Psbt

from stanchion.operator.engine import Operator
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.indexer import Indexer, outpoint_json
from stanchion.operator.offchain import OffchainTx
from stanchion.operator.vtxos import Vtxo

Json = dict[str, Any]


class Subscription:
    """Scripts (hex) that somebody waits for, and the queues of those who listen right now."""

    def __init__(self) -> None:
        self.id = str(uuid.uuid4())
        self.scripts: set[str] = set()
        self.mailboxes: list[Mailbox] = []


class Mailbox:
    """A queue of events; `on_event` wakes its reader."""

    def __init__(self, on_event: Callable[[], None]) -> None:
        self._events: deque[Json] = deque()
        self._on_event = on_event

    def push(self, event: Json) -> None:
        self._events.append(event)
        self._on_event()

    def take(self) -> list[Json]:
        events = list(self._events)
        self._events.clear()
        return events


class NoticeBoard:
    """Tells listeners what rounds, off-chain transactions and sweeps did."""

    def __init__(self, operator: Operator, indexer: Indexer) -> None:
        self._operator = operator
        self._indexer = indexer
        self._subscriptions: dict[str, Subscription] = {}
        self._everybody: list[Mailbox] = []
        self._batches = operator.open_feed([])
        self._swept = {vtxo.outpoint for vtxo in operator.context.vtxos if vtxo.swept}

    # -- who listens ------------------------------------------------------------------------------

    def subscribe(self, subscription_id: str, scripts: Iterable[str]) -> str:
        """Adds scripts to a subscription, or to a new one. Raises OperatorError."""
        subscription = self.subscription(subscription_id) if subscription_id else Subscription()
        self._subscriptions[subscription.id] = subscription
        subscription.scripts.update(scripts)
        return subscription.id

    def unsubscribe(self, subscription_id: str, scripts: Sequence[str]) -> None:
        """Removes scripts; without any, the subscription. Raises OperatorError."""
        subscription = self.subscription(subscription_id)
        subscription.scripts.difference_update(scripts)
        if not scripts or not subscription.scripts:
            del self._subscriptions[subscription_id]

    def subscription(self, subscription_id: str) -> Subscription:
        """Raises OperatorError SUBSCRIPTION_NOT_FOUND."""
        found = self._subscriptions.get(subscription_id)
        if found is None:
            raise OperatorError(Code.SUBSCRIPTION_NOT_FOUND, f"{subscription_id} not found")
        return found

    def listen(self, subscription_id: str, on_event: Callable[[], None]) -> Mailbox:
        """A mailbox of one subscription, or of all transactions when the id is empty."""
        mailbox = Mailbox(on_event)
        self._listeners(subscription_id).append(mailbox)
        return mailbox

    def leave(self, subscription_id: str, mailbox: Mailbox) -> None:
        if not subscription_id or subscription_id in self._subscriptions:
            self._listeners(subscription_id).remove(mailbox)

    def _listeners(self, subscription_id: str) -> list[Mailbox]:
        if not subscription_id:
            return self._everybody
        return self.subscription(subscription_id).mailboxes

    # -- what there is to tell --------------------------------------------------------------------

    def advance(self) -> None:
        """Tells of batches and sweeps since the last time; to be called after the operator's."""
        for event in self._batches.take():
            if "batchFinalized" in event:
                self._tell_round(event["batchFinalized"]["commitmentTxid"])
        swept = [vtxo for vtxo in self._operator.context.vtxos if vtxo.swept]
        fresh = [vtxo for vtxo in swept if vtxo.outpoint not in self._swept]
        if fresh:
            self._swept.update(vtxo.outpoint for vtxo in fresh)
            self._tell("sweepTx", "", "", [], [], fresh)

    def _tell_round(self, txid: str) -> None:
        created, spent = self._indexer.of_round(txid)
        raw = self._operator.context.chain.raw_tx(bytes(reversed(bytes.fromhex(txid))))
        self._tell("commitmentTx", txid, (raw or b"").hex(), created, spent)

    def tell_offchain(self, tx: OffchainTx) -> None:
        created, spent = self._indexer.of_offchain(tx)
        self._swept.update(vtxo.outpoint for vtxo in created if vtxo.swept)
        psbts = zip(tx.spends, tx.checkpoint_txids, tx.checkpoints, strict=True)
        checkpoints = {spends: {"txid": txid, "tx": text} for spends, txid, text in psbts}
        self._tell("arkTx", tx.ark_txid, tx.ark_tx, created, spent, checkpoints=checkpoints)

    def _tell(
        self,
        kind: str,
        txid: str,
        tx: str,
        created: Sequence[Vtxo],
        spent: Sequence[Vtxo],
        swept: Sequence[Vtxo] = (),
        checkpoints: Json | None = None,
    ) -> None:
        common = {
            "txid": txid,
            "spentVtxos": [vtxo.record() for vtxo in spent],
            "checkpointTxs": checkpoints or {},
        }
        notice = {
            **common,
            "tx": tx,
            "spendableVtxos": [vtxo.record() for vtxo in created],
            "sweptVtxos": [outpoint_json(vtxo.outpoint) for vtxo in swept],
        }
        for mailbox in self._everybody:
            mailbox.push({kind: notice})
        touched = {vtxo.script.hex() for vtxo in [*created, *spent, *swept]}
        event = {
            **common,
            "tx": Psbt.from_base64(tx).tx.serialize(False).hex() if kind == "arkTx" else tx,
            "scripts": sorted(touched),
            "newVtxos": [vtxo.record() for vtxo in created],
            "sweptVtxos": [vtxo.record() for vtxo in swept],
        }
        for subscription in list(self._subscriptions.values()):
            if touched & subscription.scripts:
                for mailbox in subscription.mailboxes:
                    mailbox.push({"event": event})
