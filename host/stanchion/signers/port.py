"""The signer port: what a round or an exit asks of whoever holds the keys.

The device answers it over its wire, `SoftwareSigner` in memory. Every method either returns or
raises `SignerRefused`; a refusal during a batch ends that session.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from arkcore.tx import TxOut
from wire.sentences import sentence as sentence_of

from stanchion.signers.facts import (
    AddressFacts,
    AddressKind,
    BatchFact,
    ClaimKind,
    ConnectorNodeFact,
    FundingFact,
    InputFact,
    NodeFact,
    OpenedIntent,
    OperatorFacts,
    OutputFact,
    ParentFact,
    PrevoutFact,
    VtxoFacts,
)


class SignerRefused(Exception):
    """A signer said no. `tag` is stable; `sentence` tells a person what was wrong and why."""

    def __init__(self, tag: str, detail: str = "", sentence: str = "", stage: int = 0) -> None:
        super().__init__(tag, detail)
        self.tag = tag
        self.detail = detail
        self.sentence = sentence or sentence_of(tag)
        self.stage = stage

    def __str__(self) -> str:
        return f"{self.tag}: {self.detail}" if self.detail else self.tag


class SignerUnavailable(SignerRefused):
    """The signer could not be asked; nothing is known about what it would have said."""

    def __init__(self, reason: str) -> None:
        super().__init__("signer-unavailable", reason)


class BatchSigner(Protocol):
    """The methods of one batch, in their order."""

    def open_intent(
        self,
        inputs: Sequence[InputFact],
        outputs: Sequence[OutputFact],
        valid_at: int,
        expire_at: int,
    ) -> OpenedIntent: ...

    def sign_intent_deletion(
        self, session: int, inputs: Sequence[InputFact], expire_at: int
    ) -> tuple[bytes, ...]:
        """Signatures (65 bytes) of a `delete` proof over the same inputs."""

    def open_batch(self, session: int, batch: BatchFact) -> None: ...

    def feed_commitment_inputs(self, session: int, inputs: Sequence[PrevoutFact]) -> None: ...

    def feed_commitment_outputs(self, session: int, outputs: Sequence[TxOut]) -> None:
        """With the last of them the signer compares the txid with the announced one."""

    def feed_node(self, session: int, node: NodeFact) -> bytes:
        """The signer's own txid of the node (internal order)."""

    def get_nonces(self, session: int) -> tuple[bytes, ...]:
        """One public nonce (66 bytes) per node, root first."""

    def sign_tree(self, session: int, agg_nonces: Sequence[bytes]) -> tuple[bytes, ...]:
        """One partial signature (32 bytes) per node, root first."""

    def feed_tree_signatures(
        self, session: int, signatures: Sequence[bytes], commitment_txid: bytes
    ) -> None:
        """`commitment_txid` (internal order) is the one that the operator finalizes."""

    def feed_connector(
        self,
        session: int,
        input_index: int,
        nodes: Sequence[ConnectorNodeFact],
        connector: bytes,
    ) -> None:
        """The path to `connector`, the outpoint that the forfeit of this input will spend."""

    def sign_forfeit(self, session: int, input_index: int) -> bytes: ...

    def sign_boarding(self, session: int, input_index: int) -> bytes: ...

    def close_batch(self, session: int) -> tuple[bytes, ...]:
        """Outpoints of the owner's new VTXOs."""

    def abort_batch(self, session: int) -> None:
        """Ends a session that has not given a forfeit or boarding signature yet."""


class WalletSigner(Protocol):
    """Who the owner is: operator, addresses, ledger."""

    def enroll_operator(self, operator: OperatorFacts) -> bytes:
        """The operator's id (8 bytes)."""

    def get_operator(self) -> OperatorFacts: ...

    def get_address(self, kind: AddressKind, index: int) -> AddressFacts: ...

    def list_vtxos(self) -> tuple[VtxoFacts, ...]: ...

    def release_vtxo(self, outpoint: bytes) -> None:
        """Takes a coin back that was given to a batch which never confirmed; the owner decides."""


class ExitSigner(Protocol):
    """Leaving without the operator."""

    def start_exit(self, outpoint: bytes) -> None: ...

    def sign_cpfp(
        self,
        parent: ParentFact,
        funding: Sequence[FundingFact],
        change_index: int,
        fee_sat: int,
    ) -> tuple[bytes, ...]: ...

    def sign_claim(
        self,
        kind: ClaimKind,
        outpoint: bytes,
        amount_sat: int,
        index: int,
        destination_index: int,
        fee_sat: int,
    ) -> bytes: ...


class Signer(BatchSigner, WalletSigner, ExitSigner, Protocol):
    """Everything that the bridge asks of a signer."""
