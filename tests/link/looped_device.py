"""A device that only tests need: wire.service on stdin and stdout, with scripted commands.

Runs under MicroPython behind a raw, non-blocking pty. The first byte of `start_exit`'s outpoint
says what the request shall do; `get_status` tells in `vtxo_count` how many requests were carried
out since the start.
"""

import os
import select
import sys
import time

from wire import terms
from wire.errors import PolicyError, WireError
from wire.service import DeviceService, Stream
from wire.session import DeviceSession, Runner

DO_NOTHING = 0
SHOW_PROGRESS = 1
WAIT_FOR_OWNER = 2
RESTART = 3
REFUSE = 4
SLEEP_DEAF = 5
PRINT_NOISE = 6
WORK_LONG = 7


class Terminal(Stream):
    def __init__(self) -> None:
        self._poll = select.poll()
        self._poll.register(sys.stdin.buffer, select.POLLIN)
        self._buffer = bytearray(512)

    def wait(self, timeout_ms: int) -> None:
        self._poll.poll(timeout_ms)

    def read(self, limit: int) -> bytes:
        if not self._poll.poll(0):
            return b""
        view = memoryview(self._buffer)
        count = sys.stdin.buffer.readinto(view[: min(limit, len(view))])
        if count == 0:
            sys.exit(0)
        return bytes(view[:count]) if count else b""

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while len(view):
            view = view[sys.stdout.buffer.write(view) or 0 :]

    def now_ms(self) -> int:
        return time.ticks_ms()


class ScriptedDevice(Runner):
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.service = DeviceService(terminal, DeviceSession(self))
        self._boot_id = os.urandom(8)
        self._runs = 0

    def device_state(self) -> int:
        return terms.STATE_READY

    def run(self, name: str, params: "dict[object, object]") -> "dict[object, object]":
        if name == "hello":
            return self._greeting()
        if name == "get_status":
            return self._status()
        self._runs += 1
        if name == "start_exit":
            self._act(params["outpoint"][0])
        return {"nonces": [bytes(66)] * 12} if name == "get_nonces" else {}

    def _greeting(self) -> "dict[object, object]":
        limits = {"frame_body": 4096, "inputs": 16, "outputs": 16, "cosigners": 256, "depth": 12}
        return {
            "firmware": "test",
            "board": "pty",
            "build": bytes(32),
            "limits": limits,
            "features": 0,
            "state": terms.STATE_READY,
            "boot_id": self._boot_id,
        }

    def _status(self) -> "dict[object, object]":
        return {
            "state": terms.STATE_READY,
            "session_state": 0,
            "vtxo_count": self._runs,
            "heap_free": 0,
            "heap_used": 0,
            "largest_free": 0,
        }

    def _act(self, action: int) -> None:
        if action == SHOW_PROGRESS:
            for done in range(1, 4):
                self.service.send_progress(done, 3)
        elif action == WAIT_FOR_OWNER:
            self.service.wait_user("Leave?")
            self._pump_for(20_000)
            raise WireError("user-timeout")
        elif action == RESTART:
            sys.exit(3)
        elif action == REFUSE:
            raise PolicyError("exit-fee", "fee over the limit")
        elif action == SLEEP_DEAF:
            time.sleep_ms(700)
        elif action == PRINT_NOISE:
            print("Traceback (most recent call last):", "\xab\x5d" * 9)
        elif action == WORK_LONG:
            self._pump_for(900)

    def _pump_for(self, span_ms: int) -> None:
        started = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), started) < span_ms:
            self.service.pump()
            if self.service.take_cancel():
                raise WireError("cancelled")
            self._terminal.wait(20)


def main() -> None:
    terminal = Terminal()
    device = ScriptedDevice(terminal)
    while True:
        if not device.service.serve():
            terminal.wait(50)


if __name__ == "__main__":
    main()
