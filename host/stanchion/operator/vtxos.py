"""The operator's set of VTXOs: who exists, who is spent, who is swept or unrolled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from arkcore.codec import outpoint_text, to_hex_txid


@dataclass
class Vtxo:
    """One VTXO. `outpoint` is 36 bytes; times are unix seconds; txids are display hex.

    `expiry_height` is set when the batch expires by height. `leaf_txid` is the tree leaf that a
    confirmed VTXO hangs on, `commitment_txids` the batches it descends from.
    """

    outpoint: bytes
    amount_sat: int
    script: bytes
    created_at: int
    expires_at: int
    commitment_txids: tuple[str, ...]
    expiry_height: int | None = None
    preconfirmed: bool = False
    swept: bool = False
    unrolled: bool = False
    spent: bool = False
    spent_by: str = ""
    settled_by: str = ""
    ark_txid: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        return outpoint_text(self.outpoint)

    def expired(self, now: int, height: int) -> bool:
        """True once the operator may sweep the batch that this VTXO hangs on."""
        if self.expiry_height is not None:
            return height >= self.expiry_height
        return now >= self.expires_at

    def record(self) -> dict[str, Any]:
        """The indexer's JSON (spec/arkade.md 12.2)."""
        return {
            "outpoint": {
                "txid": to_hex_txid(self.outpoint[:32]),
                "vout": int.from_bytes(self.outpoint[32:], "little"),
            },
            "createdAt": str(self.created_at),
            "expiresAt": str(self.expires_at),
            "amount": str(self.amount_sat),
            "script": self.script.hex(),
            "isPreconfirmed": self.preconfirmed,
            "isSwept": self.swept,
            "isUnrolled": self.unrolled,
            "isSpent": self.spent,
            "spentBy": self.spent_by,
            "commitmentTxids": list(self.commitment_txids),
            "settledBy": self.settled_by,
            "arkTxid": self.ark_txid,
            "assets": [],
            "depth": self.depth,
        }


class VtxoSet:
    """All VTXOs the operator has ever created, by outpoint."""

    def __init__(self) -> None:
        self._by_outpoint: dict[bytes, Vtxo] = {}

    def __iter__(self) -> Iterator[Vtxo]:
        return iter(self._by_outpoint.values())

    def __len__(self) -> int:
        return len(self._by_outpoint)

    def add(self, vtxos: Iterable[Vtxo]) -> None:
        for vtxo in vtxos:
            self._by_outpoint[vtxo.outpoint] = vtxo

    def get(self, point: bytes) -> Vtxo | None:
        return self._by_outpoint.get(point)

    def by_script(self, script: bytes) -> list[Vtxo]:
        return [vtxo for vtxo in self if vtxo.script == script]

    def of_batch(self, commitment_txid: str) -> list[Vtxo]:
        return [vtxo for vtxo in self if commitment_txid in vtxo.commitment_txids]

    def settle(self, point: bytes, commitment_txid: str, spent_by: str) -> None:
        """Marks a VTXO as renewed by a batch; `spent_by` is the forfeit txid, or empty."""
        vtxo = self._by_outpoint[point]
        vtxo.spent = True
        vtxo.settled_by = commitment_txid
        vtxo.spent_by = spent_by
