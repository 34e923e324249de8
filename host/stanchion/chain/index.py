"""What the active chain holds, kept beside the engine: outputs, spends, transactions, block times.

The engine answers "is this valid", not "who spent that"; this index answers the second. It is
rebuilt from the engine's blocks on start and never decides validity.
"""

from dataclasses import dataclass, field

from arkcore.codec import outpoint
from arkcore.tx import Tx, TxOut

from stanchion.chain.blocks import COINBASE_MATURITY_BLOCKS, Block, is_coinbase

_MEDIAN_SPAN = 11


@dataclass(frozen=True, slots=True)
class Coin:
    """An unspent output of the chain."""

    txout: TxOut
    height: int
    coinbase: bool


@dataclass(slots=True)
class _Row:
    block: Block
    median_time: int
    spent: list[tuple[bytes, Coin]] = field(default_factory=list)


class ChainIndex:
    """Grows and shrinks block by block with the active chain."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._txs: dict[bytes, tuple[Tx, int]] = {}
        self._coins: dict[bytes, Coin] = {}
        self._spends: dict[bytes, bytes] = {}
        self._scripts: dict[bytes, set[bytes]] = {}

    @property
    def height(self) -> int:
        return len(self._rows) - 1

    def block(self, height: int) -> Block:
        return self._rows[height].block

    def median_time(self, height: int) -> int:
        """Median time past of the block at `height` (BIP-113, seconds)."""
        return self._rows[height].median_time

    def tx(self, txid: bytes) -> tuple[Tx, int] | None:
        """(transaction, height), None when not in the chain."""
        return self._txs.get(txid)

    def coin(self, point: bytes) -> Coin | None:
        return self._coins.get(point)

    def is_mature(self, coin: Coin) -> bool:
        """Whether the next block may spend the coin."""
        return not coin.coinbase or self.height + 1 - coin.height >= COINBASE_MATURITY_BLOCKS

    def spender(self, point: bytes) -> bytes | None:
        """Txid of the confirmed spender."""
        return self._spends.get(point)

    def txs(self) -> list[Tx]:
        """All transactions, oldest block first."""
        return [tx for tx, _ in self._txs.values()]

    def outpoints(self, script: bytes) -> set[bytes]:
        """Unspent outpoints of a script."""
        return self._scripts.get(script, set())

    def connect(self, block: Block) -> None:
        """Appends a block that the engine has accepted."""
        times = sorted([row.block.time for row in self._rows[1 - _MEDIAN_SPAN :]] + [block.time])
        row = _Row(block, times[len(times) // 2])
        height = len(self._rows)
        self._rows.append(row)
        # The genesis coinbase is not part of the engine's coins; nobody can spend it.
        if height == 0:
            return
        for tx in block.txs:
            self._connect_tx(tx, height, row)

    def _connect_tx(self, tx: Tx, height: int, row: _Row) -> None:
        txid = tx.txid()
        coinbase = is_coinbase(tx)
        self._txs[txid] = (tx, height)
        for txin in [] if coinbase else tx.inputs:
            coin = self._remove(txin.outpoint)
            row.spent.append((txin.outpoint, coin))
            self._spends[txin.outpoint] = txid
        for vout, txout in enumerate(tx.outputs):
            self._add(outpoint(txid, vout), Coin(txout, height, coinbase))

    def disconnect(self) -> Block:
        """Takes the last block away and returns it."""
        row = self._rows.pop()
        if not self._rows:
            return row.block
        for tx in reversed(row.block.txs):
            txid = tx.txid()
            del self._txs[txid]
            for vout in range(len(tx.outputs)):
                point = outpoint(txid, vout)
                if point in self._coins:
                    self._remove(point)
        own = {tx.txid() for tx in row.block.txs}
        for point, coin in row.spent:
            del self._spends[point]
            if point[:32] not in own:
                self._add(point, coin)
        return row.block

    def _add(self, point: bytes, coin: Coin) -> None:
        if coin.txout.script[:1] == b"\x6a":
            return
        self._coins[point] = coin
        self._scripts.setdefault(coin.txout.script, set()).add(point)

    def _remove(self, point: bytes) -> Coin:
        coin = self._coins.pop(point)
        points = self._scripts[coin.txout.script]
        points.discard(point)
        if not points:
            del self._scripts[coin.txout.script]
        return coin
