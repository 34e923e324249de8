"""One batch from the announcement to the broadcast (spec/arkade.md 8.5, 8.9).

`advance` moves it as far as it can go now; the submit methods only collect. Every change of the
round is journaled before the event that tells of it is published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from arkcore.codec import to_hex_txid
from arkcore.errors import ArkError
from arkcore.psbt import Psbt, set_witness_utxo
from arkcore.tree import TxTree
from arkcore.treeflat import node_psbt

from stanchion.chain.port import ChainError
from stanchion.operator import messages
from stanchion.operator.context import OperatorContext
from stanchion.operator.convictions import Crime
from stanchion.operator.cosigning import TreeCosigning, node_topic
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.finalization import book_vtxos, signed_commitment
from stanchion.operator.planning import BatchPlan
from stanchion.operator.settlement import Settlement
from stanchion.operator.timing import SessionClock
from stanchion.rounds.events import RoundEvent
from stanchion.rounds.intent import Intent, IntentInput
from stanchion.rounds.round import Round
from stanchion.rounds.stored_tree import store_tree


class Phase(Enum):
    CONFIRMATION = "confirmation"
    NONCES = "nonces"
    SIGNATURES = "signatures"
    FORFEITS = "forfeits"
    FINALIZED = "finalized"
    FAILED = "failed"


class BatchFailure(Exception):
    """Ends the batch; the text is the reason that participants get."""


class RunningBatch:
    """The round at work. `returned` are intents that go back to the queue when it is over."""

    def __init__(
        self,
        context: OperatorContext,
        round_: Round,
        intents: Sequence[Intent],
        timing: SessionClock,
    ) -> None:
        self.context = context
        self.round = round_
        self.phase = Phase.CONFIRMATION
        self.returned: list[Intent] = []
        self.plan: BatchPlan | None = None
        self.cosigning: TreeCosigning | None = None
        self.settlement: Settlement | None = None
        self._selected = {self.hash_of(intent.id): intent for intent in intents}
        self._confirmed: set[str] = set()
        self._timing = timing
        timing.start_confirmation(context.clock())
        expiry = context.config.batch_expiry
        context.feed.publish(messages.batch_started(self.id, list(self._selected), expiry))

    @staticmethod
    def hash_of(intent_id: str) -> str:
        """How an intent is announced: SHA-256 of its id, hex."""
        return hashlib.sha256(intent_id.encode()).hexdigest()

    @property
    def id(self) -> str:
        return self.round.id

    @property
    def over(self) -> bool:
        return self.phase in (Phase.FINALIZED, Phase.FAILED)

    def holding(self, outpoints: Iterable[str]) -> list[Intent]:
        """Selected intents that contain any of the outpoints."""
        wanted = set(outpoints)
        return [intent for intent in self._selected.values() if wanted & set(intent.outpoints)]

    # -- what participants send ---------------------------------------------------------------

    def confirm(self, intent_id: str) -> None:
        """Raises OperatorError; a second confirmation changes nothing."""
        if self.phase is not Phase.CONFIRMATION:
            raise OperatorError(
                Code.CONFIRMATION_SESSION_NOT_STARTED, "confirmation session not started"
            )
        digest = self.hash_of(intent_id)
        if digest not in self._selected:
            raise OperatorError(Code.INTERNAL_ERROR, "intent hash not found")
        self._confirmed.add(digest)

    def submit_nonces(self, pubkey: bytes, nonces: Mapping[str, str]) -> None:
        self._signing_session().add_nonces(pubkey, nonces)

    def submit_signatures(self, pubkey: bytes, signatures: Mapping[str, str]) -> None:
        self._signing_session().add_signatures(pubkey, signatures)

    def _signing_session(self) -> TreeCosigning:
        if self.cosigning is None:
            raise OperatorError(
                Code.INTERNAL_ERROR, f'signing session not found for round "{self.id}"'
            )
        return self.cosigning

    def submit_forfeits(self, forfeits: Sequence[str], commitment: str) -> None:
        if self.settlement is None or self.phase is not Phase.FORFEITS:
            raise OperatorError(Code.INVALID_FORFEIT_TXS, "round is not in finalization")
        for forfeit in forfeits:
            self.settlement.add_forfeit(forfeit)
        if commitment:
            self.settlement.add_commitment(commitment)

    # -- progress -----------------------------------------------------------------------------

    def advance(self) -> bool:
        """One step, if one is due; True if something changed."""
        steps = {
            Phase.CONFIRMATION: self._confirmation,
            Phase.NONCES: self._nonces,
            Phase.SIGNATURES: self._signatures,
            Phase.FORFEITS: self._forfeits,
        }
        step = steps.get(self.phase)
        if step is None:
            return False
        try:
            return step()
        except BatchFailure as failure:
            self.fail(str(failure))
            return True

    def fail(self, reason: str) -> None:
        """Ends the round for all; their intents are gone unless they are in `returned`."""
        self._commit(self.round.fail(reason, self.context.now))
        if self.plan is not None:
            self.context.wallet.release(self.plan.reserved)
        topics = [point for intent in self._selected.values() for point in intent.outpoints]
        self.phase = Phase.FAILED
        self.context.feed.publish(messages.batch_failed(self.id, reason), topics)

    def _commit(self, events: Sequence[RoundEvent]) -> None:
        self.context.journal.append(self.id, events)

    def _late(self) -> bool:
        return self._timing.over(self.context.clock())

    def _confirmation(self) -> bool:
        if len(self._confirmed) < len(self._selected) and not self._late():
            return False
        confirmed = [i for digest, i in self._selected.items() if digest in self._confirmed]
        if len(confirmed) < self.context.config.min_participants:
            self.returned = list(self._selected.values())
            raise BatchFailure(_internal("not enough intent confirmations received"))
        missing = [i for digest, i in self._selected.items() if digest not in self._confirmed]
        self.returned = missing
        self._selected = {self.hash_of(intent.id): intent for intent in confirmed}
        self._commit(self.round.register_intents(confirmed))
        self._plan(confirmed)
        if self.cosigning is None:
            self._start_finalization()
        return True

    def _plan(self, intents: Sequence[Intent]) -> None:
        try:
            plan = self.context.planner.plan(intents)
        except (ArkError, ChainError) as error:
            raise BatchFailure(_internal(f"failed to create commitment tx: {error}")) from error
        self.plan = plan
        self.context.wallet.reserve(plan.reserved)
        keys, config = self.context.keys, self.context.config
        boarding = [coin for intent in intents for coin in intent.boarding]
        self.settlement = Settlement(
            plan.commitment,
            plan.prevouts,
            plan.forfeitable,
            boarding,
            plan.connector_tree,
            keys.forfeit_script,
            keys.signer_xonly,
        )
        if plan.vtxo_tree is not None:
            root = keys.sweep_root(config.expiry_sequence)
            batch_output = plan.commitment.outputs[0]
            self.cosigning = TreeCosigning(plan.vtxo_tree, batch_output, root, keys.tree_secret)
            self._publish_vtxo_tree()

    def _publish_vtxo_tree(self) -> None:
        assert self.plan is not None
        assert self.plan.vtxo_tree is not None
        assert self.cosigning is not None
        tree = self.plan.vtxo_tree
        topics = {node.txid: node_topic(node) for node in tree.nodes}
        self._publish_tree(tree, messages.VTXO_TREE, topics)
        keys = [key.hex() for key in self.cosigning.client_keys]
        self._timing.start_nonces(self.context.clock())
        self.phase = Phase.NONCES
        self.context.feed.publish(
            messages.tree_signing_started(self.id, keys, self.unsigned_commitment())
        )

    def _publish_tree(
        self, tree: TxTree, batch_index: int, topics: Mapping[bytes, list[str]]
    ) -> None:
        for node in tree.nodes:
            topic = topics[node.txid]
            children = {vout: to_hex_txid(txid) for vout, txid in node.child_txids}
            psbt = node_psbt(node).to_base64()
            event = messages.tree_tx(self.id, topic, batch_index, psbt, children)
            self.context.feed.publish(event, topic)

    def unsigned_commitment(self) -> str:
        """The commitment as clients get it: witness UTXOs, no signatures (base64)."""
        assert self.plan is not None
        psbt = Psbt(self.plan.commitment)
        for fields, prevout in zip(psbt.inputs, self.plan.prevouts, strict=True):
            set_witness_utxo(fields, prevout)
        return psbt.to_base64()

    def _nonces(self) -> bool:
        assert self.cosigning is not None
        assert self.plan is not None
        assert self.plan.vtxo_tree is not None
        missing = self.cosigning.nonces_missing
        if missing:
            return self._signing_timeout(missing, Crime.NONCE_SUBMISSION, "nonce collection")
        aggregated = self.cosigning.aggregate_nonces()
        self._timing.start_signatures(self.context.clock())
        self.phase = Phase.SIGNATURES
        for node in self.plan.vtxo_tree.nodes:
            topic = node_topic(node)
            nonces = self.cosigning.nonces_by_xonly(node)
            event = messages.tree_nonces(self.id, topic, to_hex_txid(node.txid), nonces)
            self.context.feed.publish(event, topic)
        self.context.feed.publish(messages.tree_nonces_aggregated(self.id, aggregated))
        return True

    def _signing_timeout(self, missing: Sequence[bytes], crime: Crime, what: str) -> bool:
        if not self._late():
            return False
        assert self.cosigning is not None
        self._convict_cosigners(missing, crime, what)
        total = len(self.cosigning.client_keys)
        unit = what.split()[0].removesuffix("s") + "s"
        reason = f"collected {total - len(missing)}/{total} {unit}"
        code = Code.SIGNING_SESSION_TIMED_OUT
        raise BatchFailure(
            str(OperatorError(code, f"musig2 signing session timed out ({what}), {reason}"))
        )

    def _signatures(self) -> bool:
        assert self.cosigning is not None
        if self.cosigning.guilty:
            guilty = list(self.cosigning.guilty)
            self._convict_cosigners(guilty, Crime.INVALID_SIGNATURE, "invalid signature")
            raise BatchFailure(_internal("some musig2 signatures are invalid"))
        missing = self.cosigning.signatures_missing
        if missing:
            crime = Crime.SIGNATURE_SUBMISSION
            return self._signing_timeout(missing, crime, "signatures collection")
        self.cosigning.combine()
        self._start_finalization()
        return True

    def _start_finalization(self) -> None:
        assert self.plan is not None
        plan, config = self.plan, self.context.config
        self._commit(
            self.round.start_finalization(
                self.context.connector_address,
                store_tree(plan.connector_tree),
                store_tree(plan.vtxo_tree),
                plan.txid,
                self.unsigned_commitment(),
                config.batch_expiry,
            )
        )
        self._timing.start_forfeits(self.context.clock())
        self.phase = Phase.FORFEITS
        self._publish_finalization()

    def _publish_finalization(self) -> None:
        assert self.plan is not None
        feed = self.context.feed
        for node in self.plan.vtxo_tree.nodes if self.plan.vtxo_tree is not None else ():
            topic = node_topic(node)
            txid, signature = to_hex_txid(node.txid), node.signature.hex()
            feed.publish(messages.tree_signature(self.id, topic, txid, signature), topic)
        if self.plan.connector_tree is not None:
            topics = self.plan.connector_topics()
            self._publish_tree(self.plan.connector_tree, messages.CONNECTOR_TREE, topics)
        feed.publish(messages.batch_finalization(self.id, self.unsigned_commitment()))

    def _forfeits(self) -> bool:
        assert self.settlement is not None
        if not self.settlement.complete:
            if not self._late():
                return False
            self._settlement_timeout(self.settlement)
        self._finalize(self.settlement)
        return True

    def _settlement_timeout(self, settlement: Settlement) -> None:
        forfeits, boarding = settlement.missing_forfeits, settlement.missing_boarding
        self._convict(forfeits, Crime.FORFEIT_SUBMISSION, "missing forfeit")
        self._convict(boarding, Crime.BOARDING_INPUT_SUBMISSION, "missing boarding signature")
        what = "forfeit transactions" if forfeits else "boarding inputs signatures"
        raise BatchFailure(_internal(f"missing {what}"))

    def _finalize(self, settlement: Settlement) -> None:
        assert self.plan is not None
        try:
            final = signed_commitment(self.context, self.plan, settlement)
        except ArkError as error:
            raise BatchFailure(_internal(f"failed to sign commitment tx: {error}")) from error
        records = [forfeit.record for forfeit in settlement.forfeits.values()]
        fees_sat = sum(intent.fee_sat for intent in self._selected.values())
        now = self.context.now
        # Journaled before it is broadcast: after a crash in between, the transaction is sent
        # again, and no forfeit is lost for one that the network already has.
        self._commit(self.round.end_finalization(records, final.hex(), now, fees_sat))
        try:
            self.context.chain.submit(final)
        except ChainError as error:
            reason = f"failed to broadcast commitment tx: {error}"
            raise BatchFailure(_internal(reason)) from error
        book_vtxos(self.context, self.round)
        self.context.wallet.release(self.plan.reserved)
        self.phase = Phase.FINALIZED
        self.context.feed.publish(messages.batch_finalized(self.id, self.plan.txid))

    # -- blame --------------------------------------------------------------------------------

    def _convict_cosigners(self, keys: Sequence[bytes], crime: Crime, reason: str) -> None:
        wanted = {key.hex() for key in keys}
        for intent in self._selected.values():
            if wanted & set(intent.cosigners):
                self._convict(intent.inputs, crime, reason)

    def _convict(self, coins: Iterable[IntentInput], crime: Crime, reason: str) -> None:
        scripts = [coin.script for coin in coins]
        self.context.convictions.convict(scripts, crime, self.id, reason, self.context.now)


def _internal(message: str) -> str:
    return str(OperatorError(Code.INTERNAL_ERROR, message))
