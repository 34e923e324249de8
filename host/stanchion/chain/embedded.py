"""A regtest chain in this process: the engine judges, we mine, relay and answer.

It behaves as a lone node would that also mines: transactions pass a relay policy close to Bitcoin
Core's, blocks are built from the mempool, and the engine has the last word on every one.
"""

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from arkcore.codec import outpoint
from arkcore.errors import EncodingError
from arkcore.hashes import sha256
from arkcore.tx import Tx, TxOut

from stanchion.chain import policy
from stanchion.chain.acceptance import Acceptance
from stanchion.chain.blocks import (
    COINBASE_MATURITY_BLOCKS,
    MAX_BLOCK_WEIGHT,
    build_block,
    coinbase_tx,
    parse_block,
    subsidy_sat,
)
from stanchion.chain.engine import Engine, EngineRefused
from stanchion.chain.index import ChainIndex
from stanchion.chain.mempool import Mempool
from stanchion.chain.port import (
    IN_MEMPOOL,
    NOT_FOUND,
    BlockNotFound,
    BlockRef,
    ChainError,
    FeeInfo,
    FeeRates,
    InsufficientFunds,
    Spend,
    Tip,
    TxRejected,
    TxStatus,
    Utxo,
)
from stanchion.chain.wallet import Wallet

