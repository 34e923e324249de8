"""What a signer is told during a batch or an exit: facts, never bytes to sign.

Outpoints are 36 bytes, txids internal order, scripts whole scriptPubKeys, amounts in satoshi.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from arkcore.tx import SEQUENCE_FINAL, TxIn, TxOut


class InputKind(IntEnum):
    VTXO = 0
    BOARDING = 1


class OutputKind(IntEnum):
    OWN_VTXO = 0
    OWN_ONCHAIN = 1
    FOREIGN_VTXO = 2
    FOREIGN_ONCHAIN = 3

    @property
    def onchain(self) -> bool:
        return self in (OutputKind.OWN_ONCHAIN, OutputKind.FOREIGN_ONCHAIN)

    @property
    def own(self) -> bool:
        return self in (OutputKind.OWN_VTXO, OutputKind.OWN_ONCHAIN)


class AddressKind(IntEnum):
    ONCHAIN = 0
    BOARDING = 1
    VTXO = 2


class VtxoState(IntEnum):
    LIVE = 0
    PLEDGED = 1
    FORFEITED = 2
    EXITING = 3
    EXITED = 4
    SPENT = 5
    VOID = 6


class ClaimKind(IntEnum):
    VTXO = 0
    BOARDING = 1


@dataclass(frozen=True)
class OperatorFacts:
    """An operator as it is enrolled; delays in its raw form (< 512 blocks, else seconds)."""

    name: str
    signer_key: bytes
    forfeit_key: bytes
    forfeit_script: bytes
    unilateral_exit_delay: int
    boarding_exit_delay: int
    checkpoint_exit_delay: int
    min_batch_expiry: int
    dust_sat: int


@dataclass(frozen=True)
class AddressFacts:
    """An own address: scriptPubKey, its text, and the x-only key that owns it (32 bytes)."""

    script: bytes
    address: str
    owner_key: bytes


@dataclass(frozen=True)
class VtxoFacts:
    """A VTXO in the signer's ledger."""

    outpoint: bytes
    amount_sat: int
    index: int
    state: VtxoState
    batch_expiry: int
    commitment_txid: bytes
    depth: int


@dataclass(frozen=True)
class InputFact:
    """A coin that the owner puts into a batch; `index` is its key's."""

    kind: InputKind
    outpoint: bytes
    amount_sat: int
    index: int


@dataclass(frozen=True)
class OutputFact:
    """What the owner wants out of a batch: own outputs by key index, foreign ones by script."""

    kind: OutputKind
    amount_sat: int
    index: int = 0
    script: bytes = b""


@dataclass(frozen=True)
class OpenedIntent:
    """A signer's answer to an intent.

    `cosigner_key` (33 bytes) belongs to this batch alone; it is empty, and the message lists no
    cosigner, when no output is a VTXO. `signatures` are one per proof input, that is one more than
    coins, each 65 bytes with sighash ALL.
    """

    session: int
    cosigner_key: bytes
    signatures: tuple[bytes, ...]


@dataclass(frozen=True)
class BatchFact:
    """The outline of the batch. `txid` (internal order) is the commitment transaction's, `expiry`
    raw (< 512 blocks, else seconds)."""

    txid: bytes
    expiry: int
    input_count: int
    output_count: int
    version: int = 2
    locktime: int = 0


@dataclass(frozen=True)
class PrevoutFact:
    """One input of the commitment; the output that it spends only where a coin is boarded."""

    outpoint: bytes
    prevout: TxOut | None
    sequence: int = SEQUENCE_FINAL


@dataclass(frozen=True)
class NodeFact:
    """One transaction of the own branch, root first. `outputs` end with the anchor.

    `child_index` is the output of the parent (or of the commitment transaction) that it spends.
    """

    child_index: int
    expiry_sequence: int | None
    outputs: tuple[TxOut, ...]
    cosigners: tuple[bytes, ...]
    is_leaf: bool


@dataclass(frozen=True)
class ConnectorNodeFact:
    """One transaction on the way to a connector, root first.

    `child_index` is the output by which the next one (or, in the leaf, the forfeit) spends it.
    """

    child_index: int
    outputs: tuple[TxOut, ...]


@dataclass(frozen=True)
class FundingFact:
    """An own on-chain coin that pays for a child transaction."""

    outpoint: bytes
    amount_sat: int
    index: int


@dataclass(frozen=True)
class ParentFact:
    """The unsigned skeleton of a transaction that a CPFP child shall pay for."""

    inputs: tuple[TxIn, ...]
    locktime: int
    outputs: tuple[TxOut, ...]
