"""Frames over a serial port: opening, reading with deadlines, reconnecting, pings."""

from __future__ import annotations

import os
import time
from collections import deque
from threading import Lock

import serial
from wire.frame import LINK_ERROR, PING, PONG, Frame, FrameDecoder, encode_frame

from stanchion.device.errors import DeviceGone, DeviceTimeout

_READ_SLICE_S = 0.05
_REOPEN_PAUSE_S = 0.1
_WRITE_TIMEOUT_S = 10.0


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class DeviceLink:
    """One exclusive serial port, spoken to in frames.

    Sending is safe from several threads (a cancel may come from another one); receiving belongs to
    the thread that waits for a reply.
    """

    def __init__(self, port: str, baudrate: int = 115_200) -> None:
        self.port = port
        self._baudrate = baudrate
        self._serial: serial.Serial | None = None
        self._decoder = FrameDecoder()
        self._inbox: deque[Frame] = deque()
        self._send_lock = Lock()
        self._sequence = 0

    def open(self) -> None:
        """Open the port for this program alone and forget what was read. Raises DeviceGone."""
        self.close()
        try:
            self._serial = serial.Serial(
                self.port,
                self._baudrate,
                timeout=_READ_SLICE_S,
                write_timeout=_WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except (OSError, ValueError) as error:
            self._serial = None
            raise DeviceGone(self.port, str(error)) from error
        self._decoder = FrameDecoder()
        self._inbox.clear()

    def close(self) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    @property
    def closed(self) -> bool:
        return self._serial is None

    @property
    def has_frames(self) -> bool:
        """Whether frames came in during a ping and wait for `receive`."""
        return bool(self._inbox)

    def reopen(self, patience_s: float) -> None:
        """Open the port again, waiting for it to come back. Raises DeviceGone."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return self.open()
            except DeviceGone:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_REOPEN_PAUSE_S)

    def send(self, frame_type: int, body: bytes) -> int:
        """Send one frame; its sequence number. Raises DeviceGone, DeviceTimeout."""
        with self._send_lock:
            self._sequence = (self._sequence + 1) & 0xFFFF
            data = encode_frame(frame_type, self._sequence, body)
            try:
                self._require_open().write(data)
            except serial.SerialTimeoutException as error:
                raise DeviceTimeout("a frame", _WRITE_TIMEOUT_S) from error
            except (OSError, TypeError) as error:
                raise DeviceGone(self.port, str(error)) from error
            return self._sequence

    def receive(self, deadline: float) -> Frame | None:
        """The next frame, or None at `deadline` (`time.monotonic`). Raises DeviceGone."""
        while not self._inbox:
            if time.monotonic() >= deadline:
                return None
            self._inbox.extend(self._read())
        return self._inbox.popleft()

    def ping(self, timeout_s: float) -> int | None:
        """The device's activity (`wire.service` IDLE, WORKING ...), or None without an answer.

        Frames that arrive meanwhile are kept for `receive`. Raises DeviceGone.
        """
        echo = os.urandom(8)
        self.send(PING, echo)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for frame in self._read():
                if frame.type == PONG and frame.body[1:] == echo:
                    return frame.body[0]
                self._inbox.append(frame)
        return None

    def _read(self) -> list[Frame]:
        """Frames that arrive within a short while; a frame damaged on its way is a LINK_ERROR."""
        port = self._require_open()
        try:
            data = port.read(max(1, port.in_waiting))
        except (OSError, TypeError) as error:
            # pyserial raises TypeError when another thread has closed the port.
            raise DeviceGone(self.port, str(error)) from error
        frames = self._decoder.feed(data, _now_ms())
        damaged = self._decoder.take_faults()
        return frames + [Frame(LINK_ERROR, fault.sequence, b"") for fault in damaged]

    def _require_open(self) -> serial.Serial:
        if self._serial is None:
            raise DeviceGone(self.port, "the port is closed")
        return self._serial
