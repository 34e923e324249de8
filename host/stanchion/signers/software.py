"""A signer whose keys are in this process's memory, for participants that are not the owner.

It refuses what the device refuses, by the same functions of arkcore, and reports it the same way.
It has no screen and no policy about outward payments: whoever calls it is the owner.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar

import secp256k1
from arkcore import intent
from arkcore.address import ARK_HRP_TEST, ark_address, segwit_address
from arkcore.claim import ExitCoin, claim_tx
from arkcore.cpfp import FundingCoin, build_child
from arkcore.delays import from_operator_value
from arkcore.errors import ArkError, SigningError, TreeError
from arkcore.scripts import VtxoScript, p2wpkh_script
from arkcore.sighash import SIGHASH_ALL, taproot_sighash
from arkcore.tx import SEQUENCE_FINAL, Tx, TxOut

from stanchion.signers.batch_session import BatchSession, is_out_of_turn
from stanchion.signers.facts import (
    AddressFacts,
    AddressKind,
    BatchFact,
    ClaimKind,
    ConnectorNodeFact,
    FundingFact,
    InputFact,
    InputKind,
    NodeFact,
    OpenedIntent,
    OperatorFacts,
    OutputFact,
    OutputKind,
    ParentFact,
    PrevoutFact,
    VtxoFacts,
    VtxoState,
)
from stanchion.signers.port import SignerRefused
from stanchion.signers.software_keys import SoftwareKeys
from stanchion.signers.terms import Terms, TermsInput, TermsOutput

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _refusing(
    method: Callable[Concatenate[SoftwareSigner, _P], _R],
) -> Callable[Concatenate[SoftwareSigner, _P], _R]:
    """Turns a broken rule into the port's refusal."""

    def guarded(self: SoftwareSigner, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return method(self, *args, **kwargs)
        except ArkError as error:
            raise SignerRefused(error.tag, error.detail) from error

    return guarded


class SoftwareSigner:
    """One owner. `segwit_hrp` and `ark_hrp` only shape the addresses that are shown."""

    def __init__(self, seed: bytes, segwit_hrp: str = "bcrt", ark_hrp: str = ARK_HRP_TEST) -> None:
        self.keys = SoftwareKeys(seed)
        self.ledger: dict[bytes, VtxoFacts] = {}
        self._segwit_hrp = segwit_hrp
        self._ark_hrp = ark_hrp
        self._operator: OperatorFacts | None = None
        self._sessions: dict[int, BatchSession] = {}
        self._next_session = 1
        # What each batch took and created, by commitment txid.
        self._batches: dict[bytes, tuple[list[bytes], list[bytes]]] = {}

    # -- wallet ---------------------------------------------------------------------------------

    @_refusing
    def enroll_operator(self, operator: OperatorFacts) -> bytes:
        if operator.forfeit_script != p2wpkh_script(operator.forfeit_key):
            # Forfeits go to this script alone; another one would pay a stranger.
            raise SigningError("operator-forfeit-script")
        if operator.unilateral_exit_delay == operator.boarding_exit_delay:
            raise SigningError("operator-delays-equal")
        self._operator = operator
        return bytes(8)

    @_refusing
    def get_operator(self) -> OperatorFacts:
        return self._profile

    @property
    def _profile(self) -> OperatorFacts:
        if self._operator is None:
            raise SigningError("operator-missing")
        return self._operator

    @_refusing
    def get_address(self, kind: AddressKind, index: int) -> AddressFacts:
        owner = self.keys.owner_xonly(index)
        if kind is AddressKind.ONCHAIN:
            script = self.keys.onchain(index).script
            return AddressFacts(script, segwit_address(self._segwit_hrp, script), script[2:])
        if kind is AddressKind.BOARDING:
            script = self._tree(InputKind.BOARDING, index).script_pubkey
            return AddressFacts(script, segwit_address(self._segwit_hrp, script), owner)
        tree = self._tree(InputKind.VTXO, index)
        signer = self._profile.signer_key[1:]
        address = ark_address(self._ark_hrp, signer, tree.output_key)
        return AddressFacts(tree.script_pubkey, address, owner)

    def _tree(self, kind: InputKind, index: int) -> VtxoScript:
        profile = self._profile
        is_vtxo = kind is InputKind.VTXO
        delay = profile.unilateral_exit_delay if is_vtxo else profile.boarding_exit_delay
        owner = self.keys.owner_xonly(index)
        return VtxoScript(owner, profile.signer_key[1:], from_operator_value(delay))

    def list_vtxos(self) -> tuple[VtxoFacts, ...]:
        return tuple(self.ledger.values())

    @_refusing
    def release_vtxo(self, outpoint: bytes) -> None:
        known = self.ledger.get(outpoint)
        if known is None:
            raise SigningError("input-unknown")
        for given, received in self._batches.values():
            if outpoint in given and known.state is VtxoState.FORFEITED:
                self._move(given, VtxoState.LIVE)
                self._move(received, VtxoState.VOID)
                return
        raise SigningError("vtxo-single-purpose", known.state.name.lower())

    def _move(self, points: Sequence[bytes], state: VtxoState) -> None:
        for point in points:
            if point in self.ledger:
                self.ledger[point] = replace(self.ledger[point], state=state)

    def learn_vtxo(self, vtxo: VtxoFacts) -> None:
        """Notes a VTXO that somebody else paid to this owner."""
        self.ledger.setdefault(vtxo.outpoint, vtxo)

    # -- intents --------------------------------------------------------------------------------

    @_refusing
    def open_intent(
        self,
        inputs: Sequence[InputFact],
        outputs: Sequence[OutputFact],
        valid_at: int,
        expire_at: int,
    ) -> OpenedIntent:
        for fact in inputs:
            self._require_live(fact)
        terms = self._terms(inputs, outputs)
        session_id = self._next_session
        self._next_session += 1
        secret = self.keys.cosigner_secret(session_id)
        session = BatchSession(terms, self._profile, secret, lambda: self._pledge(session))
        self._sessions[session_id] = session
        cosigner = session.cosigner_key if terms.offchain else b""
        onchain = [i for i, debt in enumerate(terms.outputs) if debt.fact.kind.onchain]
        keys = [cosigner] if cosigner else []
        message = intent.register_message(onchain, valid_at, expire_at, keys)
        debts = [debt.output for debt in terms.outputs]
        signatures = self._prove(message, terms.inputs, debts)
        return OpenedIntent(session_id, cosigner, signatures)

    def _require_live(self, fact: InputFact) -> None:
        known = self.ledger.get(fact.outpoint)
        if fact.kind is InputKind.VTXO and known is None:
            raise SigningError("input-unknown")
        if known is not None and known.state is not VtxoState.LIVE:
            raise SigningError("vtxo-single-purpose", known.state.name.lower())

    def _terms(self, inputs: Sequence[InputFact], outputs: Sequence[OutputFact]) -> Terms:
        coins = tuple(TermsInput(fact, self._tree(fact.kind, fact.index)) for fact in inputs)
        return Terms(coins, tuple(TermsOutput(fact, self._script(fact)) for fact in outputs))

    def _script(self, fact: OutputFact) -> bytes:
        if fact.kind is OutputKind.OWN_VTXO:
            return self._tree(InputKind.VTXO, fact.index).script_pubkey
        if fact.kind is OutputKind.OWN_ONCHAIN:
            return self.keys.onchain(fact.index).script
        return fact.script

    def _prove(
        self, message: str, coins: Sequence[TermsInput], outputs: list[TxOut]
    ) -> tuple[bytes, ...]:
        facts = [(coin.fact.outpoint, coin.output, SEQUENCE_FINAL) for coin in coins]
        proof = intent.proof_tx(message, facts, outputs)
        prevouts = intent.proof_prevouts(facts)
        signatures = []
        for position in range(len(proof.inputs)):
            coin = coins[max(position - 1, 0)]
            digest = taproot_sighash(proof, position, prevouts, coin.leaf_hash, SIGHASH_ALL)
            signature = self._owner_signature(coin.fact.index, digest)
            signatures.append(signature + bytes((SIGHASH_ALL,)))
        return tuple(signatures)

    def _owner_signature(self, index: int, digest: bytes) -> bytes:
        secret = self.keys.owner_secret(index)
        return secp256k1.sign_schnorr(secret, digest, os.urandom(32))

    @_refusing
    def sign_intent_deletion(
        self, session: int, inputs: Sequence[InputFact], expire_at: int
    ) -> tuple[bytes, ...]:
        coins = self._terms(inputs, ()).inputs
        return self._prove(intent.delete_message(expire_at), coins, [])

    # -- batch ----------------------------------------------------------------------------------

    def _in_session(self, session: int, step: Callable[[BatchSession], _R]) -> _R:
        """Runs one step; whatever breaks a rule ends the session, unless it was out of turn."""
        found = self._sessions.get(session)
        if found is None:
            raise SignerRefused("session-unknown", str(session))
        try:
            return step(found)
        except ArkError as error:
            if not is_out_of_turn(error):
                self._drop(session)
            raise SignerRefused(error.tag, error.detail) from error

    def _drop(self, session: int) -> None:
        found = self._sessions.pop(session, None)
        if found is not None:
            found.wipe()

    def open_batch(self, session: int, batch: BatchFact) -> None:
        self._in_session(session, lambda s: s.open_batch(batch))

    def feed_commitment_inputs(self, session: int, inputs: Sequence[PrevoutFact]) -> None:
        self._in_session(session, lambda s: s.feed_inputs(inputs))

    def feed_commitment_outputs(self, session: int, outputs: Sequence[TxOut]) -> None:
        self._in_session(session, lambda s: s.feed_outputs(outputs))

    def feed_node(self, session: int, node: NodeFact) -> bytes:
        return self._in_session(session, lambda s: s.feed_node(node))

    def get_nonces(self, session: int) -> tuple[bytes, ...]:
        return self._in_session(session, lambda s: s.make_nonces())

    def sign_tree(self, session: int, agg_nonces: Sequence[bytes]) -> tuple[bytes, ...]:
        return self._in_session(session, lambda s: s.sign_tree(agg_nonces))

    def feed_tree_signatures(
        self, session: int, signatures: Sequence[bytes], commitment_txid: bytes
    ) -> None:
        self._in_session(session, lambda s: s.check_tree_signatures(signatures, commitment_txid))

    def feed_connector(
        self,
        session: int,
        input_index: int,
        nodes: Sequence[ConnectorNodeFact],
        connector: bytes,
    ) -> None:
        self._in_session(session, lambda s: s.feed_connector(input_index, nodes, connector))

    def sign_forfeit(self, session: int, input_index: int) -> bytes:
        return self._give(session, input_index, lambda s: s.forfeit_digest(input_index))

    def sign_boarding(self, session: int, input_index: int) -> bytes:
        return self._give(session, input_index, lambda s: s.boarding_digest(input_index))

    def _give(self, session: int, position: int, digest: Callable[[BatchSession], bytes]) -> bytes:
        message = self._in_session(session, digest)
        index = self._sessions[session].terms.inputs[position].fact.index
        return self._owner_signature(index, message)

    def _pledge(self, session: BatchSession) -> None:
        """Books the whole batch before its first signature leaves."""
        for coin in session.terms.inputs:
            self._require_live(coin.fact)
        txid = session.stream.txid
        given = [coin.fact.outpoint for coin in session.terms.inputs]
        self._move(given, VtxoState.FORFEITED)
        self._batches[txid] = (given, list(session.received))
        depth = len(session.branch.nodes) if session.terms.offchain else 0
        for point, debt in session.received.items():
            self.ledger[point] = VtxoFacts(
                point,
                debt.fact.amount_sat,
                debt.fact.index,
                VtxoState.LIVE,
                session.expiry,
                txid,
                depth,
            )

    def close_batch(self, session: int) -> tuple[bytes, ...]:
        received = self._in_session(session, lambda s: s.close())
        self._drop(session)
        return received

    def abort_batch(self, session: int) -> None:
        self._in_session(session, lambda s: s.check_abort())
        self._drop(session)

    # -- exit -----------------------------------------------------------------------------------

    @_refusing
    def start_exit(self, outpoint: bytes) -> None:
        known = self.ledger.get(outpoint)
        if known is None:
            raise SigningError("input-unknown")
        if known.state is VtxoState.FORFEITED:
            raise SigningError("exit-not-forfeited")
        self.ledger[outpoint] = replace(known, state=VtxoState.EXITING)

    @_refusing
    def sign_cpfp(
        self,
        parent: ParentFact,
        funding: Sequence[FundingFact],
        change_index: int,
        fee_sat: int,
    ) -> tuple[bytes, ...]:
        tx = Tx(3, list(parent.inputs), list(parent.outputs), parent.locktime)
        keys = [self.keys.onchain(coin.index) for coin in funding]
        coins = [
            FundingCoin(coin.outpoint, TxOut(coin.amount_sat, key.script))
            for coin, key in zip(funding, keys, strict=True)
        ]
        child = build_child(tx, coins, self.keys.onchain(change_index).script, fee_sat)
        return tuple(key.sign(child.tx, i, child.prevouts) for i, key in enumerate(keys, 1))

    @_refusing
    def sign_claim(
        self,
        kind: ClaimKind,
        outpoint: bytes,
        amount_sat: int,
        index: int,
        destination_index: int,
        fee_sat: int,
    ) -> bytes:
        if kind is ClaimKind.VTXO and outpoint not in self.ledger:
            raise TreeError("input-unknown")
        tree = self._tree(InputKind(kind), index)
        output = TxOut(amount_sat, tree.script_pubkey)
        coin = ExitCoin(outpoint, output, tree.exit_leaf, tree.exit_control())
        claim = claim_tx([coin], self.keys.onchain(destination_index).script, fee_sat)
        return self._owner_signature(index, claim.spends[0].sighash())
