"""The reference operator: intents in, batches out.

Pure and in process: nothing happens but in calls, time comes from a clock that is handed in, and
`advance` does whatever is due. A face over HTTP and a database are put around it, not into it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from arkcore import intent as intents
from arkcore.codec import outpoint_text

from stanchion.chain.port import ChainSource
from stanchion.chain.wallet import Wallet
from stanchion.operator.config import OperatorConfig
from stanchion.operator.context import OperatorContext
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.feed import EventFeed, Listener
from stanchion.operator.info import operator_info
from stanchion.operator.intent_queue import IntentQueue
from stanchion.operator.journal import RoundJournal
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.offchain import (
    MemoryOffchainStore,
    OffchainBook,
    OffchainStore,
    OffchainTx,
)
from stanchion.operator.planning import BatchPlanner
from stanchion.operator.recovery import recover, recover_spends
from stanchion.operator.registration import Proof, build_intent, check_time, estimate_fee
from stanchion.operator.running_batch import RunningBatch
from stanchion.operator.timing import SessionClock
from stanchion.operator.watchtower import Watchtower
from stanchion.rounds.intent import Intent
from stanchion.rounds.round import Round

_MAX_STEPS = 1000


class Operator:
    """One operator on one chain; at most one round is at work at any time."""

    def __init__(
        self,
        chain: ChainSource,
        wallet: Wallet,
        config: OperatorConfig | None = None,
        keys: OperatorKeys | None = None,
        clock: Callable[[], float] = time.time,
        *,
        planner: Callable[[OperatorConfig, OperatorKeys, Wallet], BatchPlanner] = BatchPlanner,
        feed: EventFeed | None = None,
        journal: RoundJournal | None = None,
        offchain: OffchainStore | None = None,
    ) -> None:
        """With a `journal` and `offchain` store of before the operator goes on where it stopped."""
        config = config or OperatorConfig()
        config.check()
        keys = keys or OperatorKeys()
        self.context = OperatorContext(
            config, keys, chain, wallet, planner(config, keys, wallet), clock
        )
        if feed is not None:
            self.context.feed = feed
        if journal is not None:
            self.context.journal = journal
            recover(self.context)
        self.offchain = OffchainBook(self.context, offchain or MemoryOffchainStore())
        recover_spends(self.context)
        self.queue = IntentQueue()
        self.batch: RunningBatch | None = None
        self.watchtower = Watchtower(self.context, self.offchain.get)
        self._timing = SessionClock(clock(), config.session_seconds)

    # -- what clients ask -----------------------------------------------------------------------

    def info(self) -> dict[str, Any]:
        """The published parameters, in arkd's JSON shape."""
        return operator_info(self.context.config, self.context.keys)

    def open_feed(
        self, topics: Iterable[str], on_event: Callable[[], None] | None = None
    ) -> Listener:
        return self.context.feed.open(topics, on_event)

    def close_feed(self, listener: Listener) -> None:
        self.context.feed.close(listener)

    def register_intent(self, proof: str, message: str) -> str:
        """`proof` base64 PSBT, `message` JSON text; the intent's id. Raises OperatorError."""
        intent = build_intent(self.context, proof, message)
        if self.batch is not None and self.batch.holding(intent.outpoints):
            raise OperatorError(
                Code.VTXO_ALREADY_REGISTERED, "an input is in the batch that is at work"
            )
        self.queue.push(intent)
        return intent.id

    def estimate_fee(self, proof: str, message: str) -> int:
        """Fee in sat that this intent would have to pay; the proof is not verified."""
        return estimate_fee(self.context, proof, message)

    def delete_intent(self, proof: str, message: str) -> None:
        """Withdraws the waiting intents that hold any proven coin. Raises OperatorError."""
        found = self._proven(proof, message, intents.DELETE)
        if not found:
            raise OperatorError(Code.INTENT_NOT_FOUND, "no matching intents found")
        for intent in found:
            self.queue.delete(intent.id)

    def _proven(self, proof: str, message: str, kind: str) -> list[Intent]:
        parsed = Proof(proof, message, kind)
        check_time(parsed.message, self.context.now)
        parsed.check(self.context.keys.signer_xonly)
        return self.queue.holding(outpoint_text(point) for point in parsed.outpoints)

    def intents_by_proof(self, proof: str, message: str) -> list[Intent]:
        """Waiting intents that hold any proven coin. Raises OperatorError."""
        return self._proven(proof, message, intents.GET_INTENT)

    def intents_by_txid(self, txid: str) -> list[Intent]:
        """Waiting intents whose proof has this txid (display hex)."""
        return self.queue.with_txid(txid)

    def confirm(self, intent_id: str) -> None:
        """Raises OperatorError CONFIRMATION_SESSION_NOT_STARTED and others."""
        if self.batch is None:
            raise OperatorError(
                Code.CONFIRMATION_SESSION_NOT_STARTED, "confirmation session not started"
            )
        self.batch.confirm(intent_id)

    def submit_nonces(self, batch_id: str, pubkey: str, nonces: Mapping[str, str]) -> None:
        """`pubkey` compressed hex; `nonces` 66-byte hex by txid. Raises OperatorError."""
        self._signing_batch(batch_id).submit_nonces(_key(pubkey), nonces)

    def submit_signatures(self, batch_id: str, pubkey: str, signatures: Mapping[str, str]) -> None:
        """`signatures`: partial signatures (32-byte hex) by txid. Raises OperatorError."""
        self._signing_batch(batch_id).submit_signatures(_key(pubkey), signatures)

    def _signing_batch(self, batch_id: str) -> RunningBatch:
        if self.batch is None or self.batch.id != batch_id:
            raise OperatorError(
                Code.INTERNAL_ERROR, f'signing session not found for round "{batch_id}"'
            )
        return self.batch

    def submit_forfeits(self, signed_forfeits: Sequence[str], signed_commitment: str = "") -> None:
        """Base64 PSBTs. Raises OperatorError INVALID_FORFEIT_TXS, INVALID_BOARDING_INPUT_SIG."""
        if not signed_forfeits and not signed_commitment:
            raise OperatorError(Code.INVALID_FORFEIT_TXS, "nothing submitted")
        if self.batch is None:
            raise OperatorError(Code.INVALID_FORFEIT_TXS, "no round is in finalization")
        self.batch.submit_forfeits(signed_forfeits, signed_commitment)

    def submit_tx(self, signed_ark_tx: str, checkpoint_txs: Sequence[str]) -> OffchainTx:
        """Cosigns an off-chain transaction (base64 PSBTs). Raises OperatorError."""
        return self.offchain.submit(signed_ark_tx, checkpoint_txs, self._check_unregistered)

    def _check_unregistered(self, outpoints: Sequence[str]) -> None:
        """A coin that is on its way into a batch must not be paid away as well."""
        held = self.batch.holding(outpoints) if self.batch is not None else []
        if held or self.queue.holding(outpoints):
            raise OperatorError(Code.VTXO_ALREADY_REGISTERED, "an input is registered for a batch")

    def finalize_tx(self, ark_txid: str, final_checkpoints: Sequence[str]) -> OffchainTx:
        """Books an off-chain transaction with its signed checkpoints. Raises OperatorError."""
        return self.offchain.finalize(ark_txid, final_checkpoints)

    def pending_txs(self, proof: str, message: str) -> list[OffchainTx]:
        """What was submitted for the proven coins and not finalized. Raises OperatorError."""
        return self.offchain.pending(proof, message)

    # -- what time brings -----------------------------------------------------------------------

    def advance(self) -> None:
        """Does everything that is due now."""
        self.watchtower.advance()
        for _ in range(_MAX_STEPS):
            if not self._step():
                return

    def _step(self) -> bool:
        if self.batch is None:
            return self._start_batch()
        if self.batch.over:
            self.queue.put_back(self.batch.returned)
            self.batch = None
            self._restart_clock()
            return True
        return self.batch.advance()

    def _restart_clock(self) -> None:
        config = self.context.config
        self._timing = SessionClock(self.context.clock(), config.session_seconds)

    def _start_batch(self) -> bool:
        if not self._timing.over(self.context.clock()):
            return False
        config, now = self.context.config, self.context.now
        if self.queue.ready_count(now) < config.min_participants:
            self._restart_clock()
            return False
        selected = self.queue.select(config.max_participants, now)
        round_ = Round(str(uuid.uuid4()))
        self.context.journal.append(round_.id, round_.start_registration(now))
        self.batch = RunningBatch(self.context, round_, selected, self._timing)
        return True


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 33:
        raise OperatorError(Code.INTERNAL_ERROR, "invalid cosigner public key")
    return key
