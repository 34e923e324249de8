"""Starts the firmware on MicroPython's unix port and gives it a serial port, a screen, buttons.

The child has the master side of a pty as its standard input and output; whoever wants to talk to
it opens `Emulator.port` with any serial program. Flash is one file. Exit code 3 is a reset.
"""

import fcntl
import os
import pty
import shutil
import subprocess
import sys
import termios
import threading
import time
import tty
from pathlib import Path
from types import TracebackType

from stanchion.bundle.manifest import MANIFEST_NAME, read_manifest
from stanchion.emulator.panel import Panel

RESET_EXIT_CODE = 3
START_COMMAND = "import boot, main"
_STOP_SECONDS = 5.0
# A firmware that resets this often in a row will never start.
_MAX_RESETS = 5
_QUICK_SECONDS = 2.0


class EmulatorError(Exception):
    """The emulator could not start, or the screen never showed what was waited for."""


def _interpreter() -> str:
    beside = Path(sys.executable).parent / "micropython"
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        raise EmulatorError(
            "micropython, the interpreter that runs the firmware, is not installed. Nothing was "
            "changed. `make setup` in the project's folder installs it."
        )
    return found


def _lock(path: Path) -> int:
    """A descriptor that holds `path` for us alone: two devices on one flash destroy it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmulatorError(f"the flash file {path} cannot be used: {error.strerror}")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise EmulatorError(
            f"another emulator runs on the flash file {path}, which was left as it is. "
            "End that one first, or name another file."
        )
    return fd


class Emulator:
    """One emulated device; use it as a context manager, or call start() and stop().

    `bundle_dir` as built by stanchion.bundle, `flash_path` a file that is made when it is missing,
    `heap` the size of the heap in MicroPython's notation. What the firmware writes to its standard
    error is kept in `log_path` (default: beside the flash file). `has_failed` tells that it ended
    by itself and was not started again.
    """

    def __init__(
        self,
        bundle_dir: Path | str,
        flash_path: Path | str,
        heap: str = "400k",
        log_path: Path | str | None = None,
    ) -> None:
        self.bundle_dir = Path(bundle_dir).resolve()
        self.flash_path = Path(flash_path).resolve()
        self.log_path = Path(log_path) if log_path else self.flash_path.with_suffix(".log")
        self.heap = heap
        self.panel = Panel()
        self.starts = 0
        self.has_failed = False
        self._resets = 0
        self._started_at = 0.0
        self._master = self._slave = self._flash_lock = -1
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._lock = threading.RLock()
        self._stopping = False

    def __enter__(self) -> "Emulator":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> str:
        """Path of the serial port; it stays the same across restarts."""
        return os.ttyname(self._slave)

    @property
    def firmware_hash(self) -> bytes:
        """The 32 bytes that the device must report as `build` in hello."""
        return read_manifest(self.bundle_dir).build

    @property
    def pid(self) -> int | None:
        """Process id of the interpreter, or None while none runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        """Powers the device on. Raises EmulatorError."""
        if not (self.bundle_dir / MANIFEST_NAME).is_file():
            raise EmulatorError(
                f"{self.bundle_dir} holds no firmware bundle; `stanchion bundle` makes one"
            )
        with self._lock:
            if self._flash_lock < 0:
                self._flash_lock = _lock(self.flash_path)
            if self._master < 0:
                self._master, self._slave = pty.openpty()
                # Raw, or the terminal would eat and change bytes; held open, or the firmware
                # would see a hang-up whenever the host closes its side.
                tty.setraw(self._slave)
                os.set_blocking(self._master, False)
            self._stopping = self.has_failed = False
            self._resets = 0
            try:
                self._spawn()
            except (OSError, EmulatorError) as error:
                self.stop()
                raise EmulatorError(f"the device could not be started: {error}")

    def stop(self) -> None:
        """Powers the device off and gives the serial port back."""
        self.kill()
        with self._lock:
            self.panel.close()
            for fd in (self._master, self._slave):
                if fd >= 0:
                    os.close(fd)
            self._master = self._slave = -1

    def kill(self) -> None:
        """Cuts the power: the interpreter ends at whatever instruction it is (SIGKILL)."""
        with self._lock:
            self._stopping = True
            child, watcher = self._child, self._watcher
            self._child = self._watcher = None
        if child is not None:
            child.kill()
            child.wait(_STOP_SECONDS)
        if watcher is not None:
            watcher.join(_STOP_SECONDS)
        with self._lock:
            if self._flash_lock >= 0:
                os.close(self._flash_lock)
            self._flash_lock = -1

    def restart(self) -> None:
        """Cuts the power and gives it back."""
        self.kill()
        self.start()

    def screen(self) -> list[str]:
        """The eight lines that are on the screen now."""
        return self.panel.screen()

    def press(self, button: str) -> None:
        """Presses "yes", "no", "up" or "down"."""
        self.panel.press(button)

    def wait_screen(self, text: str, timeout: float = 10.0) -> list[str]:
        """The screen as soon as one of its lines holds `text`. Raises EmulatorError."""
        deadline = time.monotonic() + timeout
        number = max(0, self.panel.count() - 1)
        while True:
            found = self.panel.next_screen(number, deadline - time.monotonic())
            if found is None:
                shown = " / ".join(line for line in self.screen() if line)
                raise EmulatorError(f"no {text!r} on the screen, which shows: {shown}")
            number, lines = found
            if any(text in line for line in lines):
                return lines

    def log(self) -> str:
        """What the firmware has written to its standard error."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _spawn(self) -> None:
        termios.tcflush(self._master, termios.TCIOFLUSH)
        termios.tcflush(self._slave, termios.TCIOFLUSH)
        screen_in, screen_out = os.pipe()
        press_in, press_out = os.pipe()
        environment = {
            "MICROPYPATH": str(self.bundle_dir),
            "STANCHION_FLASH": str(self.flash_path),
            "STANCHION_PANEL_OUT": str(screen_out),
            "STANCHION_PANEL_IN": str(press_in),
        }
        with self.log_path.open("ab") as log:
            child = subprocess.Popen(
                [_interpreter(), "-X", f"heapsize={self.heap}", "-c", START_COMMAND],
                stdin=self._master,
                stdout=self._master,
                stderr=log,
                cwd=self.bundle_dir,
                env=environment,
                pass_fds=(screen_out, press_in),
                start_new_session=True,
            )
        os.close(screen_out)
        os.close(press_in)
        self.panel.attach(screen_in, press_out)
        self.starts += 1
        self._started_at = time.monotonic()
        self._child = child
        self._watcher = threading.Thread(target=self._watch, args=(child,), daemon=True)
        self._watcher.start()

    def _watch(self, child: "subprocess.Popen[bytes]") -> None:
        code = child.wait()
        with self._lock:
            if self._stopping or self._child is not child:
                return
            is_quick = time.monotonic() - self._started_at < _QUICK_SECONDS
            self._resets = self._resets + 1 if is_quick else 0
            if code == RESET_EXIT_CODE and self._resets < _MAX_RESETS:
                self._spawn()
            else:
                self.has_failed = True
