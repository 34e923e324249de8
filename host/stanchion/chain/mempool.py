"""Transactions that wait for a block, and how they hang together."""

from dataclasses import dataclass, field

from arkcore.codec import outpoint
from arkcore.tx import Tx, TxOut


@dataclass(slots=True)
class Entry:
    """One accepted transaction; `parents` and `children` are txids inside the mempool."""

    tx: Tx
    txid: bytes
    vsize: int
    fee_sat: int
    parents: set[bytes] = field(default_factory=set)
    children: set[bytes] = field(default_factory=set)


class Mempool:
    """Holds entries and their spends; judges nothing. Parents always come before children."""

    def __init__(self) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._spends: dict[bytes, bytes] = {}
        self._scripts: dict[bytes, set[bytes]] = {}

    def __contains__(self, txid: bytes) -> bool:
        return txid in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, txid: bytes) -> Entry | None:
        return self._entries.get(txid)

    def spender(self, point: bytes) -> bytes | None:
        return self._spends.get(point)

    def outpoints(self, script: bytes) -> set[bytes]:
        """Outputs to `script` of waiting transactions, spent or not."""
        return self._scripts.get(script, set())

    def output(self, point: bytes) -> TxOut | None:
        entry = self._entries.get(point[:32])
        vout = int.from_bytes(point[32:], "little")
        if entry is None or vout >= len(entry.tx.outputs):
            return None
        return entry.tx.outputs[vout]

    def add(self, tx: Tx, txid: bytes, fee_sat: int) -> Entry:
        """Adds a transaction whose parents are here already."""
        entry = Entry(tx, txid, tx.vsize(), fee_sat)
        for txin in tx.inputs:
            self._spends[txin.outpoint] = txid
            parent = self._entries.get(txin.txid)
            if parent is not None:
                entry.parents.add(parent.txid)
                parent.children.add(txid)
        for vout, txout in enumerate(tx.outputs):
            self._scripts.setdefault(txout.script, set()).add(outpoint(txid, vout))
        self._entries[txid] = entry
        return entry

    def remove(self, txid: bytes) -> None:
        """Removes one entry; its relatives stay and forget it."""
        entry = self._entries.pop(txid)
        for txin in entry.tx.inputs:
            del self._spends[txin.outpoint]
        for vout, txout in enumerate(entry.tx.outputs):
            points = self._scripts[txout.script]
            points.discard(outpoint(txid, vout))
            if not points:
                del self._scripts[txout.script]
        for parent in entry.parents:
            self._entries[parent].children.discard(txid)
        for child in entry.children:
            self._entries[child].parents.discard(txid)

    def remove_with_descendants(self, txid: bytes) -> list[bytes]:
        """Removes an entry and all that spend it; returns their txids."""
        doomed = [*self.descendants(txid), txid]
        for victim in doomed:
            self.remove(victim)
        return doomed

    def ancestors(self, txid: bytes) -> set[bytes]:
        return self._reach(self._entries[txid].parents, up=True)

    def ancestors_of(self, parents: set[bytes]) -> set[bytes]:
        """The parents and all above them."""
        return self._reach(parents, up=True)

    def descendants(self, txid: bytes) -> set[bytes]:
        return self._reach(self._entries[txid].children, up=False)

    def _reach(self, start: set[bytes], *, up: bool) -> set[bytes]:
        found: set[bytes] = set()
        waiting = list(start)
        while waiting:
            txid = waiting.pop()
            if txid in found:
                continue
            found.add(txid)
            entry = self._entries[txid]
            waiting.extend(entry.parents if up else entry.children)
        return found

    def in_order(self) -> list[Entry]:
        """All entries, parents before children (the order in which they came)."""
        return list(self._entries.values())

    def block_txs(self, max_weight: int, min_sat_per_kvb: int) -> list[Tx]:
        """What a miner takes: best paying ancestor sets first, parents before children.

        A set that pays less than `min_sat_per_kvb` stays: a zero-fee parent without a child does.
        """
        sets = [[*self.ancestors(txid), txid] for txid in self._entries]
        sets.sort(key=self._rate, reverse=True)
        taken: set[bytes] = set()
        weight = 0
        for members in sets:
            new = [txid for txid in members if txid not in taken]
            if not new or self._rate(new) < min_sat_per_kvb:
                continue
            size = sum(self._entries[txid].tx.weight() for txid in new)
            if weight + size <= max_weight:
                weight += size
                taken.update(new)
        return [entry.tx for entry in self._entries.values() if entry.txid in taken]

    def _rate(self, members: list[bytes]) -> float:
        entries = [self._entries[txid] for txid in members]
        return sum(entry.fee_sat for entry in entries) * 1000 / sum(e.vsize for e in entries)
