"""Takes one signer through one batch of one operator.

The driver follows the operator's events by an explicit table, turns PSBTs into facts for the signer
and signatures back into PSBTs. It never decides what is safe: the signer does. Whatever goes wrong
ends in `BatchAbandoned` with a stable tag, after session and intent were withdrawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from arkcore import delays, intent
from arkcore.codec import outpoint, outpoint_text, to_hex_txid
from arkcore.errors import ArkError
from arkcore.psbt import Psbt
from arkcore.tree import TreeNode
from arkcore.tree_validation import pair_connectors
from arkcore.treeflat import FlatNode
from arkcore.treesigning import aggregate_nonces_for
from wire.sentences import sentence as sentence_of

from stanchion.operator.errors import OperatorError
from stanchion.rounds.branch_facts import (
    commitment_inputs,
    connector_leaves,
    connector_path,
    flat_node,
    node_fact,
    own_path,
)
from stanchion.rounds.exit_data import ExitData, ExitDataStore, signed_branch
from stanchion.rounds.offer import Offer
from stanchion.rounds.operator_port import EventStream, OperatorPort
from stanchion.signers.facts import BatchFact
from stanchion.signers.port import Signer, SignerRefused
from stanchion.signers.terms import match_leaf

CHUNK = 16
_T = TypeVar("_T")


class BatchState(Enum):
    NEW = "new"
    REGISTERED = "registered"
    JOINED = "joined"
    NONCES_SENT = "nonces sent"
    TREE_SIGNED = "tree signed"
    SETTLED = "settled"
    DONE = "done"
    ABANDONED = "abandoned"


class BatchAbandoned(Exception):
    """The batch is over for this participant. `tag` is stable; `by` is who ended it."""

    def __init__(self, tag: str, detail: str, by: str, sentence: str = "") -> None:
        super().__init__(tag, detail, by)
        self.tag = tag
        self.detail = detail
        self.by = by
        self.sentence = sentence or sentence_of(tag)

    def __str__(self) -> str:
        return f"{self.by}: {self.tag}: {self.detail}" if self.detail else f"{self.by}: {self.tag}"


def chunks(items: Sequence[_T], size: int = CHUNK) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class BatchDriver:
    """One intent and the batch that takes it. `start`, then `poll` until `over`."""

    def __init__(
        self, signer: Signer, operator: OperatorPort, offer: Offer, exits: ExitDataStore
    ) -> None:
        self.signer = signer
        self.operator = operator
        self.offer = offer
        self.exits = exits
        self.state = BatchState.NEW
        self.failure: BatchAbandoned | None = None
        self.batch_id = ""
        self.commitment_txid = ""
        self.vtxos: tuple[bytes, ...] = ()
        self._stream: EventStream | None = None
        self._intent_id = ""
        self._session = 0
        self._cosigner_key = b""
        self._commitment: Psbt | None = None
        self._forget_batch()

    def _forget_batch(self) -> None:
        self._expiry = 0
        self._tree: list[FlatNode] = []
        self._connectors: list[FlatNode] = []
        self._path: list[TreeNode] = []
        self._own_nonces: tuple[bytes, ...] = ()
        self._nonces: dict[str, dict[bytes, bytes]] = {}
        self._signatures: dict[bytes, bytes] = {}

    @property
    def over(self) -> bool:
        return self.state in (BatchState.DONE, BatchState.ABANDONED)

    # -- start, events, end ---------------------------------------------------------------------

    def start(self) -> None:
        """Opens the intent on the signer and registers it. Raises BatchAbandoned."""
        self._guarded(self._register)

    def _register(self) -> None:
        offer = self.offer
        opened = self.signer.open_intent(
            [coin.fact for coin in offer.coins],
            [debt.fact for debt in offer.outputs],
            offer.valid_at,
            offer.expire_at,
        )
        self._session, self._cosigner_key = opened.session, opened.cosigner_key
        message = offer.register_message(opened.cosigner_key)
        proof = offer.register_proof(message, opened.signatures)
        topics = offer.outpoints
        if self._cosigner_key:
            topics.append(self._cosigner_key.hex())
        # The stream replays nothing: it has to stand before the operator can pick the intent.
        self._stream = self.operator.open_feed(topics)
        self._intent_id = self.operator.register_intent(proof, message)
        self.state = BatchState.REGISTERED

    def poll(self) -> bool:
        """Handles the events that have come; True if there were any. Raises BatchAbandoned."""
        events = self._stream.take() if self._stream is not None else []
        for event in events:
            if not self.over:
                self.handle(event)
        return bool(events)

    def handle(self, event: dict[str, Any]) -> None:
        """One event; those that the table does not list for this state are ignored."""
        for name, data in event.items():
            handler = TABLE.get((self.state, name))
            if handler is None or not isinstance(data, dict):
                continue
            if name == "batchStarted" or data.get("id") == self.batch_id:
                self._guarded(partial(handler, self, data))

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except SignerRefused as error:
            self._abandon(BatchAbandoned(error.tag, error.detail, "signer", error.sentence))
        except OperatorError as error:
            self._abandon(BatchAbandoned("operator-refused", str(error), "operator"))
        except ArkError as error:
            self._abandon(BatchAbandoned(error.tag, error.detail, "driver"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._abandon(BatchAbandoned("event-malformed", repr(error), "driver"))
        except BatchAbandoned as error:
            self._abandon(error)

    def _abandon(self, failure: BatchAbandoned) -> None:
        self.failure = failure
        self._withdraw()
        raise failure

    def give_up(self) -> None:
        """Withdraws the intent and ends the signer's session; for a batch that is not wanted."""
        if not self.over:
            self._withdraw()

    def _withdraw(self) -> None:
        self.state = BatchState.ABANDONED
        # What cannot be withdrawn any more is none of the driver's business: a batch that took
        # the intent has nothing to delete, a session that a failed check ended needs no end.
        if self._intent_id:
            with suppress(SignerRefused, OperatorError):
                self._delete_intent()
        if self._session:
            with suppress(SignerRefused):
                self._end_session()

    def _delete_intent(self) -> None:
        offer = self.offer
        coins = [coin.fact for coin in offer.coins]
        message = intent.delete_message(offer.expire_at)
        signatures = self.signer.sign_intent_deletion(self._session, coins, offer.expire_at)
        self.operator.delete_intent(offer.deletion_proof(message, signatures), message)

    def _end_session(self) -> None:
        try:
            self.signer.abort_batch(self._session)
        except SignerRefused:
            # It has given signatures and can only be closed; its coins stay noted as given until
            # the owner takes them back.
            self.signer.close_batch(self._session)

    # -- handlers, in the order of a batch ------------------------------------------------------

    def _on_batch_started(self, data: dict[str, Any]) -> None:
        digest = hashlib.sha256(self._intent_id.encode()).hexdigest()
        if digest not in data["intentIdHashes"]:
            return
        self._forget_batch()
        self.batch_id = data["id"]
        self._expiry = int(data["batchExpiry"])
        try:
            self.operator.confirm(self._intent_id)
            self.state = BatchState.JOINED
        except OperatorError:
            # Too late for this batch: the intent went back to the queue and waits for the next.
            self.state = BatchState.REGISTERED

    def _on_tree_tx(self, data: dict[str, Any]) -> None:
        topic = data.get("topic") or []
        if data.get("batchIndex", 0) == 0:
            self._tree.append(flat_node(data))
        elif not topic or set(topic) & set(self.offer.outpoints):
            self._connectors.append(flat_node(data))

    def _on_tree_signing_started(self, data: dict[str, Any]) -> None:
        if not self.offer.offchain:
            return
        self._feed_commitment(Psbt.from_base64(data["unsignedCommitmentTx"]))
        wanted = [debt.output for debt in self.offer.offchain]
        self._path = own_path(self._tree, wanted, self._cosigner_key)
        for node in self._path:
            txid = self.signer.feed_node(self._session, node_fact(node, node is self._path[-1]))
            if txid != node.txid:
                raise BatchAbandoned("tree-form", "the operator's node is another one", "driver")
        self._own_nonces = self.signer.get_nonces(self._session)
        by_txid = self._by_txid(self._own_nonces)
        self.operator.submit_nonces(self.batch_id, self._cosigner_key.hex(), by_txid)
        self.state = BatchState.NONCES_SENT

    def _by_txid(self, values: Sequence[bytes]) -> dict[str, str]:
        return {
            to_hex_txid(node.txid): value.hex()
            for node, value in zip(self._path, values, strict=True)
        }

    def _feed_commitment(self, psbt: Psbt) -> None:
        tx, txid = psbt.tx, psbt.tx.txid()
        counts = len(tx.inputs), len(tx.outputs)
        batch = BatchFact(txid, self._expiry, *counts, tx.version, tx.locktime)
        self.signer.open_batch(self._session, batch)
        boards = bool(self.offer.boarding_positions)
        for inputs in chunks(commitment_inputs(psbt, boards)):
            self.signer.feed_commitment_inputs(self._session, inputs)
        for outputs in chunks(tx.outputs):
            self.signer.feed_commitment_outputs(self._session, outputs)
        self._commitment = psbt
        self.commitment_txid = to_hex_txid(txid)

    def _on_tree_nonces(self, data: dict[str, Any]) -> None:
        self._nonces[data["txid"]] = {
            bytes.fromhex(key): bytes.fromhex(nonce) for key, nonce in data["nonces"].items()
        }
        wanted = [to_hex_txid(node.txid) for node in self._path]
        if any(txid not in self._nonces for txid in wanted):
            return
        aggregated = [
            aggregate_nonces_for(self._nonces[txid], node.cosigners, self._cosigner_key, own)
            for txid, node, own in zip(wanted, self._path, self._own_nonces, strict=True)
        ]
        partials = self.signer.sign_tree(self._session, aggregated)
        self.operator.submit_signatures(
            self.batch_id, self._cosigner_key.hex(), self._by_txid(partials)
        )
        self.state = BatchState.TREE_SIGNED

    def _on_tree_signature(self, data: dict[str, Any]) -> None:
        if data.get("batchIndex", 0) == 0:
            txid = bytes(reversed(bytes.fromhex(data["txid"])))
            self._signatures[txid] = bytes.fromhex(data["signature"])

    def _on_finalization(self, data: dict[str, Any]) -> None:
        psbt = Psbt.from_base64(data["commitmentTx"])
        if not self.offer.offchain:
            self._feed_commitment(psbt)
        else:
            present = [n.txid for n in self._path if n.txid in self._signatures]
            signatures = [self._signatures[txid] for txid in present]
            self.signer.feed_tree_signatures(self._session, signatures, psbt.tx.txid())
            self._keep_exit_data()
        forfeits = self._forfeits()
        commitment = self._signed_commitment()
        if forfeits or commitment:
            self.operator.submit_forfeits(forfeits, commitment)
        self.state = BatchState.SETTLED

    def _keep_exit_data(self) -> None:
        """Before anything of value leaves, the way out is written down."""
        try:
            self.exits.save(self._exit_data())
        except OSError as error:
            raise BatchAbandoned("exit-data-unsaved", str(error), "driver") from error

    def _exit_data(self) -> list[ExitData]:
        branch = signed_branch(self._path, self._signatures)
        leaf, operator = self._path[-1], self.offer.operator
        found = match_leaf([debt.output for debt in self.offer.offchain], leaf.tx.outputs[:-1])
        return [
            ExitData(
                outpoint_text(outpoint(leaf.txid, vout)),
                debt.fact.amount_sat,
                debt.script.hex(),
                debt.fact.index,
                self.commitment_txid,
                self._expiry,
                delays.from_operator_value(operator.unilateral_exit_delay),
                branch,
            )
            for debt, vout in zip(self.offer.offchain, found, strict=True)
            if debt.fact.kind.own
        ]

    def _forfeits(self) -> list[str]:
        positions = {self.offer.coins[i].fact.outpoint: i for i in self.offer.vtxo_positions}
        tree, connectors = connector_leaves(self._connectors)
        if len(connectors) < len(positions):
            # Asked for a forfeit without its connector, the signer says why it gives none.
            self.signer.sign_forfeit(self._session, self.offer.vtxo_positions[-1])
        pairs = [
            (positions[point], connector)
            for point, connector in pair_connectors(list(positions), connectors)
        ]
        for position, connector in pairs:
            assert tree is not None
            path = connector_path(tree, connector)
            self.signer.feed_connector(self._session, position, path, connector.outpoint)
        return [
            self.offer.forfeit(
                position, connector, self.signer.sign_forfeit(self._session, position)
            )
            for position, connector in pairs
        ]

    def _signed_commitment(self) -> str:
        """The commitment with the own boarding signatures, or nothing without boarding inputs."""
        positions = self.offer.boarding_positions
        if not positions:
            return ""
        assert self._commitment is not None
        signatures = {i: self.signer.sign_boarding(self._session, i) for i in positions}
        return self.offer.boarding(self._commitment, signatures)

    def _on_finalized(self, data: dict[str, Any]) -> None:
        if data["commitmentTxid"] != self.commitment_txid:
            raise BatchAbandoned("batch-changed", "another commitment transaction", "driver")
        self.vtxos = self.signer.close_batch(self._session)
        self.state = BatchState.DONE

    def _on_failed(self, data: dict[str, Any]) -> None:
        raise BatchAbandoned("batch-failed", str(data.get("reason", "")), "operator")


