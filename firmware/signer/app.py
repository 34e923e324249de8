"""The application: one loop that reads requests, has them served, and shows what it waits for."""

import gc

from arkcore.errors import ArkError
from wire import terms
from wire.service import DeviceService, Stream
from wire.session import DeviceSession, Runner

from signer import dispatch, memory
from signer.device import Device
from signer.keystore import KeyStore
from signer.screen import Screen
from signer.storage import Storage

IDLE_MS = 1_000


class BoardStream(Stream):
    """The board's serial line."""

    def __init__(self, board) -> None:
        self._board = board

    def read(self, limit: int) -> bytes:
        return self._board.link_read(limit)

    def write(self, data: bytes) -> None:
        self._board.link_write(data)

    def now_ms(self) -> int:
        return self._board.ticks_ms()


class App(Runner):
    """Owns the device and the link; `board` is the module of the board."""

    def __init__(self, board) -> None:
        self._board = board
        self._link = DeviceService(BoardStream(board), DeviceSession(self))
        screen = Screen(board, self._link)
        self.device = Device(board, self._link, screen, KeyStore(Storage(board.DATA_DIR)))
        self.device.open()

    def device_state(self) -> int:
        state = self.device.state
        # A halted device lets commands through to the guard that names the reason.
        return terms.STATE_READY if state == terms.STATE_HALTED else state

    def run(self, name: str, params: dict) -> dict:
        """Serves one checked request; what nobody foresaw ends the batch session."""
        try:
            return dispatch.run(self.device, name, params)
        except ArkError:
            raise
        except Exception as error:
            self._board.report(error)
            # Half-done work may have left nonces in a state that nobody has thought through.
            self.device.drop_batch()
            raise

    def step(self) -> None:
        """One turn of the loop: serve a request, or wait for one."""
        self._board.feed_watchdog()
        self.device.drop_stale_batch()
        if self._link.serve():
            gc.collect()
            self.show_idle()
        else:
            while self._board.button():
                pass
            self._board.poll(IDLE_MS)

    def show_idle(self) -> None:
        device = self.device
        if device.fault:
            lines = ["STANCHION", "", "Stopped:", device.fault]
        elif not device.keystore.is_open:
            lines = ["STANCHION", "", "No wallet yet"]
        else:
            lines = ["STANCHION", "", "Ready", "Wallet " + device.keystore.fingerprint.hex()]
            if device.operator is not None:
                lines.append(device.operator.name)
        device.screen.show(lines)


def run(board) -> None:
    """Runs for ever."""
    app = App(board)
    memory.working()
    app.show_idle()
    while True:
        app.step()
