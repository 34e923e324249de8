"""The operator as a web application; a chain's explorer may be served beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from stanchion.operator.http.ark import ArkService
from stanchion.operator.http.indexer import IndexerService
from stanchion.operator.http.server import OperatorServer


async def _not_found(request: Request, _error: Exception) -> Response:
    body = {"code": 5, "message": f"not found: {request.url.path}", "details": []}
    return JSONResponse(body, 404)


def operator_app(server: OperatorServer, more_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """Serves `server` and keeps it going for as long as the application lives."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(server.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    routes = [*ArkService(server).routes(), *IndexerService(server).routes(), *more_routes]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: _not_found})
