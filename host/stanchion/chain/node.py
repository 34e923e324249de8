"""A Bitcoin node as chain source, by RPC and without any wallet of its own.

Needs Bitcoin Core 29 or later (it relays parents without fee together with their children) with
`txindex=1`. With `txospenderindex=1`, which newer nodes have, confirmed spenders are looked up;
without it the blocks from the spent output's own up to the tip are read. Outputs that wait in the
mempool are found by script only where this object broadcast them: a node does not index those.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.errors import EncodingError
from arkcore.tx import Tx

from stanchion.chain.blocks import COINBASE_MATURITY_BLOCKS, parse_block
from stanchion.chain.policy import MIN_RELAY_SAT_PER_KVB
from stanchion.chain.port import (
    IN_MEMPOOL,
    NOT_FOUND,
    BlockNotFound,
    BlockRef,
    ChainUnavailable,
    FeeInfo,
    FeeRates,
    PackageRejected,
    Spend,
    Tip,
    TxRejected,
    TxStatus,
    Utxo,
)
from stanchion.chain.rpc import NodeRpc, RpcError, sat

_INVALID_PARAMETER = -8
_NOT_FOUND = -5
_ABSENT = "No such mempool or blockchain transaction"
_REFUSALS = (-22, -25, -26, -27)
_SUCCESS = "success"
_TARGETS = (2, 3, 6)
_MAX_REMEMBERED = 10_000

_T = TypeVar("_T")


class NodeSource:
    """A `ChainSource` over one node. Raises ChainUnavailable when the node lacks txindex."""

    def __init__(self, rpc: NodeRpc) -> None:
        self._rpc = rpc
        self._broadcast: dict[bytes, Tx] = {}
        self._spenders: dict[bytes, bytes] = {}

    def _ask(self, method: str, *params: Any, scanning: bool = False) -> Any:
        """A call whose refusal nobody expects: it becomes ChainUnavailable."""
        try:
            return self._rpc.call(method, *params, scanning=scanning)
        except RpcError as error:
            raise ChainUnavailable(f"{method}: {error}") from error

    def _ask_or(
        self, code: int, otherwise: Callable[[RpcError], _T], method: str, *params: Any
    ) -> Any:
        """As `_ask`, but the node's error `code` is an answer."""
        try:
            return self._rpc.call(method, *params)
        except RpcError as error:
            if error.code == code:
                return otherwise(error)
            raise ChainUnavailable(f"{method}: {error}") from error

    # -- blocks -----------------------------------------------------------------------------------

    def tip(self) -> Tip:
        best = self._ask("getblockheader", self._ask("getbestblockhash"))
        return Tip(best["height"], from_hex_txid(best["hash"]), best["time"], best["mediantime"])

    def _block_hash(self, height: int) -> str:
        def missing(error: RpcError) -> str:
            raise BlockNotFound(f"height {height}: {error.message}")

        if height < 0:
            raise BlockNotFound(f"height {height}")
        name: str = self._ask_or(_INVALID_PARAMETER, missing, "getblockhash", height)
        return name

    def block_ref(self, height: int) -> BlockRef:
        return BlockRef(height, from_hex_txid(self._block_hash(height)))

    def median_time(self, height: int) -> int:
        return int(self._ask("getblockheader", self._block_hash(height))["mediantime"])

    # -- transactions -----------------------------------------------------------------------------

    def _transaction(self, txid: bytes) -> dict[str, Any] | None:
        """The node's record, None when neither the active chain nor the mempool holds it."""

        def absent(error: RpcError) -> None:
            # Without a finished index the node does not know, which is no "not found".
            if not error.message.startswith(_ABSENT):
                raise ChainUnavailable(error.message)

        record = self._ask_or(_NOT_FOUND, absent, "getrawtransaction", to_hex_txid(txid), 1)
        # The index also remembers blocks that a reorg has undone.
        if record is None or ("blockhash" in record and not record.get("confirmations")):
            return None
        return dict(record)

    def tx_status(self, txid: bytes) -> TxStatus:
        record = self._transaction(txid)
        if record is None:
            return NOT_FOUND
        if "blockhash" not in record:
            return IN_MEMPOOL
        height = self._ask("getblockheader", record["blockhash"])["height"]
        return TxStatus(BlockRef(height, from_hex_txid(record["blockhash"])), record["blocktime"])

    def raw_tx(self, txid: bytes) -> bytes | None:
        record = self._transaction(txid)
        return None if record is None else bytes.fromhex(record["hex"])

    # -- spenders ---------------------------------------------------------------------------------

    def spender(self, outpoint: bytes) -> Spend | None:
        name = _name(outpoint)
        answer = self._ask("gettxspendingprevout", [name])[0]
        if "spendingtxid" in answer:
            found = from_hex_txid(answer["spendingtxid"])
            return Spend(found, self.tx_status(found))
        if self._ask("gettxout", *name.values(), False) is not None or self._has_spender_index():
            return None
        return self._confirmed_spender(outpoint)

    def _has_spender_index(self) -> bool:
        index = self._ask("getindexinfo").get("txospenderindex")
        return index is not None and bool(index["synced"])

    def _confirmed_spender(self, point: bytes) -> Spend | None:
        """Reads the blocks from the output's own up to the tip; what was found is remembered."""
        known = self._spenders.get(point)
        if known is not None:
            status = self.tx_status(known)
            if status.confirmed:
                return Spend(known, status)
        start = self.tx_status(point[:32]).height
        if start is None:
            return None
        for height in range(start, self.tip().height + 1):
            found = self._spender_in_block(point, height)
            if found is not None:
                self._remember(self._spenders, point, found)
                return Spend(found, self.tx_status(found))
        return None

    def _spender_in_block(self, point: bytes, height: int) -> bytes | None:
        raw = bytes.fromhex(self._ask("getblock", self._block_hash(height), 0))
        for tx in parse_block(raw).txs:
            if any(txin.outpoint == point for txin in tx.inputs):
                txid: bytes = tx.txid()
                return txid
        return None

    @staticmethod
    def _remember(memory: dict[bytes, _T], key: bytes, value: _T) -> None:
        if len(memory) >= _MAX_REMEMBERED:
            del memory[next(iter(memory))]
        memory[key] = value

    # -- coins ------------------------------------------------------------------------------------

    def unspent(self, script: bytes) -> list[Utxo]:
        scan = self._ask("scantxoutset", "start", [f"raw({script.hex()})"], scanning=True)
        if not scan["success"]:
            raise ChainUnavailable("scantxoutset was aborted")
        confirmed = [
            Utxo(_point(row), sat(row["amount"]), script, row["height"])
            for row in scan["unspents"]
            if not row["coinbase"] or scan["height"] + 1 - row["height"] >= COINBASE_MATURITY_BLOCKS
        ]
        confirmed.sort(key=lambda coin: (coin.height, coin.outpoint))
        found = confirmed + self._waiting(script)
        return self._not_spent_in_mempool(found)

    def _waiting(self, script: bytes) -> list[Utxo]:
        """Outputs of own broadcasts that wait."""
        found = [
            Utxo(outpoint(txid, vout), txout.amount_sat, script, None)
            for txid, tx in self._broadcast.items()
            for vout, txout in enumerate(tx.outputs)
            if txout.script == script
        ]
        waiting = [coin for coin in found if self.tx_status(coin.outpoint[:32]) == IN_MEMPOOL]
        return sorted(waiting, key=lambda coin: coin.outpoint)

    def _not_spent_in_mempool(self, coins: list[Utxo]) -> list[Utxo]:
        if not coins:
            return []
        names = [_name(coin.outpoint) for coin in coins]
        answers = self._ask("gettxspendingprevout", names)
        pairs = zip(coins, answers, strict=True)
        return [coin for coin, answer in pairs if "spendingtxid" not in answer]

    # -- fees -------------------------------------------------------------------------------------

    def ancestor_fee(self, txid: bytes) -> FeeInfo | None:
        entry = self._ask_or(_NOT_FOUND, lambda _: None, "getmempoolentry", to_hex_txid(txid))
        if entry is None:
            return None
        return FeeInfo(sat(entry["fees"]["ancestor"]), entry["ancestorsize"])

    def fee_rates(self) -> FeeRates:
        """The node's estimates, no lower than what its mempool takes at present."""
        least = max(sat(self._ask("getmempoolinfo")["mempoolminfee"]), MIN_RELAY_SAT_PER_KVB)
        answers = [self._ask("estimatesmartfee", target) for target in _TARGETS]
        rates = [max(least, sat(answer.get("feerate", 0))) for answer in answers]
        return FeeRates(*rates)

    # -- broadcasting -----------------------------------------------------------------------------

    def submit(self, raw: bytes) -> bytes:
        tx = decode_tx(raw)
        txid: bytes = tx.txid()
        try:
            self._rpc.call("sendrawtransaction", raw.hex())
        except RpcError as error:
            if error.code in _REFUSALS:
                raise TxRejected(error.message) from error
            raise ChainUnavailable(f"sendrawtransaction: {error}") from error
        self._remember(self._broadcast, txid, tx)
        return txid

    def submit_package(self, parent: bytes, child: bytes) -> None:
        txs = [decode_tx(parent), decode_tx(child)]
        try:
            answer = self._rpc.call("submitpackage", [parent.hex(), child.hex()])
        except RpcError as error:
            if error.code in _REFUSALS:
                raise PackageRejected(error.message, [(tx.txid(), None) for tx in txs]) from error
            raise ChainUnavailable(f"submitpackage: {error}") from error
        for tx in txs:
            self._remember(self._broadcast, tx.txid(), tx)
        check_package_answer(answer, [tx.txid() for tx in txs])


def check_package_answer(answer: dict[str, Any], txids: list[bytes]) -> None:
    """Judges a `submitpackage` result (Esplora hands on the same). Raises PackageRejected."""
    results = answer.get("tx-results")
    rows = results.values() if isinstance(results, dict) else []
    errors = {row["txid"]: row.get("error") for row in rows}
    verdicts = [(txid, errors.get(to_hex_txid(txid))) for txid in txids]
    if answer["package_msg"] != _SUCCESS or any(reason for _, reason in verdicts):
        raise PackageRejected(answer["package_msg"], verdicts)


def _point(row: dict[str, Any]) -> bytes:
    point: bytes = outpoint(from_hex_txid(row["txid"]), row["vout"])
    return point


def _name(point: bytes) -> dict[str, Any]:
    return {"txid": to_hex_txid(point[:32]), "vout": int.from_bytes(point[32:], "little")}


def decode_tx(raw: bytes) -> Tx:
    """Raises TxRejected."""
    try:
        return Tx.parse(raw)
    except EncodingError as error:
        raise TxRejected(f"TX decode failed, {error}") from error
