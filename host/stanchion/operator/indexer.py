"""What strangers may ask about rounds, trees and VTXOs (spec/arkade.md 12.2), without a wire.

Answers are JSON-ready. Rounds are read from the journal once they have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from arkcore.codec import outpoint_text, parse_outpoint_text, to_hex_txid
from arkcore.nodes import BATCH_OUTPUT_INDEX
from arkcore.psbt import Psbt

from stanchion.operator.engine import Operator
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.finalization import expiry_seconds
from stanchion.operator.offchain import OffchainTx
from stanchion.operator.vtxos import Vtxo
from stanchion.rounds.events import StoredNode
from stanchion.rounds.round import Round
from stanchion.rounds.views import created_outputs

Json = dict[str, Any]
_TYPE = "INDEXER_CHAINED_TX_TYPE_"


class Indexer:
    """Reads an operator's journal, off-chain transactions and VTXO set."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._rounds: dict[str, Round] = {}
        self._closed: set[str] = set()
        self._nodes: dict[str, tuple[StoredNode, Round]] = {}
        self._checkpoints: dict[str, tuple[OffchainTx, int]] = {}
        self._known_txs: set[str] = set()

    def refresh(self) -> None:
        """Takes in what has ended since the last time."""
        journal = self._operator.context.journal
        for round_id in journal.round_ids():
            if round_id in self._closed:
                continue
            round_ = journal.load(round_id)
            if round_.is_ended:
                self._rounds[round_.txid] = round_
                self._nodes.update({node.txid: (node, round_) for node in round_.vtxo_tree})
            if round_.is_ended or round_.is_failed:
                self._closed.add(round_id)
        for tx in self._operator.offchain.finalized:
            if tx.ark_txid not in self._known_txs:
                self._known_txs.add(tx.ark_txid)
                for index, txid in enumerate(tx.checkpoint_txids):
                    self._checkpoints[txid] = (tx, index)

    def round(self, commitment_txid: str) -> Round:
        """The ended round of a commitment. Raises OperatorError TX_NOT_FOUND."""
        self.refresh()
        if commitment_txid not in self._rounds:
            raise OperatorError(Code.TX_NOT_FOUND, f"{commitment_txid} not found")
        return self._rounds[commitment_txid]

    def _batch(self, commitment_txid: str, vout: int) -> Round:
        round_ = self.round(commitment_txid)
        if vout != BATCH_OUTPUT_INDEX or not round_.vtxo_tree:
            raise OperatorError(Code.TX_NOT_FOUND, f"{commitment_txid}:{vout} is no batch output")
        return round_

    # -- rounds -----------------------------------------------------------------------------------

    def commitment(self, txid: str) -> Json:
        """Sums of one round; amounts and times are strings."""
        round_ = self.round(txid)
        inputs = [coin for i in round_.intents.values() for coin in i.inputs if not coin.boarding]
        outputs = created_outputs(round_)
        total = str(sum(txout.amount_sat for txout in outputs.values()))
        expiry = round_.ending_timestamp + expiry_seconds(round_.vtxo_tree_expiration)
        batch = {
            "totalOutputAmount": total,
            "totalOutputVtxos": len(outputs),
            "expiresAt": str(expiry),
            "swept": round_.swept,
        }
        return {
            "startedAt": str(round_.starting_timestamp),
            "endedAt": str(round_.ending_timestamp),
            "batches": {str(BATCH_OUTPUT_INDEX): batch} if round_.vtxo_tree else {},
            "totalInputAmount": str(sum(coin.amount_sat for coin in inputs)),
            "totalInputVtxos": len(inputs),
            "totalOutputAmount": total,
            "totalOutputVtxos": len(outputs),
        }

    def forfeit_txids(self, txid: str) -> list[str]:
        return [forfeit.txid for forfeit in self.round(txid).forfeit_txs]

    def connectors(self, txid: str) -> list[Json]:
        return _links(self.round(txid).connectors)

    def tree(self, txid: str, vout: int) -> list[Json]:
        """Links of a VTXO tree; the transactions themselves come from `virtual_txs`."""
        return _links(self._batch(txid, vout).vtxo_tree)

    def leaves(self, txid: str, vout: int) -> list[Json]:
        created = created_outputs(self._batch(txid, vout))
        return [outpoint_json(point) for point in created]

    def sweeps(self, txid: str, vout: int) -> list[str]:
        return list(self._batch(txid, vout).sweep_txs)

    # -- VTXOs ------------------------------------------------------------------------------------

    def vtxos(
        self,
        scripts: Sequence[str],
        outpoints: Sequence[str],
        wanted: Callable[[Vtxo], bool],
        after_ms: int = 0,
        before_ms: int = 0,
    ) -> list[Json]:
        """By scripts (hex), filtered, or by outpoints (text). Raises OperatorError."""
        if bool(scripts) == bool(outpoints):
            raise OperatorError(Code.INTERNAL_ERROR, "either scripts or outpoints are needed")
        books = self._operator.context.vtxos
        if outpoints:
            points = [parse_outpoint_text(text) for text in outpoints]
            return [vtxo.record() for p in points if (vtxo := books.get(p)) is not None]
        keys = {bytes.fromhex(script) for script in scripts}
        return [
            vtxo.record()
            for vtxo in books
            if vtxo.script in keys
            and wanted(vtxo)
            and (not after_ms or vtxo.created_at * 1000 >= after_ms)
            and (not before_ms or vtxo.created_at * 1000 < before_ms)
        ]

    def filters(self) -> dict[str, Callable[[Vtxo], bool]]:
        """The query's flags and what they let through."""
        context = self._operator.context

        def recoverable(vtxo: Vtxo) -> bool:
            over = vtxo.swept or vtxo.expired(context.now, context.chain.tip().height)
            return over and not vtxo.spent and not vtxo.unrolled

        return {
            "spendableOnly": lambda v: not (v.spent or v.swept or v.unrolled),
            "spentOnly": lambda v: v.spent or v.swept or v.unrolled,
            "recoverableOnly": recoverable,
            "renewableOnly": lambda v: not (v.spent or v.unrolled),
            "pendingOnly": self._is_pending,
        }

    def _is_pending(self, vtxo: Vtxo) -> bool:
        tx = self._operator.offchain.get(vtxo.ark_txid)
        return vtxo.spent and tx is not None and not tx.finalized

    def of_round(self, txid: str) -> tuple[list[Vtxo], list[Vtxo]]:
        """(created, spent) by a round."""
        books = self._operator.context.vtxos
        points = created_outputs(self.round(txid))
        created = [vtxo for point in points if (vtxo := books.get(point)) is not None]
        return created, [vtxo for vtxo in books if vtxo.settled_by == txid]

    def of_offchain(self, tx: OffchainTx) -> tuple[list[Vtxo], list[Vtxo]]:
        """(created, spent) by an off-chain transaction."""
        books = self._operator.context.vtxos
        created = [v for v in books if to_hex_txid(v.outpoint[:32]) == tx.ark_txid]
        return created, [vtxo for vtxo in books if vtxo.ark_txid == tx.ark_txid]

    # -- the way out ------------------------------------------------------------------------------

    def chain(self, txid: str, vout: int) -> list[Json]:
        """All that has to be on chain for a VTXO to be, itself first, commitments last."""
        self.refresh()
        start = self._operator.context.vtxos.get(parse_outpoint_text(f"{txid}:{vout}"))
        if start is None:
            raise OperatorError(Code.VTXO_NOT_FOUND, f"{txid}:{vout} not found")
        entries: dict[str, Json] = {}
        expires_at = str(start.expires_at)
        waiting = [txid]
        while waiting:
            current = waiting.pop(0)
            # Taken out and put back: what several need comes after all of them.
            entries.pop(current, None)
            kind, spends = self._ancestry(current)
            entries[current] = {
                "txid": current,
                "expiresAt": expires_at,
                "type": _TYPE + kind,
                "spends": spends,
            }
            waiting += [spent.split(":")[0] for spent in spends]
        return list(entries.values())

    def _ancestry(self, txid: str) -> tuple[str, list[str]]:
        tx = self._operator.offchain.get(txid)
        if tx is not None:
            return "ARK", tx.checkpoint_txids
        if txid in self._checkpoints:
            owner, index = self._checkpoints[txid]
            return "CHECKPOINT", [owner.spends[index]]
        if txid in self._nodes:
            parent = Psbt.from_base64(self._nodes[txid][0].tx).tx.inputs[0].txid
            return "TREE", [to_hex_txid(parent)]
        return "COMMITMENT", []

    def virtual_txs(self, txids: Iterable[str]) -> list[str]:
        """Signed PSBTs (base64) of tree, checkpoint and ark transactions. Raises OperatorError."""
        self.refresh()
        return [self._virtual_tx(txid) for txid in txids]

    def _virtual_tx(self, txid: str) -> str:
        tx = self._operator.offchain.get(txid)
        if tx is not None:
            return tx.ark_tx
        if txid in self._checkpoints:
            owner, index = self._checkpoints[txid]
            return owner.checkpoints[index]
        if txid in self._nodes:
            return self._nodes[txid][0].tx
        raise OperatorError(Code.TX_NOT_FOUND, f"{txid} not found")


def outpoint_json(point: bytes) -> Json:
    txid, vout = outpoint_text(point).split(":")
    return {"txid": txid, "vout": int(vout)}


def _links(nodes: Iterable[StoredNode]) -> list[Json]:
    return [
        {"txid": node.txid, "children": {str(vout): txid for vout, txid in node.children}}
        for node in nodes
    ]
