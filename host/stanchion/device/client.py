"""`DeviceClient`: requests with rising ids, retried without harm, replies checked."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any

from wire.frame import CANCEL, EVENT, LINK_ERROR, REPLY, REQUEST, Frame
from wire.methods import Method, method_by_name
from wire.service import IDLE
from wire.terms import VERSION

from stanchion.device import messages
from stanchion.device.commands import Commands
from stanchion.device.errors import (
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceRefused,
    DeviceRestarted,
    DeviceTimeout,
    ProtocolMismatch,
)
from stanchion.device.link import DeviceLink
from stanchion.device.shapes import HelloResult

_BUSY_PAUSE_S = 0.2
_CLIENT = "stanchion"


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds.

    After `quiet_s` without a sign of life the device is pinged; as long as it answers that it
    works or waits for its owner, nothing times out. `attempts` bounds how often one request is
    sent. `reopen_s` is how long a vanished port may take to come back.
    """

    quiet_s: float = 3.0
    ping_s: float = 5.0
    attempts: int = 3
    reopen_s: float = 5.0
    busy_s: float = 10.0


def _ignore(*_: object) -> None:
    return None


class DeviceClient(Commands):
    """One conversation with one device.

    `on_wait_user(prompt)` and `on_progress(done, total)` are called while a request is at work.
    A lost reply is fetched by sending the very same bytes again: the device then answers from its
    memory and does nothing twice.
    """

    def __init__(
        self,
        port: str,
        *,
        patience: Patience | None = None,
        on_wait_user: Callable[[str], object] = _ignore,
        on_progress: Callable[[int, int], object] = _ignore,
    ) -> None:
        self.link = DeviceLink(port)
        self.patience = patience or Patience()
        self.on_wait_user = on_wait_user
        self.on_progress = on_progress
        self.greeting: HelloResult | None = None
        self._call_lock = Lock()
        self._last_id = 0

    def __enter__(self) -> DeviceClient:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def connect(self) -> HelloResult:
        """Open the port and say hello. Raises DeviceError."""
        self.link.open()
        # A random first id keeps late replies to an earlier program apart from ours.
        self._last_id = secrets.randbelow(1 << 24)
        deadline = time.monotonic() + self.patience.busy_s
        while True:
            try:
                self.greeting = self.hello(min_version=VERSION, max_version=VERSION, client=_CLIENT)
                return self.greeting
            except DeviceBusy:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_BUSY_PAUSE_S)

    def close(self) -> None:
        self.link.close()

    def cancel(self) -> None:
        """Ask the device to give up the request at work; may be called from any thread.

        The request then ends with DeviceRefused `cancelled`, unless it was done already.
        """
        self.link.send(CANCEL, messages.encode_cancel(self._last_id))

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        """Carry out one method of `wire.methods` and return its named result.

        Raises DeviceRefused (DeviceBusy) when the device says no, DeviceTimeout, DeviceGone
        (DeviceRestarted), ProtocolMismatch; WireError `param-*` before anything is sent when the
        parameters break the schema.
        """
        method = method_by_name(name)
        with self._call_lock:
            body = messages.encode_request(self._last_id + 1, method, params)
            self._last_id += 1
            try:
                message = self._exchange(body, method)
            except KeyboardInterrupt:
                with suppress(DeviceError):
                    self.cancel()
                raise
        try:
            return messages.read_reply(message, method)
        except DeviceRefused as error:
            if error.tag == "hello-first":
                raise DeviceRestarted(self.link.port) from error
            raise

    def _exchange(self, body: bytes, method: Method) -> Any:
        """The decoded reply to `body`, sent as often as it takes."""
        started = time.monotonic()
        for attempt in range(self.patience.attempts):
            try:
                if attempt and self.link.closed:
                    self.link.reopen(self.patience.reopen_s)
                sequence = self.link.send(REQUEST, body)
                message = self._await_reply(sequence)
            except DeviceGone:
                self.link.close()
                if attempt + 1 == self.patience.attempts:
                    raise
                continue
            if message is not None:
                return message
        raise DeviceTimeout(method.name, time.monotonic() - started)

    def _await_reply(self, sequence: int) -> Any | None:
        """The decoded reply, or None when the request should be sent again."""
        while True:
            frame = self.link.receive(time.monotonic() + self.patience.quiet_s)
            if frame is None:
                activity = self.link.ping(self.patience.ping_s)
                # Only a device that is idle, or silent, has lost the request or its reply.
                if activity in (None, IDLE) and not self.link.has_frames:
                    return None
            elif frame.type == EVENT:
                self._dispatch(frame)
            elif frame.type == LINK_ERROR and frame.sequence == sequence:
                return None
            elif frame.type == REPLY:
                message = messages.decode(frame.body)
                answered = messages.reply_id(message)
                if answered == self._last_id or (not answered and frame.sequence == sequence):
                    return message

    def _dispatch(self, frame: Frame) -> None:
        event = messages.read_event(frame.body)
        if event.request_id != self._last_id:
            return
        if event.name == "wait_user":
            self.on_wait_user(event.data["prompt"])
        elif event.name == "progress":
            self.on_progress(event.data["done"], event.data["total"])


__all__ = ["DeviceClient", "DeviceError", "Patience", "ProtocolMismatch"]
