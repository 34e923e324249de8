"""The emulator's screen and buttons: two pipes, and what was drawn on them."""

import os
import threading
import time
from collections import deque
from contextlib import suppress

BUTTONS = {"yes": b"y", "no": b"n", "up": b"u", "down": b"d"}
_HISTORY = 2000


class Panel:
    """Screens come in from any number of processes, one after the other; presses go to the last.

    Every drawing has a number, rising from 1, so that a reader can wait for what comes next.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._screens: deque[tuple[int, list[str]]] = deque(maxlen=_HISTORY)
        self._count = 0
        self._press_fd = -1

    def attach(self, screen_fd: int, press_fd: int) -> None:
        """Takes over the parent's ends of a new process's pipes."""
        with self._changed:
            if self._press_fd >= 0:
                os.close(self._press_fd)
            self._press_fd = press_fd
        threading.Thread(target=self._read, args=(screen_fd,), daemon=True).start()

    def close(self) -> None:
        with self._changed:
            if self._press_fd >= 0:
                os.close(self._press_fd)
            self._press_fd = -1

    def _read(self, screen_fd: int) -> None:
        with os.fdopen(screen_fd, "rb") as stream:
            for line in stream:
                self._draw(line.decode("ascii", "replace").rstrip("\n").split("\t"))

    def _draw(self, lines: list[str]) -> None:
        with self._changed:
            self._count += 1
            self._screens.append((self._count, lines))
            self._changed.notify_all()

    def press(self, button: str) -> None:
        """Presses "yes", "no", "up" or "down"; nothing happens without a running process."""
        with self._changed, suppress(BrokenPipeError):
            if self._press_fd >= 0:
                os.write(self._press_fd, BUTTONS[button])

    def screen(self) -> list[str]:
        """The eight lines that are on the screen now."""
        with self._changed:
            return list(self._screens[-1][1]) if self._screens else []

    def count(self) -> int:
        """How many screens were drawn so far."""
        with self._changed:
            return self._count

    def next_screen(self, after: int, timeout: float) -> tuple[int, list[str]] | None:
        """The first screen with a number above `after`, waiting for it; None after `timeout` s."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for number, lines in self._screens:
                    if number > after:
                        return number, list(lines)
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return None
