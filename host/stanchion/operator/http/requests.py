"""Reading requests and writing answers: bodies, guards, structured errors, paging."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from arkcore.errors import ArkError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stanchion.operator.errors import Code, OperatorError

Json = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]
MAX_BODY_BYTES = 8_000_000
MIN_CLIENT_VERSION = (0, 9, 0)
DEFAULT_PAGE = 100


class Body:
    """A JSON object; fields are found in lowerCamelCase or snake_case, as protobuf JSON allows."""

    def __init__(self, fields: Any) -> None:
        if not isinstance(fields, dict):
            raise OperatorError(Code.INTERNAL_ERROR, "JSON object expected")
        self._fields = fields

    def _find(self, name: str) -> Any:
        snake = re.sub("([A-Z])", lambda found: "_" + found[0].lower(), name)
        return self._fields.get(name, self._fields.get(snake))

    def text(self, name: str) -> str:
        """An absent text is empty. Raises OperatorError."""
        value = self._find(name)
        if value is not None and not isinstance(value, str):
            raise OperatorError(Code.INTERNAL_ERROR, f"{name}: text expected")
        return value or ""

    def texts(self, name: str) -> list[str]:
        """An absent list is empty. Raises OperatorError."""
        value = self._find(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise OperatorError(Code.INTERNAL_ERROR, f"{name}: list of texts expected")
        return list(value)

    def text_map(self, name: str) -> dict[str, str]:
        """Raises OperatorError."""
        value = self._find(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise OperatorError(Code.INTERNAL_ERROR, f"{name}: map of texts expected")
        return dict(value)

    def part(self, name: str) -> Body | None:
        value = self._find(name)
        return None if value is None else Body(value)

    def intent(self) -> tuple[str, str]:
        """(proof, message). Raises OperatorError INVALID_INTENT_PSBT."""
        part = self.part("intent")
        if part is None:
            raise OperatorError(Code.INVALID_INTENT_PSBT, "missing intent")
        return part.text("proof"), part.text("message")


async def read_body(request: Request) -> Body:
    """Raises OperatorError for what is too large or no JSON object."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MAX_BODY_BYTES:
            raise OperatorError(Code.TX_TOO_LARGE, "request body")
    try:
        return Body(json.loads(raw or b"{}"))
    except ValueError as error:
        raise OperatorError(Code.INTERNAL_ERROR, "body is no JSON") from error


def check_headers(request: Request, digest: str) -> None:
    """Raises OperatorError BUILD_VERSION_TOO_OLD, DIGEST_MISMATCH."""
    version = re.match(r"v?(\d+)\.(\d+)\.(\d+)", request.headers.get("x-build-version", ""))
    if version and tuple(int(part) for part in version.groups()) < MIN_CLIENT_VERSION:
        least = ".".join(str(part) for part in MIN_CLIENT_VERSION)
        raise OperatorError(Code.BUILD_VERSION_TOO_OLD, f"at least {least} is needed")
    sent = request.headers.get("x-digest", "")
    if sent and sent != digest:
        raise OperatorError(Code.DIGEST_MISMATCH, "info has changed, fetch it again")


def guarded(handler: Handler) -> Handler:
    """Refusals become arkd's structured bodies with the status of their code."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except OperatorError as error:
            return refusal(error)
        except (ArkError, ValueError) as error:
            # Out of range, no hex, no outpoint: what the request said cannot be read.
            return refusal(OperatorError(Code.INVALID_PSBT_INPUT, str(error)))

    return answer


def refusal(error: OperatorError) -> JSONResponse:
    return JSONResponse(error.body(), error.code.grpc.http_status)


def number(request: Request, name: str) -> int:
    """A query parameter, 0 when absent. Raises ValueError."""
    value = int(request.query_params.get(name) or 0)
    if value < 0:
        raise ValueError(f"{name} is negative")
    return value


def paged(request: Request, name: str, items: Sequence[Any], size: int = DEFAULT_PAGE) -> Json:
    """One page of `items`; all of them without a page in the query. Raises ValueError.

    Pages are counted from 1, and 0 means the first (spec/arkade.md 12.2).
    """
    asked = "page.size" in request.query_params or "page.index" in request.query_params
    if not asked:
        return {name: list(items), "page": {"current": 1, "next": 1, "total": 1}}
    size = number(request, "page.size") or size
    index = max(number(request, "page.index"), 1)
    total = max(-(-len(items) // size), 1)
    start = (index - 1) * size
    page = {"current": index, "next": min(index + 1, total), "total": total}
    return {name: list(items[start : start + size]), "page": page}
