"""A batch as a signer with keys in memory judges it, with the rules that the device also uses.

The states and refusals are the device's: a command out of turn changes nothing, a failed check
ends the session and forgets its nonces.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from enum import IntEnum

import secp256k1
from arkcore import delays
from arkcore.branch import Branch
from arkcore.codec import outpoint
from arkcore.commitment import COMMITMENT_VERSION, CommitmentStream, OwnInput, WantedOutput
from arkcore.connectors import Connector, ConnectorPath
from arkcore.errors import ArkError, TreeError
from arkcore.forfeit import forfeit_sighash, forfeit_tx
from arkcore.scripts import sweep_root
from arkcore.treesigning import BranchSigner, check_signatures
from arkcore.tx import SEQUENCE_FINAL, TxOut

from stanchion.signers.facts import (
    BatchFact,
    ConnectorNodeFact,
    NodeFact,
    OperatorFacts,
    PrevoutFact,
)
from stanchion.signers.terms import Terms, TermsOutput, match_leaf


class State(IntEnum):
    INTENT = 1
    INPUTS = 2
    OUTPUTS = 3
    TREE = 4
    LEAF = 5
    NONCES = 6
    PARTIALS = 7
    EXITABLE = 8
    READY = 9
    SIGNED = 10
    CLOSED = 11


def checked_expiry(announced: int, floor: int) -> int:
    """BIP-68 sequence of an announced expiry. Raises TreeError `tree-sweep-range`, `-unit`.

    After it the operator may sweep the whole tree: too early, and nobody could leave in time.
    """
    sequence = delays.from_operator_value(announced)
    unit, value = delays.decode(sequence)
    floor_unit, floor_value = delays.decode(delays.from_operator_value(floor))
    if unit != floor_unit:
        raise TreeError("tree-sweep-unit", f"{unit}, enrolled {floor_unit}")
    if value < floor_value:
        raise TreeError("tree-sweep-range", f"{value} {unit}, at least {floor_value}")
    return sequence


class BatchSession:
    """One batch of one owner. Public methods follow the port; `pledge` is called before giving."""

    def __init__(
        self,
        terms: Terms,
        profile: OperatorFacts,
        cosigner_secret: bytes,
        pledge: Callable[[], None],
    ) -> None:
        self.terms = terms
        self.state = State.INTENT
        self.received: dict[bytes, TermsOutput] = {}
        self.expiry = 0
        self._profile = profile
        self._secret = cosigner_secret
        self.cosigner_key = secp256k1.pubkey_create(cosigner_secret)
        self._pledge = pledge
        self._sequence = 0
        self._inputs_left = 0
        self._outputs_left = 0
        self._stream: CommitmentStream | None = None
        self._branch: Branch | None = None
        self._signer: BranchSigner | None = None
        self._connectors: dict[int, Connector] = {}

    @property
    def stream(self) -> CommitmentStream:
        if self._stream is None:
            raise TreeError("state-wrong", "no commitment transaction yet")
        return self._stream

    @property
    def branch(self) -> Branch:
        if self._branch is None:
            raise TreeError("state-wrong", "no branch yet")
        return self._branch

    def require(self, *states: State) -> None:
        """Raises TreeError `state-wrong`."""
        if self.state not in states:
            raise TreeError("state-wrong", f"while {self.state.name.lower()}")

    def open_batch(self, batch: BatchFact) -> None:
        self.require(State.INTENT)
        if batch.version != COMMITMENT_VERSION or batch.locktime != 0:
            raise TreeError("commitment-form", f"{batch.version}, locktime {batch.locktime}")
        self._inputs_left = batch.input_count
        self._outputs_left = batch.output_count
        self._sequence = checked_expiry(batch.expiry, self._profile.min_batch_expiry)
        self.expiry = batch.expiry
        self._txid = batch.txid
        self._stream = CommitmentStream(
            batch.input_count,
            batch.output_count,
            [OwnInput(coin.fact.outpoint, coin.output) for coin in self.terms.boarding],
            [WantedOutput(debt.output) for debt in self.terms.onchain],
            bool(self.terms.offchain),
            bool(self.terms.forfeits),
        )
        self.state = State.INPUTS

    def feed_inputs(self, inputs: Sequence[PrevoutFact]) -> None:
        self.require(State.INPUTS)
        for item in inputs:
            if item.sequence != SEQUENCE_FINAL:
                raise TreeError("commitment-form", "input is not final")
            if (item.prevout is not None) != bool(self.terms.boarding):
                raise TreeError("commitment-prevout")
            self.stream.add_input(item.outpoint, item.prevout)
        self._inputs_left -= len(inputs)
        if not self._inputs_left:
            self.state = State.OUTPUTS

    def feed_outputs(self, outputs: Sequence[TxOut]) -> None:
        self.require(State.OUTPUTS)
        for txout in outputs:
            self.stream.add_output(txout)
        self._outputs_left -= len(outputs)
        if self._outputs_left:
            return
        txid = self.stream.finish()
        if txid != self._txid:
            raise TreeError("batch-txid")
        if not self.terms.offchain:
            self._exit_path_known()
            return
        batch_output = self.stream.batch_output
        assert batch_output is not None
        root = sweep_root(self._sequence, self._profile.forfeit_key[1:])
        self._branch = Branch(txid, batch_output, root, self.cosigner_key, self._sequence)
        self.state = State.TREE

    def feed_node(self, node: NodeFact) -> bytes:
        self.require(State.TREE)
        self.branch.add_cosigners(b"".join(node.cosigners))
        outputs = list(node.outputs)
        checked = self.branch.add_node(
            node.child_index, outputs, node.is_leaf, node.expiry_sequence
        )
        if node.is_leaf:
            found = match_leaf([debt.output for debt in self.terms.offchain], outputs[:-1])
            for debt, vout in zip(self.terms.offchain, found, strict=True):
                if debt.fact.kind.own:
                    self.received[outpoint(checked.txid, vout)] = debt
            self.state = State.LEAF
        return checked.txid

    def make_nonces(self) -> tuple[bytes, ...]:
        self.require(State.LEAF)
        nodes = self.branch.nodes
        self._signer = BranchSigner(nodes, self.cosigner_key)
        public = self._signer.make_nonces(self._secret, [os.urandom(32) for _ in nodes])
        self.state = State.NONCES
        return tuple(public)

    def sign_tree(self, agg_nonces: Sequence[bytes]) -> tuple[bytes, ...]:
        self.require(State.NONCES)
        assert self._signer is not None
        partials = self._signer.sign(self._secret, list(agg_nonces))
        self.state = State.PARTIALS
        return tuple(partials)

    def check_tree_signatures(self, signatures: Sequence[bytes], commitment_txid: bytes) -> None:
        self.require(State.PARTIALS)
        if commitment_txid != self.stream.txid:
            raise TreeError("batch-changed")
        if len(signatures) != len(self.branch.nodes):
            raise TreeError("forfeit-branch-complete", f"{len(signatures)} signatures")
        check_signatures(self.branch.nodes, list(signatures))
        self._exit_path_known()

    def _exit_path_known(self) -> None:
        self.state = State.EXITABLE if self.terms.forfeits else State.READY

    def feed_connector(
        self, position: int, nodes: Sequence[ConnectorNodeFact], outpoint: bytes
    ) -> None:
        self.require(State.EXITABLE)
        if position not in self.terms.forfeits:
            raise TreeError("batch-input", f"input {position}")
        connector_output = self.stream.connector_output
        if connector_output is None:
            raise TreeError("connector-lineage", "the commitment has no output 1")
        path = ConnectorPath(self.stream.txid, connector_output)
        for node in nodes:
            path.add_node(node.child_index, list(node.outputs))
        connector = path.finish()
        if connector.outpoint != outpoint:
            raise TreeError("connector-lineage")
        known = {other.outpoint for other in self._connectors.values()}
        if position in self._connectors or connector.outpoint in known:
            raise TreeError("connector-reused")
        self._connectors[position] = connector
        if len(self._connectors) == len(self.terms.forfeits):
            self.state = State.READY

    def forfeit_digest(self, position: int) -> bytes:
        """What a forfeit signature commits to (32 bytes); the ledger has noted it before."""
        if self.state is State.EXITABLE:
            raise TreeError("connector-missing")
        self.require(State.READY, State.SIGNED)
        if position not in self.terms.forfeits:
            raise TreeError("batch-input", f"input {position}")
        coin, connector = self.terms.inputs[position], self._connectors[position]
        tx = forfeit_tx(
            coin.fact.outpoint,
            coin.fact.amount_sat,
            connector.outpoint,
            connector.output.amount_sat,
            self._profile.forfeit_script,
        )
        digest = forfeit_sighash(tx, coin.output, connector.output, coin.leaf_hash)
        return self._give(digest)

    def boarding_digest(self, position: int) -> bytes:
        """What the signature over a boarding input commits to (32 bytes)."""
        self.require(State.READY, State.SIGNED)
        coin = self.terms.inputs[position]
        if position in self.terms.forfeits:
            raise TreeError("batch-input", f"input {position}")
        [own] = [own for own in self.stream.own_inputs if own.outpoint == coin.fact.outpoint]
        return self._give(self.stream.sighash(own.index, coin.leaf_hash))

    def _give(self, digest: bytes) -> bytes:
        if self.state is State.READY:
            self._pledge()
            self.state = State.SIGNED
        return digest

    def close(self) -> tuple[bytes, ...]:
        self.require(State.SIGNED)
        self.state = State.CLOSED
        return tuple(self.received)

    def check_abort(self) -> None:
        """Raises TreeError `state-wrong` once a signature was given: then there is only `close`."""
        if self.state is State.SIGNED:
            raise TreeError("state-wrong", "signatures were given")

    def wipe(self) -> None:
        """Forgets every nonce that was not used; the session can do nothing more."""
        if self._signer is not None:
            self._signer.wipe()
        self._secret = b""
        self.state = State.CLOSED


def is_out_of_turn(error: ArkError) -> bool:
    """True for a refusal that changes nothing; every other one ends the session."""
    return error.tag in ("state-wrong", "session-unknown")
