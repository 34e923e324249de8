"""An Esplora server as chain source, over HTTP. It sees which addresses are asked for.

Packages need a server with `POST /txs/package`. A transaction's place is read from `/tx/<txid>`
only: `/tx/<txid>/status` answers "not confirmed" for transactions that do not exist, too.
"""

from typing import Any

import httpx
from arkcore.address import segwit_address
from arkcore.codec import from_hex_txid, outpoint, to_hex_txid

from stanchion.chain.node import check_package_answer, decode_tx
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

_TIMEOUT_SECONDS = 30.0
_OK, _BAD_REQUEST, _NOT_FOUND = 200, 400, 404
_TARGETS = ("1", "3", "6")
_WITNESS_SCALE = 4
_MAX_ANCESTORS = 25
_MAX_ANSWER_BYTES = 20_000_000

Json = dict[str, Any]


class EsploraSource:
    """A `ChainSource`. `hrp` is the network's segwit prefix (bc, tb, bcrt); `proxy` a proxy's URL
    for who does not want the server to see where the questions come from."""

    def __init__(self, url: str, hrp: str, *, proxy: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._hrp = hrp
        self._client = httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False, proxy=proxy)

    def close(self) -> None:
        self._client.close()

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            response = self._client.request(method, self._url + path, **content)
        except httpx.HTTPError as error:
            raise ChainUnavailable(f"the Esplora server does not answer: {error}") from error
        if len(response.content) > _MAX_ANSWER_BYTES:
            raise ChainUnavailable(f"{path}: the answer is too long")
        return response

    def _find(self, path: str) -> httpx.Response | None:
        """None where the server knows nothing by this name."""
        response = self._request("GET", path)
        if response.status_code == _NOT_FOUND:
            return None
        if response.status_code != _OK:
            raise ChainUnavailable(f"{path}: status {response.status_code}")
        return response

    def _get(self, path: str) -> httpx.Response:
        response = self._find(path)
        if response is None:
            raise ChainUnavailable(f"{path}: not found")
        return response

    # -- blocks -----------------------------------------------------------------------------------

    def _block(self, block_hash: str) -> Json:
        return dict(self._get(f"/block/{block_hash}").json())

    def tip(self) -> Tip:
        best = self._block(self._get("/blocks/tip/hash").text.strip())
        block_hash = from_hex_txid(best["id"])
        return Tip(best["height"], block_hash, best["timestamp"], best["mediantime"])

    def _block_hash(self, height: int) -> str:
        response = self._request("GET", f"/block-height/{height}")
        if response.status_code in (_NOT_FOUND, _BAD_REQUEST):
            raise BlockNotFound(f"height {height}")
        if response.status_code != _OK:
            raise ChainUnavailable(f"/block-height: status {response.status_code}")
        return response.text.strip()

    def block_ref(self, height: int) -> BlockRef:
        return BlockRef(height, from_hex_txid(self._block_hash(height)))

    def median_time(self, height: int) -> int:
        return int(self._block(self._block_hash(height))["mediantime"])

    # -- transactions -----------------------------------------------------------------------------

    def _transaction(self, txid: bytes) -> Json | None:
        response = self._find(f"/tx/{to_hex_txid(txid)}")
        return None if response is None else dict(response.json())

    def tx_status(self, txid: bytes) -> TxStatus:
        record = self._transaction(txid)
        return NOT_FOUND if record is None else _status(record["status"])

    def raw_tx(self, txid: bytes) -> bytes | None:
        response = self._find(f"/tx/{to_hex_txid(txid)}/hex")
        if response is None:
            return None
        raw = bytes.fromhex(response.text.strip())
        # The id is the transaction's hash: a server cannot hand out another one.
        if decode_tx(raw).txid() != txid:
            raise ChainUnavailable("the server returned another transaction than asked for")
        return raw

    def spender(self, outpoint: bytes) -> Spend | None:
        response = self._find(f"/tx/{to_hex_txid(outpoint[:32])}/outspends")
        vout = int.from_bytes(outpoint[32:], "little")
        rows = [] if response is None else response.json()
        if vout >= len(rows) or not rows[vout]["spent"]:
            return None
        return Spend(from_hex_txid(rows[vout]["txid"]), _status(rows[vout]["status"]))

    # -- coins and fees ---------------------------------------------------------------------------

    def unspent(self, script: bytes) -> list[Utxo]:
        address = segwit_address(self._hrp, script)
        found = [
            Utxo(
                outpoint(from_hex_txid(row["txid"]), row["vout"]),
                row["value"],
                script,
                _status(row["status"]).height,
            )
            for row in self._get(f"/address/{address}/utxo").json()
        ]
        return sorted(found, key=lambda coin: (coin.height or 1 << 32, coin.outpoint))

    def ancestor_fee(self, txid: bytes) -> FeeInfo | None:
        """Adds up the waiting ancestors, of which policy allows a handful."""
        pending, seen = [txid], set[bytes]()
        fee_sat = vsize = 0
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            record = self._transaction(name)
            if record is None or record["status"]["confirmed"]:
                if name == txid:
                    return None
                continue
            seen.add(name)
            if len(seen) > _MAX_ANCESTORS:
                raise ChainUnavailable("more waiting ancestors than any node allows")
            fee_sat += _fee_sat(record)
            vsize += -(-record["weight"] // _WITNESS_SCALE)
            pending += [from_hex_txid(txin["txid"]) for txin in record["vin"]]
        return FeeInfo(fee_sat, vsize)

    def fee_rates(self) -> FeeRates:
        rates = self._get("/fee-estimates").json()
        found = [int(float(rates.get(goal, 0)) * 1000) for goal in _TARGETS]
        return FeeRates(*(max(MIN_RELAY_SAT_PER_KVB, rate) for rate in found))

    # -- broadcasting -----------------------------------------------------------------------------

    def submit(self, raw: bytes) -> bytes:
        txid: bytes = decode_tx(raw).txid()
        response = self._request("POST", "/tx", content=raw.hex())
        if response.status_code == _BAD_REQUEST:
            raise TxRejected(response.text)
        if response.status_code != _OK:
            raise ChainUnavailable(f"/tx: status {response.status_code}")
        return txid

    def submit_package(self, parent: bytes, child: bytes) -> None:
        txids = [decode_tx(raw).txid() for raw in (parent, child)]
        response = self._request("POST", "/txs/package", json=[parent.hex(), child.hex()])
        if response.status_code == _BAD_REQUEST:
            raise PackageRejected(response.text, [(txid, None) for txid in txids])
        if response.status_code != _OK:
            raise ChainUnavailable(f"/txs/package: status {response.status_code}")
        check_package_answer(response.json(), txids)


def _status(record: Json) -> TxStatus:
    if not record["confirmed"]:
        return IN_MEMPOOL
    block = BlockRef(record["block_height"], from_hex_txid(record["block_hash"]))
    return TxStatus(block, record["block_time"])


def _fee_sat(record: Json) -> int:
    paid_sat = sum(txin["prevout"]["value"] for txin in record["vin"])
    return int(paid_sat - sum(txout["value"] for txout in record["vout"]))
