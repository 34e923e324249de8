"""The operator's event stream, opened again whenever it breaks.

Nothing is replayed: what was published while the stream was down is lost, and the batch it
belonged to will fail by the operator's clock. Topics are sent again with each connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
from httpx_sse import EventSource, SSEError

from stanchion.operator_client.client import OperatorClient, OperatorUnavailable, read_error

EVENTS_PATH = "/v1/batch/events"
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
# The operator breaks its silence every minute.
_SILENCE_SECONDS = 90.0


async def events(
    client: OperatorClient, topics: Sequence[str], path: str = EVENTS_PATH
) -> AsyncIterator[dict[str, Any]]:
    """Events for ever, heartbeats included. Raises OperatorError when the operator refuses."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            async for event in _connection(client, topics, path):
                pause = _FIRST_PAUSE_SECONDS
                yield event
        except (httpx.HTTPError, SSEError, OperatorUnavailable):
            pass
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


async def _connection(
    client: OperatorClient, topics: Sequence[str], path: str
) -> AsyncIterator[dict[str, Any]]:
    timeout = httpx.Timeout(_SILENCE_SECONDS, connect=_LONGEST_PAUSE_SECONDS)
    headers = {"Accept": "text/event-stream"}
    async with client.http.stream(
        "GET", path, params={"topics": list(topics)}, headers=headers, timeout=timeout
    ) as response:
        if not response.is_success:
            await response.aread()
            raise read_error(response)
        async for frame in EventSource(response).aiter_sse():
            try:
                event = json.loads(frame.data)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event
