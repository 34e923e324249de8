"""The indexer's endpoints below `/v1/indexer` (spec/arkade.md 12.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanchion.operator.http.requests import guarded, number, paged, read_body
from stanchion.operator.http.server import HEARTBEAT_SECONDS, OperatorServer, Wake, event_stream
from stanchion.operator.vtxos import Vtxo

_PREFIX = "/v1/indexer"
_TREE_PAGE = 300
_FORFEIT_PAGE = 500


def _every(_vtxo: Vtxo) -> bool:
    return True


class IndexerService:
    """The handlers; answers come from `stanchion.operator.indexer`."""

    def __init__(self, server: OperatorServer) -> None:
        self._server = server
        self._indexer = server.indexer

    def routes(self) -> list[Route]:
        batch, commitment = "/batch/{txid}/{vout:int}", "/commitmentTx/{txid}"
        gets = {
            commitment: self._commitment,
            commitment + "/forfeitTxs": self._listing("txids", self._forfeits, _FORFEIT_PAGE),
            commitment + "/connectors": self._listing("connectors", self._connectors, _TREE_PAGE),
            batch + "/tree": self._listing("vtxoTree", self._tree, _TREE_PAGE),
            batch + "/tree/leaves": self._listing("leaves", self._leaves, _TREE_PAGE),
            batch + "/sweepTxs": self._sweeps,
            "/vtxos": self._vtxos,
            "/vtxo/{txid}/{vout:int}/chain": self._chain,
            "/virtualTx/{txids}": self._virtual_txs,
            "/script/subscription/{id}": self._subscription,
        }
        posts = {"/script/subscribe": self._subscribe, "/script/unsubscribe": self._unsubscribe}
        return [
            *(Route(_PREFIX + path, guarded(run), methods=["GET"]) for path, run in gets.items()),
            *(Route(_PREFIX + path, guarded(run), methods=["POST"]) for path, run in posts.items()),
        ]

    def _listing(
        self, name: str, items: Callable[[str, int], list[Any]], size: int
    ) -> Callable[[Request], Any]:
        async def listing(request: Request) -> Response:
            params = request.path_params
            return JSONResponse(
                paged(request, name, items(params["txid"], params.get("vout", 0)), size)
            )

        return listing

    def _forfeits(self, txid: str, _vout: int) -> list[str]:
        return self._indexer.forfeit_txids(txid)

    def _connectors(self, txid: str, _vout: int) -> list[dict[str, Any]]:
        return self._indexer.connectors(txid)

    def _tree(self, txid: str, vout: int) -> list[dict[str, Any]]:
        return self._indexer.tree(txid, vout)

    def _leaves(self, txid: str, vout: int) -> list[dict[str, Any]]:
        return self._indexer.leaves(txid, vout)

    async def _commitment(self, request: Request) -> Response:
        return JSONResponse(self._indexer.commitment(request.path_params["txid"]))

    async def _sweeps(self, request: Request) -> Response:
        params = request.path_params
        return JSONResponse({"sweptBy": self._indexer.sweeps(params["txid"], params["vout"])})

    async def _vtxos(self, request: Request) -> Response:
        query = request.query_params
        chosen = [
            wanted
            for flag, wanted in self._indexer.filters().items()
            if query.get(flag, "").lower() == "true"
        ]
        if len(chosen) > 1:
            raise ValueError("only one filter at a time")
        found = self._indexer.vtxos(
            query.getlist("scripts"),
            query.getlist("outpoints"),
            chosen[0] if chosen else _every,
            number(request, "after"),
            number(request, "before"),
        )
        return JSONResponse(paged(request, "vtxos", found))

    async def _chain(self, request: Request) -> Response:
        params = request.path_params
        found = self._indexer.chain(params["txid"], params["vout"])
        answer = paged(request, "chain", found)
        return JSONResponse({**answer, "authToken": "", "nextPageToken": ""})

    async def _virtual_txs(self, request: Request) -> Response:
        txids = request.path_params["txids"].split(",")
        return JSONResponse(paged(request, "txs", self._indexer.virtual_txs(txids)))

    # -- subscriptions ----------------------------------------------------------------------------

    async def _subscribe(self, request: Request) -> Response:
        body = await read_body(request)
        board = self._server.notices
        found = board.subscribe(body.text("subscriptionId"), body.texts("scripts"))
        return JSONResponse({"subscriptionId": found})

    async def _unsubscribe(self, request: Request) -> Response:
        body = await read_body(request)
        self._server.notices.unsubscribe(body.text("subscriptionId"), body.texts("scripts"))
        return JSONResponse({})

    async def _subscription(self, request: Request) -> Response:
        subscription_id = request.path_params["id"]
        wake = Wake()
        board = self._server.notices
        mailbox = board.listen(subscription_id, wake)
        return event_stream(
            request,
            mailbox.take,
            wake,
            lambda: board.leave(subscription_id, mailbox),
            HEARTBEAT_SECONDS,
        )
