"""What an owner keeps of a batch to leave alone later: the signed path to his VTXO."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from arkcore.tree import TreeNode
from arkcore.tx import Tx
from arkcore.unroll import finalize_tree_tx


@dataclass(frozen=True)
class ExitData:
    """One VTXO: `outpoint` as text, `script` hex, `key_index` of its owner key.

    `branch` holds the signed tree transactions (raw hex) from the root to the leaf that carries
    the VTXO; with the commitment transaction on chain they need nobody's consent any more.
    `batch_expiry` is the operator's raw form, `exit_sequence` the owner's delay (BIP-68).
    """

    outpoint: str
    amount_sat: int
    script: str
    key_index: int
    commitment_txid: str
    batch_expiry: int
    exit_sequence: int
    branch: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ExitData:
        """Raises ValueError when a field is missing or unknown."""
        try:
            return cls(**{**record, "branch": tuple(record["branch"])})
        except (TypeError, KeyError) as error:
            raise ValueError("not a record of exit data") from error


def signed_branch(path: Iterable[TreeNode], signatures: Mapping[bytes, bytes]) -> tuple[str, ...]:
    """Raw hex of the nodes with their final signatures (64 bytes by txid).

    Raises SigningError `unroll-signature`.
    """
    signed = []
    for node in path:
        tx = Tx.parse(node.tx.serialize(False))
        finalize_tree_tx(tx, signatures.get(node.txid, b""))
        signed.append(tx.serialize().hex())
    return tuple(signed)


class ExitDataStore(Protocol):
    """Keeps exit data; durable when `save` returns. Raises OSError when it cannot."""

    def save(self, items: Iterable[ExitData]) -> None: ...


class MemoryExitDataStore:
    """Keeps exit data by outpoint, for tests and demos."""

    def __init__(self) -> None:
        self.by_outpoint: dict[str, ExitData] = {}

    def save(self, items: Iterable[ExitData]) -> None:
        self.by_outpoint.update({item.outpoint: item for item in items})