_Handler = Callable[[BatchDriver, dict[str, Any]], None]
_RUNNING = (
    BatchState.JOINED,
    BatchState.NONCES_SENT,
    BatchState.TREE_SIGNED,
    BatchState.SETTLED,
)

# A tree that is announced a second time goes to the signer, too: it says whether that is allowed.
TABLE: dict[tuple[BatchState, str], _Handler] = {
    (BatchState.REGISTERED, "batchStarted"): BatchDriver._on_batch_started,
    (BatchState.JOINED, "batchStarted"): BatchDriver._on_batch_started,
    (BatchState.JOINED, "treeTx"): BatchDriver._on_tree_tx,
    (BatchState.JOINED, "treeSigningStarted"): BatchDriver._on_tree_signing_started,
    (BatchState.JOINED, "batchFinalization"): BatchDriver._on_finalization,
    (BatchState.NONCES_SENT, "treeSigningStarted"): BatchDriver._on_tree_signing_started,
    (BatchState.NONCES_SENT, "treeNonces"): BatchDriver._on_tree_nonces,
    (BatchState.TREE_SIGNED, "treeSigningStarted"): BatchDriver._on_tree_signing_started,
    (BatchState.TREE_SIGNED, "treeTx"): BatchDriver._on_tree_tx,
    (BatchState.TREE_SIGNED, "treeSignature"): BatchDriver._on_tree_signature,
    (BatchState.TREE_SIGNED, "batchFinalization"): BatchDriver._on_finalization,
    (BatchState.SETTLED, "batchFinalized"): BatchDriver._on_finalized,
    **{(state, "batchFailed"): BatchDriver._on_failed for state in _RUNNING},
}
