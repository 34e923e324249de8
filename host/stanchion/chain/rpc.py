"""JSON-RPC of a Bitcoin node over HTTP: cookie or password, nothing retried but a new cookie."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from stanchion.chain.port import ChainUnavailable

_TIMEOUT_SECONDS = 30.0
_SCAN_TIMEOUT_SECONDS = 900.0
_UNAUTHORIZED = 401
_WARMING_UP = -28
_SATS = Decimal(100_000_000)


class RpcError(Exception):
    """The node answered with an error: its `code` and `message`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message


def sat(amount: Any) -> int:
    """Satoshi of an amount in bitcoin, read without a binary fraction in between."""
    return int(Decimal(amount) * _SATS)


class NodeRpc:
    """Calls of one node at `url`. Either a `cookie` file or `user` and `password`.

    The cookie is read again when the node refuses it: a restarted node writes a new one.
    """

    def __init__(
        self,
        url: str,
        *,
        cookie: Path | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        self._url = url
        self._cookie = cookie
        self._login = (user, password)
        self._client = httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False)
        self._read_cookie()

    def close(self) -> None:
        self._client.close()

    def _read_cookie(self) -> None:
        if self._cookie is None:
            return
        try:
            user, _, password = self._cookie.read_text().strip().partition(":")
        except OSError:
            return
        self._login = (user, password)

    def call(self, method: str, *params: Any, scanning: bool = False) -> Any:
        """The result; amounts are Decimal. Raises RpcError, ChainUnavailable.

        `scanning` waits longer: the whole set of unspent outputs is read.
        """
        body = json.dumps({"jsonrpc": "1.0", "id": 0, "method": method, "params": params})
        response = self._post(body, scanning)
        if response.status_code == _UNAUTHORIZED and self._cookie is not None:
            self._read_cookie()
            response = self._post(body, scanning)
        return self._result(response)

    def _post(self, body: str, scanning: bool) -> httpx.Response:
        timeout = _SCAN_TIMEOUT_SECONDS if scanning else _TIMEOUT_SECONDS
        try:
            return self._client.post(self._url, content=body, auth=self._login, timeout=timeout)
        except httpx.HTTPError as error:
            raise ChainUnavailable(f"the node does not answer: {error}") from error

    @staticmethod
    def _result(response: httpx.Response) -> Any:
        try:
            answer = json.loads(response.text, parse_float=Decimal)
            error, result = answer["error"], answer["result"]
        except (ValueError, KeyError, TypeError) as problem:
            reason = f"the node answers with status {response.status_code}"
            raise ChainUnavailable(reason) from problem
        if error is None:
            return result
        if error["code"] == _WARMING_UP:
            raise ChainUnavailable(error["message"])
        raise RpcError(error["code"], error["message"])
