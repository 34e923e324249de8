"""The device's own application objects in this process, on the host's curve, behind the wire's
schema: fast enough for one test a refusal. The same scenarios run over a serial line in
tests/device."""

import os
from typing import Any

from signer import bip32, dispatch
from signer.device import Device
from signer.keystore import KeyStore
from signer.operator_profile import OperatorProfile
from signer.screen import Screen
from wire import schema
from wire.methods import method_by_name

from tests.batch.operator import REGTEST, enrolment
from tests.both.device_parts import MemoryStorage


class LocalBoard:
    """An owner who gives `answers` to the questions of the screen, one each, and else says no.

    `drawn` holds what was on the screen.
    """

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.answer = ""
        self.drawn: list[list[str]] = []
        self.is_random = True

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count) if self.is_random else bytes(count)

    def ticks_ms(self) -> int:
        return 0

    def ticks_diff(self, a: int, b: int) -> int:
        return a - b

    def feed_watchdog(self) -> None:
        return None

    def poll(self, timeout_ms: int) -> None:
        return None

    def draw(self, lines: list[str]) -> None:
        self.drawn.append(lines)

    def button(self) -> str:
        return self.answer


class LocalLink:
    """A line on which the host neither pings nor cancels; a question wakes the owner."""

    def __init__(self, board: LocalBoard) -> None:
        self.board = board

    def pump(self) -> None:
        return None

    def take_cancel(self) -> bool:
        return False

    def send_progress(self, done: int, total: int) -> None:
        return None

    def wait_user(self, prompt: str) -> None:
        self.board.answer = self.board.answers.pop(0) if self.board.answers else "no"

    def user_answered(self) -> None:
        self.board.answer = ""


class LocalDevice:
    """A device with a wallet and the tests' operator enrolled; `call` is a request by name."""

    def __init__(self, storage: MemoryStorage | None = None) -> None:
        self.board = LocalBoard()
        self.storage = storage or MemoryStorage()
        keystore = KeyStore(self.storage)
        keystore.save(bytes(range(32)), REGTEST, bip32.from_seed(bytes(range(16))))
        self.device = self._start()
        self.device.fault = ""
        self.device.journal.create()
        self.device.pin_operator(OperatorProfile(REGTEST, enrolment()))

    def _start(self) -> Device:
        link = LocalLink(self.board)
        keystore = KeyStore(self.storage)
        device = Device(self.board, link, Screen(self.board, link), keystore)
        device.open()
        if not device.journal:
            raise RuntimeError(device.fault)
        return device

    def restart(self) -> None:
        """What a power cut leaves: flash, and nothing of RAM."""
        self.device = self._start()

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        method = method_by_name(name)
        checked = schema.from_wire(method.params, schema.to_wire(method.params, params))
        result = dispatch.run(self.device, name, checked)
        schema.to_wire(method.result, result)
        return result

    def answer(self, *answers: str) -> None:
        """The answers to the next questions of the screen, "yes" or "no" each."""
        self.board.answers += answers

    def screens(self) -> str:
        """All that was drawn since the last call, as one text."""
        drawn = "\n".join("\n".join(lines) for lines in self.board.drawn)
        self.board.drawn.clear()
        return drawn
