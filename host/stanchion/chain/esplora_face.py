"""An Esplora-compatible explorer over the embedded chain, with a faucet and a miner.

Only what wallets use. With `mine_at_once` every broadcast is mined into a block, so that wallets
that wait for confirmations need no miner beside them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from arkcore.address import segwit_address, segwit_script
from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.errors import ArkError
from arkcore.tx import Tx, TxOut
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.port import BlockRef, ChainError, PackageRejected, TxRejected, TxStatus

Json = dict[str, Any]
_BLOCKS_SHOWN = 10
_MAX_BODY_BYTES = 1_000_000
_MAX_MINED = 1000
_TARGETS = {"1": "fast", "3": "regular", "6": "slow"}


class _NotFound(Exception):
    """Nothing is known under this name."""


class EsploraFace:
    """Routes over one chain; addresses are segwit with `hrp`."""

    def __init__(
        self,
        chain: EmbeddedChain,
        hrp: str = "bcrt",
        *,
        mine_at_once: bool = False,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_change` is called after every change to the chain."""
        self._chain = chain
        self._hrp = hrp
        self._mine_at_once = mine_at_once
        self._on_change = on_change

    def routes(self) -> list[BaseRoute]:
        """The explorer, to be mounted where it is wanted."""
        gets = {
            "/address/{address}/utxo": self._utxos,
            "/address/{address}/txs": self._address_txs,
            "/tx/{txid}": self._tx,
            "/tx/{txid}/status": self._status,
            "/tx/{txid}/hex": self._hex,
            "/tx/{txid}/outspends": self._outspends,
            "/blocks": self._blocks,
            "/blocks/tip/height": self._tip_height,
            "/blocks/tip/hash": self._tip_hash,
            "/block-height/{height:int}": self._block_hash,
            "/fee-estimates": self._fees,
        }
        posts = {"/tx": self._broadcast, "/txs/package": self._broadcast_package}
        return _routes(gets, "GET") + _routes(posts, "POST")

    def regtest_routes(self) -> list[BaseRoute]:
        """`POST /fund {address, amount}` and `POST /mine {blocks}`: what a regtest needs."""
        return _routes({"/fund": self._fund, "/mine": self._mine}, "POST")

    def mounts(self) -> list[BaseRoute]:
        """The explorer under `/esplora`, faucet and miner under `/regtest`."""
        return [
            Mount("/esplora", routes=self.routes()),
            Mount("/regtest", routes=self.regtest_routes()),
        ]

    # -- addresses --------------------------------------------------------------------------------

    def _script(self, request: Request) -> bytes:
        script: bytes = segwit_script(self._hrp, request.path_params["address"])
        return script

    async def _utxos(self, request: Request) -> Response:
        return JSONResponse(
            [
                {
                    "txid": to_hex_txid(coin.outpoint[:32]),
                    "vout": int.from_bytes(coin.outpoint[32:], "little"),
                    "value": coin.amount_sat,
                    "status": _status_json(self._chain.tx_status(coin.outpoint[:32])),
                }
                for coin in self._chain.unspent(self._script(request))
            ]
        )

    async def _address_txs(self, request: Request) -> Response:
        txids = self._chain.history(self._script(request))
        return JSONResponse([self._tx_json(txid) for txid in reversed(txids)])

    # -- transactions -----------------------------------------------------------------------------

    def _txid(self, request: Request) -> bytes:
        txid: bytes = from_hex_txid(request.path_params["txid"])
        if not self._chain.tx_status(txid).found:
            raise _NotFound("Transaction not found")
        return txid

    def _raw(self, txid: bytes) -> bytes:
        raw = self._chain.raw_tx(txid)
        if raw is None:
            raise _NotFound("Transaction not found")
        return raw

    def _tx_json(self, txid: bytes) -> Json:
        raw = self._raw(txid)
        tx = Tx.parse(raw)
        return {
            "txid": to_hex_txid(txid),
            "version": tx.version,
            "locktime": tx.locktime,
            "size": len(raw),
            "weight": tx.weight(),
            "vin": [self._input_json(txin.outpoint, txin.sequence) for txin in tx.inputs],
            "vout": [self._output_json(txout) for txout in tx.outputs],
            "status": _status_json(self._chain.tx_status(txid)),
        }

    def _input_json(self, point: bytes, sequence: int) -> Json:
        vout = int.from_bytes(point[32:], "little")
        raw = self._chain.raw_tx(point[:32])
        prevout = None if raw is None else self._output_json(Tx.parse(raw).outputs[vout])
        return {
            "txid": to_hex_txid(point[:32]),
            "vout": vout,
            "prevout": prevout,
            "sequence": sequence,
            "is_coinbase": point[:32] == bytes(32),
        }

    def _output_json(self, txout: TxOut) -> Json:
        try:
            address = segwit_address(self._hrp, txout.script)
        except ArkError:
            address = ""
        return {
            "scriptpubkey": txout.script.hex(),
            "scriptpubkey_address": address,
            "value": txout.amount_sat,
        }

    async def _tx(self, request: Request) -> Response:
        return JSONResponse(self._tx_json(self._txid(request)))

    async def _status(self, request: Request) -> Response:
        return JSONResponse(_status_json(self._chain.tx_status(self._txid(request))))

    async def _hex(self, request: Request) -> Response:
        return PlainTextResponse(self._raw(self._txid(request)).hex())

    async def _outspends(self, request: Request) -> Response:
        txid = self._txid(request)
        count = len(Tx.parse(self._raw(txid)).outputs)
        return JSONResponse([self._spend_json(outpoint(txid, vout)) for vout in range(count)])

    def _spend_json(self, point: bytes) -> Json:
        spend = self._chain.spender(point)
        if spend is None:
            return {"spent": False}
        inputs = Tx.parse(self._raw(spend.txid)).inputs
        vin = [txin.outpoint for txin in inputs].index(point)
        status = _status_json(spend.status)
        return {"spent": True, "txid": to_hex_txid(spend.txid), "vin": vin, "status": status}

    # -- blocks -----------------------------------------------------------------------------------

    async def _blocks(self, _request: Request) -> Response:
        tip = self._chain.tip().height
        heights = range(tip, max(tip - _BLOCKS_SHOWN, -1), -1)
        return JSONResponse([self._block_json(self._chain.block_ref(h)) for h in heights])

    def _block_json(self, block: BlockRef) -> Json:
        return {
            "id": to_hex_txid(block.hash),
            "height": block.height,
            "mediantime": self._chain.median_time(block.height),
        }

    async def _tip_height(self, _request: Request) -> Response:
        return PlainTextResponse(str(self._chain.tip().height))

    async def _tip_hash(self, _request: Request) -> Response:
        return PlainTextResponse(to_hex_txid(self._chain.tip().hash))

    async def _block_hash(self, request: Request) -> Response:
        block = self._chain.block_ref(request.path_params["height"])
        return PlainTextResponse(to_hex_txid(block.hash))

    async def _fees(self, _request: Request) -> Response:
        rates = self._chain.fee_rates()
        return JSONResponse({goal: getattr(rates, name) / 1000 for goal, name in _TARGETS.items()})

    # -- broadcasting -----------------------------------------------------------------------------

    async def _broadcast(self, request: Request) -> Response:
        raw = bytes.fromhex((await _body(request)).decode().strip())
        txid = self._chain.submit(raw)
        self._changed()
        return PlainTextResponse(to_hex_txid(txid))

    async def _broadcast_package(self, request: Request) -> Response:
        texts = json.loads(await _body(request))
        if not isinstance(texts, list) or len(texts) != 2:
            raise ValueError("a parent and its child expected")
        raws = [bytes.fromhex(text) for text in texts]
        txids = [Tx.parse(raw).txid() for raw in raws]
        # A wallet that sends a package twice is told the same twice, as a node does.
        if not all(self._chain.tx_status(txid).found for txid in txids):
            self._chain.submit_package(*raws)
            self._changed()
        return JSONResponse(
            {"package_msg": "success", "tx-results": [to_hex_txid(txid) for txid in txids]}
        )

    def _changed(self) -> None:
        if self._mine_at_once:
            self._mine_blocks(1)
        self._on_change()

    # -- regtest ----------------------------------------------------------------------------------

    async def _fund(self, request: Request) -> Response:
        wanted = json.loads(await _body(request))
        script = segwit_script(self._hrp, wanted["address"])
        point = self._chain.fund(script, int(wanted["amount"]), confirm=False)
        self._mine_blocks(1)
        self._on_change()
        vout = int.from_bytes(point[32:], "little")
        return JSONResponse({"txid": to_hex_txid(point[:32]), "vout": vout})

    async def _mine(self, request: Request) -> Response:
        count = int(json.loads(await _body(request))["blocks"])
        if not 0 < count <= _MAX_MINED:
            raise ValueError("number of blocks")
        self._mine_blocks(count)
        self._on_change()
        return JSONResponse({"height": self._chain.tip().height})

    def _mine_blocks(self, count: int) -> None:
        for _ in range(count):
            mine_now(self._chain)


