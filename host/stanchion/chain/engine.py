"""Bitcoin Core's consensus engine in this process (`pbk`): it judges every block and every script.

The engine reports a verdict as a number and its reason only in its log, so the log is read instead
of printed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pbk
from arkcore.tx import Tx, TxOut
from pbk.script import PrecomputedTransactionData

from stanchion.chain.port import ChainError

_CHECKED = re.compile(r"BlockChecked: block hash=([0-9a-f]{64}) state=(.*)")
_MAX_REASONS = 64


class EngineRefused(ChainError):
    """The engine did not accept a block; `reason` is its own text."""

    tag = "engine-refused"


class _ReasonLog:
    """Keeps the engine's latest words about blocks; one for the process, as the engine's log is."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}
        pbk.set_log_level_category(pbk.LogCategory.ALL, pbk.LogLevel.DEBUG)
        pbk.enable_log_category(pbk.LogCategory.VALIDATION)
        self._connection = pbk.LoggingConnection(self._read)

    def _read(self, line: str) -> None:
        found = _CHECKED.search(line)
        if found is None or found.group(2) == "Valid":
            return
        while len(self._reasons) >= _MAX_REASONS:
            self._reasons.pop(next(iter(self._reasons)))
        self._reasons[found.group(1)] = found.group(2).strip()

    def take(self, block_hash: str) -> str:
        return self._reasons.pop(block_hash, "refused without a reason")


_log: _ReasonLog | None = None


def _reason_log() -> _ReasonLog:
    global _log
    if _log is None:
        _log = _ReasonLog()
    return _log


class Engine:
    """A regtest chainstate in a data directory that no other process uses at the same time."""

    def __init__(self, datadir: Path) -> None:
        self._log = _reason_log()
        self._refused: list[str] = []
        callbacks = pbk.ValidationInterfaceCallbacks(block_checked=self._block_checked)
        datadir.mkdir(parents=True, exist_ok=True)
        try:
            self._manager = self._open(datadir.absolute(), callbacks)
        except RuntimeError as error:
            raise ChainError(f"cannot open the chain in {datadir}: {error}") from error
        self._chain = self._manager.get_active_chain()

    @staticmethod
    def _open(datadir: Path, callbacks: pbk.ValidationInterfaceCallbacks) -> pbk.ChainstateManager:
        """Reads stored blocks again: a killed process leaves its indexes behind them."""
        blocks = datadir / "blocks"
        is_stored = any(blocks.glob("blk*.dat"))
        context = pbk.make_context(pbk.ChainType.REGTEST, validation_callbacks=callbacks)
        options = pbk.ChainstateManagerOptions(context, str(datadir), str(blocks))
        options.set_wipe_dbs(is_stored, is_stored)
        manager = pbk.ChainstateManager(options)
        if is_stored:
            manager.import_blocks([])
        return manager

    def _block_checked(
        self, _user_data: object, block: pbk.Block, state: pbk.BlockValidationState
    ) -> None:
        if state.validation_mode != pbk.ValidationMode.VALID:
            self._refused.append(str(block.block_hash))

    @property
    def height(self) -> int:
        return int(self._chain.height)

    def block_hash(self, height: int) -> bytes:
        return bytes(self._chain.block_tree_entries[height].block_hash)

    def active_blocks(self) -> Iterator[bytes]:
        """Serialised blocks of the active chain, genesis first."""
        for height in range(self.height + 1):
            entry = self._chain.block_tree_entries[height]
            yield bytes(self._manager.blocks[entry])

    def submit_block(self, raw: bytes) -> None:
        """Hands a block over. Raises EngineRefused unless the engine stored it as valid so far.

        A block of a shorter fork is only stored; it is judged when its fork becomes the longest.
        """
        self._refused.clear()
        block = pbk.Block(raw)
        try:
            self._manager.process_block(block)
        except pbk.ProcessBlockException as error:
            raise EngineRefused(self._log.take(str(block.block_hash))) from error
        if self._refused:
            raise EngineRefused(self._log.take(self._refused[0]))

    def refused_input(self, tx: Tx, prevouts: list[TxOut]) -> int | None:
        """Index of the first input whose script the engine refuses under all consensus flags."""
        raw = pbk.Transaction(tx.serialize())
        spent = [
            pbk.TransactionOutput(pbk.ScriptPubkey(prevout.script), prevout.amount_sat)
            for prevout in prevouts
        ]
        data = PrecomputedTransactionData(raw, spent)
        flags = pbk.ScriptVerificationFlags.ALL
        for index, prevout in enumerate(prevouts):
            script = pbk.ScriptPubkey(prevout.script)
            if not script.verify(prevout.amount_sat, raw, data, index, flags):
                return index
        return None

    def close(self) -> None:
        """Flushes and releases the data directory."""
        del self._chain
        del self._manager
