"""A remote operator as the batch driver's `OperatorPort`: calls block, events are collected."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from typing import Any, Self, TypeVar

from stanchion.operator.errors import OperatorError
from stanchion.operator_client.client import OperatorClient, OperatorUnavailable
from stanchion.operator_client.stream import events

_CALL_SECONDS = 60.0
_OPEN_SECONDS = 15.0
_T = TypeVar("_T")


class RemoteStream:
    """Collects events in the background; `take` hands them over, oldest first."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque()
        self.started = threading.Event()
        self.refusal: OperatorError | None = None
        self._task: Future[None] | None = None

    def start(self, task: Future[None]) -> None:
        self._task = task

    async def collect(self, client: OperatorClient, topics: Sequence[str]) -> None:
        try:
            async for event in events(client, topics):
                self._events.append(event)
                if "streamStarted" in event:
                    self.started.set()
        except OperatorError as error:
            self.refusal = error
            self.started.set()

    def take(self) -> list[dict[str, Any]]:
        """Raises OperatorError when the operator has refused the stream."""
        if self.refusal is not None:
            raise self.refusal
        taken = []
        while self._events:
            taken.append(self._events.popleft())
        return taken

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()


class HttpOperatorPort:
    """An operator at `url`; its client runs in a thread of its own until `close`."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = OperatorClient(url)
        self._streams: list[RemoteStream] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends streams and connections."""
        for stream in self._streams:
            stream.close()
        with suppress(OperatorError):
            self._wait(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(_CALL_SECONDS)
        except FutureTimeout as error:
            future.cancel()
            raise OperatorUnavailable("no answer in time") from error

    def info(self) -> dict[str, Any]:
        return self._wait(self._client.info())

    def open_feed(self, topics: Iterable[str]) -> RemoteStream:
        """Returns once the stream stands. Raises OperatorError."""
        stream = RemoteStream()
        work = stream.collect(self._client, list(topics))
        stream.start(asyncio.run_coroutine_threadsafe(work, self._loop))
        self._streams.append(stream)
        if not stream.started.wait(_OPEN_SECONDS):
            stream.close()
            raise OperatorUnavailable("the event stream does not open")
        if stream.refusal is not None:
            raise stream.refusal
        return stream

    def register_intent(self, proof: str, message: str) -> str:
        return self._wait(self._client.register_intent(proof, message))

    def delete_intent(self, proof: str, message: str) -> None:
        self._wait(self._client.delete_intent(proof, message))

    def confirm(self, intent_id: str) -> None:
        self._wait(self._client.confirm(intent_id))

    def submit_nonces(self, batch_id: str, pubkey: str, nonces: Mapping[str, str]) -> None:
        self._wait(self._client.submit_nonces(batch_id, pubkey, nonces))

    def submit_signatures(self, batch_id: str, pubkey: str, signatures: Mapping[str, str]) -> None:
        self._wait(self._client.submit_signatures(batch_id, pubkey, signatures))

    def submit_forfeits(self, signed_forfeits: Sequence[str], signed_commitment: str = "") -> None:
        self._wait(self._client.submit_forfeits(signed_forfeits, signed_commitment))

    def vtxos(self, scripts: Sequence[str], **flags: bool) -> list[dict[str, Any]]:
        """Indexer records of the VTXOs at these scripts (hex)."""
        return self._wait(self._client.vtxos(scripts, **flags))