def mine_now(chain: EmbeddedChain) -> None:
    """Mines a block that carries the present time: wallets compare it with their own clock."""
    chain.set_time(int(time.time()))
    chain.mine()


def mine_waiting(chain: EmbeddedChain) -> None:
    """Mines a block if a transaction waits for one."""
    if chain.mempool_txids():
        mine_now(chain)


def _status_json(status: TxStatus) -> Json:
    if status.block is None:
        return {"confirmed": False}
    return {
        "confirmed": True,
        "block_height": status.block.height,
        "block_hash": to_hex_txid(status.block.hash),
        "block_time": status.block_time,
    }


async def _body(request: Request) -> bytes:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > _MAX_BODY_BYTES:
            raise ValueError("body too large")
    return raw


def _routes(
    handlers: Mapping[str, Callable[[Request], Awaitable[Response]]], method: str
) -> list[BaseRoute]:
    return [Route(path, _guarded(run), methods=[method]) for path, run in handlers.items()]


def _guarded(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Errors are plain text, as Esplora's are."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except _NotFound as error:
            return PlainTextResponse(str(error), 404)
        except (TxRejected, PackageRejected) as error:
            return PlainTextResponse(f"sendrawtransaction RPC error: {error.reason}", 400)
        except (ChainError, ArkError, KeyError, TypeError, ValueError) as error:
            return PlainTextResponse(f"bad request: {error}", 400)

    return answer