START_TIME = 1_700_000_000
BLOCK_INTERVAL_SECONDS = 600
_SPARE_COINBASES = 10
_COINBASE_WEIGHT = 4_000
_MEDIAN_MAJORITY = 6

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _locked(
    method: "Callable[Concatenate[EmbeddedChain, _P], _R]",
) -> "Callable[Concatenate[EmbeddedChain, _P], _R]":
    @wraps(method)
    def guarded(self: "EmbeddedChain", /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self._lock:
            return method(self, *args, **kwargs)

    return guarded


class EmbeddedChain:
    """A `ChainSource` with a miner.

    A new chain starts with mature coinbases. `datadir` None uses a temporary directory; a given one
    is continued. Block timestamps follow a clock of the chain's own that starts at `start_time` and
    moves `block_interval` seconds a block; the engine refuses blocks more than two hours ahead of
    the machine's clock, so a chain that is to travel in time has to start in the past.
    """

    def __init__(
        self,
        datadir: Path | None = None,
        *,
        start_time: int = START_TIME,
        block_interval: int = BLOCK_INTERVAL_SECONDS,
        wallet_key: bytes | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._temporary = None
        if datadir is None:
            self._temporary = tempfile.TemporaryDirectory()
            datadir = Path(self._temporary.name)
        self._engine = Engine(datadir)
        self._index = ChainIndex()
        self._follow_engine()
        self._mempool = Mempool()
        self._acceptance = Acceptance(self._index, self._mempool, self._check_scripts)
        self._interval = block_interval
        self._forks = 0
        self._clock = start_time
        self.fast_rate = policy.MIN_RELAY_SAT_PER_KVB
        self.wallet = Wallet(self, wallet_key or sha256(b"stanchion regtest miner"))
        if self._index.height == 0:
            self.mine(COINBASE_MATURITY_BLOCKS + _SPARE_COINBASES)
        else:
            self._clock = max(start_time, self.tip().time + block_interval)
            # Blocks of forks from before are still stored; a new fork must not repeat one.
            self._forks = int.from_bytes(os.urandom(4), "little")

    def close(self) -> None:
        """Releases the data directory, and deletes it when it was temporary."""
        with self._lock:
            self._engine.close()
            if self._temporary is not None:
                self._temporary.cleanup()

    def __enter__(self) -> "EmbeddedChain":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # -- questions (ChainSource) ------------------------------------------------------------------

    @_locked
    def tip(self) -> Tip:
        height = self._index.height
        block = self._index.block(height)
        return Tip(height, block.hash, block.time, self._index.median_time(height))

    @_locked
    def block_ref(self, height: int) -> BlockRef:
        self._check_height(height)
        return BlockRef(height, self._index.block(height).hash)

    @_locked
    def median_time(self, height: int) -> int:
        self._check_height(height)
        return self._index.median_time(height)

    def _check_height(self, height: int) -> None:
        if not 0 <= height <= self._index.height:
            raise BlockNotFound(f"height {height}, tip {self._index.height}")

    @_locked
    def tx_status(self, txid: bytes) -> TxStatus:
        found = self._index.tx(txid)
        if found is not None:
            block = self._index.block(found[1])
            return TxStatus(BlockRef(found[1], block.hash), block.time)
        return IN_MEMPOOL if txid in self._mempool else NOT_FOUND

    @_locked
    def raw_tx(self, txid: bytes) -> bytes | None:
        found = self._index.tx(txid)
        if found is not None:
            return found[0].serialize()
        entry = self._mempool.get(txid)
        return None if entry is None else entry.tx.serialize()

    @_locked
    def spender(self, outpoint: bytes) -> Spend | None:
        txid = self._index.spender(outpoint) or self._mempool.spender(outpoint)
        return None if txid is None else Spend(txid, self.tx_status(txid))

    @_locked
    def unspent(self, script: bytes) -> list[Utxo]:
        confirmed = [
            Utxo(point, coin.txout.amount_sat, script, coin.height)
            for point in self._index.outpoints(script)
            if (coin := self._index.coin(point)) is not None and self._index.is_mature(coin)
        ]
        waiting = [
            Utxo(point, txout.amount_sat, script, None)
            for point in self._mempool.outpoints(script)
            if (txout := self._mempool.output(point)) is not None
        ]
        confirmed.sort(key=lambda coin: (coin.height, coin.outpoint))
        waiting.sort(key=lambda coin: coin.outpoint)
        found = confirmed + waiting
        return [coin for coin in found if self._mempool.spender(coin.outpoint) is None]

    @_locked
    def history(self, script: bytes) -> list[bytes]:
        """Txids that pay to or spend from a script, oldest first; waiting ones at the end."""
        paid: set[bytes] = set()
        found = []
        for tx in [*self._index.txs(), *(entry.tx for entry in self._mempool.in_order())]:
            txid = tx.txid()
            own = [outpoint(txid, v) for v, out in enumerate(tx.outputs) if out.script == script]
            paid.update(own)
            if own or any(txin.outpoint in paid for txin in tx.inputs):
                found.append(txid)
        return found

    @_locked
    def ancestor_fee(self, txid: bytes) -> FeeInfo | None:
        if txid not in self._mempool:
            return None
        names = self._mempool.ancestors(txid) | {txid}
        entries = [entry for name in names if (entry := self._mempool.get(name)) is not None]
        return FeeInfo(sum(e.fee_sat for e in entries), sum(e.vsize for e in entries))

    def fee_rates(self) -> FeeRates:
        """`fast_rate` of this object and the least relay rate; nobody competes for blocks here."""
        least = policy.MIN_RELAY_SAT_PER_KVB
        return FeeRates(self.fast_rate, max(least, self.fast_rate // 2), least)

    @_locked
    def mempool_txids(self) -> list[bytes]:
        """Waiting transactions, parents first."""
        return [entry.txid for entry in self._mempool.in_order()]

    # -- broadcasting -----------------------------------------------------------------------------

    @_locked
    def submit(self, raw: bytes) -> bytes:
        tx = self._decode(raw)
        self._acceptance.submit(tx)
        return tx.txid()

    @_locked
    def submit_package(self, parent: bytes, child: bytes) -> None:
        self._acceptance.submit_package(self._decode(parent), self._decode(child))

    @_locked
    def evict(self, txid: bytes) -> None:
        """Drops a waiting transaction and all that spend it, as a full mempool would."""
        if txid in self._mempool:
            self._mempool.remove_with_descendants(txid)

    @staticmethod
    def _decode(raw: bytes) -> Tx:
        try:
            return Tx.parse(raw)
        except EncodingError as error:
            raise TxRejected(f"TX decode failed, {error}") from error

    def _check_scripts(self, tx: Tx, prevouts: list[TxOut], package: Sequence[Tx]) -> None:
        index = self._engine.refused_input(tx, prevouts)
        if index is None:
            return
        # The engine gives its reason for blocks only, so it is shown one that holds this
        # transaction; the block cannot become part of the chain, as the script is invalid.
        txs = [self._mempool.get(name) for name in self._mempool.ancestors_of(self._parents(tx))]
        above = [entry.tx for entry in self._mempool.in_order() if entry in txs]
        try:
            trial = self._build(
                [*above, *package, tx], self._clock, self.wallet.script, os.urandom(16)
            )
            self._engine.submit_block(trial)
        except EngineRefused as error:
            raise TxRejected(error.reason) from error
        raise ChainError("the engine took a block whose script it had refused")

    def _parents(self, tx: Tx) -> set[bytes]:
        return {txin.txid for txin in tx.inputs if txin.txid in self._mempool}

    # -- mining -----------------------------------------------------------------------------------

    @_locked
    def mine(
        self, count: int = 1, *, script: bytes | None = None, empty: bool = False
    ) -> list[BlockRef]:
        """Mines blocks to `script` (own wallet by default), from the mempool unless `empty`."""
        refs = []
        for _ in range(count):
            limit = MAX_BLOCK_WEIGHT - _COINBASE_WEIGHT
            txs = [] if empty else self._mempool.block_txs(limit, policy.MIN_RELAY_SAT_PER_KVB)
            refs.append(self._mine_block(txs, script or self.wallet.script))
        return refs

    def _mine_block(self, txs: Sequence[Tx], script: bytes) -> BlockRef:
        self._clock = max(self._clock, self.tip().median_time + 1)
        raw = self._build(txs, self._clock, script, self._forks.to_bytes(5, "little"))
        self._engine.submit_block(raw)
        self._connect(raw)
        self._clock += self._interval
        return self.tip().ref

    def _build(self, txs: Sequence[Tx], time: int, script: bytes, tag: bytes) -> bytes:
        height = self._index.height + 1
        time = max(time, self.tip().median_time + 1)
        reward_sat = subsidy_sat(height) + self._fees_sat(txs)
        coinbase = coinbase_tx(height, reward_sat, script, tag, list(txs))
        return build_block(self.tip().hash, time, [coinbase, *txs])

    def _fees_sat(self, txs: Sequence[Tx]) -> int:
        fees = 0
        for tx in txs:
            entry = self._mempool.get(tx.txid())
            fees += 0 if entry is None else entry.fee_sat
        return fees

    def _follow_engine(self) -> None:
        """Makes the index hold exactly the engine's active chain."""
        while self._index.height >= 0:
            self._index.disconnect()
        for raw in self._engine.active_blocks():
            self._index.connect(parse_block(raw))

    def _connect(self, raw: bytes) -> None:
        block = parse_block(raw)
        self._index.connect(block)
        for tx in block.txs:
            txid = tx.txid()
            if txid in self._mempool:
                self._mempool.remove(txid)
            for txin in tx.inputs:
                rival = self._mempool.spender(txin.outpoint)
                if rival is not None:
                    self._mempool.remove_with_descendants(rival)

    @_locked
    def reorg(self, depth: int, transactions: Sequence[bytes] = ()) -> list[BlockRef]:
        """Replaces the last `depth` blocks by a fork of `depth` + 1.

        `transactions` go into the fork's first block; otherwise it is empty. What the old blocks
        held returns to the mempool where it is still valid. Returns the new blocks.
        """
        if not 0 < depth < self._index.height:
            raise BlockNotFound(f"cannot undo {depth} blocks at height {self._index.height}")
        waiting = [entry.tx for entry in self._mempool.in_order()]
        undone = [self._index.disconnect() for _ in range(depth)]
        for entry in reversed(self._mempool.in_order()):
            self._mempool.remove(entry.txid)
        self._forks += 1
        chosen = [self._decode(raw) for raw in transactions]
        try:
            refs = [self._mine_block(chosen, self.wallet.script)]
            refs += [self._mine_block([], self.wallet.script) for _ in range(depth)]
        except EngineRefused:
            self._follow_engine()
            raise
        returned = [tx for block in reversed(undone) for tx in block.txs[1:]]
        for tx in [*returned, *waiting]:
            try:
                self._acceptance.readmit(tx)
            except TxRejected:
                continue
        return refs

    # -- time -------------------------------------------------------------------------------------

    @_locked
    def set_time(self, time: int) -> None:
        """The next block's timestamp (seconds), no earlier than the engine allows."""
        self._clock = time

    @_locked
    def advance_time(self, seconds: int) -> None:
        """Moves the clock forward; the median follows after six blocks."""
        self._clock += seconds

    @_locked
    def mine_until_median_time(self, time: int) -> None:
        """Mines the six blocks that carry the median time past to `time` or later."""
        self._clock = max(self._clock, time)
        while self.tip().median_time < time:
            self.mine()

    # -- money ------------------------------------------------------------------------------------

    @_locked
    def fund(self, script: bytes, amount_sat: int, *, confirm: bool = True) -> bytes:
        """Pays `amount_sat` to `script` and returns the outpoint, confirmed by one block or not."""
        return self.fund_many([(script, amount_sat)], confirm=confirm)[0]

    @_locked
    def fund_many(
        self, payments: Sequence[tuple[bytes, int]], *, confirm: bool = True
    ) -> list[bytes]:
        """One transaction for several (script, amount_sat); outpoints in the same order."""
        outputs = [TxOut(amount_sat, script) for script, amount_sat in payments]
        try:
            tx = self.wallet.pay(outputs, min_confirmations=0)
        except InsufficientFunds:
            self.mine(COINBASE_MATURITY_BLOCKS)
            tx = self.wallet.pay(outputs, min_confirmations=0)
        if confirm:
            self.mine()
        return [outpoint(tx.txid(), vout) for vout in range(len(payments))]
