"""The operator at work in an event loop: one thread, woken by requests and by a clock."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

from stanchion.operator import messages
from stanchion.operator.engine import Operator
from stanchion.operator.indexer import Indexer
from stanchion.operator.notices import NoticeBoard

HEARTBEAT_SECONDS = 60.0
_TICK_SECONDS = 0.1
_STREAM_WAIT_SECONDS = 2.0
_STREAM_POLL_SECONDS = 0.02


def stop_process() -> None:
    """Asks this process to end, as its supervisor would."""
    signal.raise_signal(signal.SIGTERM)


class OperatorServer:
    """What all handlers share. Everything runs on the loop's one thread, so nothing is locked."""

    def __init__(
        self,
        operator: Operator,
        on_tick: Callable[[], None] = lambda: None,
        on_failure: Callable[[], None] = stop_process,
    ) -> None:
        """`on_tick` is called again and again while the server runs."""
        self.operator = operator
        self.indexer = Indexer(operator)
        self.notices = NoticeBoard(operator, self.indexer)
        self._on_tick = on_tick
        self._on_failure = on_failure

    def advance(self) -> None:
        """Does what is due and tells of it.

        After an error that nobody foresaw, a full disk for one, memory may be ahead of the
        journal; so the process ends, and a restart goes on from what was journaled.
        """
        try:
            self.operator.advance()
            self.notices.advance()
        except Exception:
            self._on_failure()
            raise

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._on_tick()
            self.advance()
            await asyncio.sleep(_TICK_SECONDS)

    async def wait_for_stream(self, topics: list[str]) -> None:
        """Gives a client's event stream the time to stand before its intent can be picked.

        Clients open the stream and register at once, and the stream replays nothing.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _STREAM_WAIT_SECONDS
        while loop.time() < deadline and not self.operator.context.feed.has_listener(topics):
            await asyncio.sleep(_STREAM_POLL_SECONDS)


class Wake:
    """Lets a stream sleep until something was pushed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


def event_stream(
    request: Request,
    take: Callable[[], list[dict[str, Any]]],
    wake: Wake,
    close: Callable[[], None],
    heartbeat_seconds: float,
) -> StreamingResponse:
    """Server-sent events: each `data:` line is one JSON object; a heartbeat breaks silence."""
    frames = _frames(request.is_disconnected, take, wake, close, heartbeat_seconds)
    headers = {"Cache-Control": "no-cache"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)


async def _frames(
    is_gone: Callable[[], Awaitable[bool]],
    take: Callable[[], list[dict[str, Any]]],
    wake: Wake,
    close: Callable[[], None],
    heartbeat_seconds: float,
) -> AsyncIterator[str]:
    try:
        while not await is_gone():
            await wake.wait(heartbeat_seconds)
            for event in take() or [messages.heartbeat()]:
                yield f"data: {json.dumps(event, separators=(',', ':'))}\n\n"
    finally:
        close()
