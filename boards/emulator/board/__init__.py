"""The emulator: the unix port of MicroPython, its link a raw terminal, its flash one file.

What it needs comes by environment: STANCHION_FLASH names the flash file, STANCHION_PANEL_OUT and
STANCHION_PANEL_IN are numbers of inherited pipes. Each drawing goes out as one line of eight
fields divided by tabs; each byte that comes in is a pressed button (y n u d).
"""

import os
import select
import sys
import time

import vfs

from board.flash import FileFlash

NAME = "emulator"
DATA_DIR = "/flash"
RESET_EXIT_CODE = 3
LINES = 8
WIDTH = 21
_BUTTONS = {b"y": "yes", b"n": "no", b"u": "up", b"d": "down"}

# The parent process opened the terminal non-blocking, so reads give what is there.
_link_in = sys.stdin.buffer
_link_out = sys.stdout.buffer
_link_buffer = bytearray(1024)
_panel_out = open(int(os.getenv("STANCHION_PANEL_OUT")), "wb")  # noqa: SIM115
_panel_in = open(int(os.getenv("STANCHION_PANEL_IN")), "rb")  # noqa: SIM115
_poll = select.poll()
_poll.register(_link_in, select.POLLIN)
_poll.register(_panel_in, select.POLLIN)
_link_poll = select.poll()
_link_poll.register(_link_in, select.POLLIN)
_link_room = select.poll()
_link_room.register(_link_out, select.POLLOUT)
_panel_poll = select.poll()
_panel_poll.register(_panel_in, select.POLLIN)


def _mount() -> None:
    flash = FileFlash(os.getenv("STANCHION_FLASH"))
    if flash.is_blank():
        vfs.VfsLfs2.mkfs(flash)
    try:
        vfs.mount(vfs.VfsLfs2(flash), DATA_DIR)
    except OSError:
        # The unix port would print it to standard output, which is the link.
        sys.stderr.write("the flash file holds no data of a device; it was left as it is\n")
        sys.exit(1)


def _is_readable(poll) -> bool:
    for entry in poll.ipoll(0):
        # A hang-up without data comes when the other side is gone: then the board has no power.
        if not entry[1] & select.POLLIN:
            sys.exit(0)
        return True
    return False


def link_read(limit: int) -> bytes:
    """At most `limit` bytes that have arrived; empty if none."""
    if not _is_readable(_link_poll):
        return b""
    view = memoryview(_link_buffer)
    count = _link_in.readinto(view[: min(limit, len(view))])
    return bytes(view[:count]) if count else b""


def link_write(data: bytes) -> None:
    view = memoryview(data)
    while len(view):
        count = _link_out.write(view)
        if count:
            view = view[count:]
        else:
            _link_room.poll()


def poll(timeout_ms: int) -> None:
    """Waits until the link or a button has something, or `timeout_ms` went by."""
    for _ in _poll.ipoll(timeout_ms):
        return


def draw(lines: "list[str]") -> None:
    """Shows up to eight lines of up to 21 characters."""
    fields = [line[:WIDTH] for line in lines[:LINES]]
    fields += [""] * (LINES - len(fields))
    _panel_out.write("\t".join(fields).encode() + b"\n")


def button() -> str:
    """The next pressed button: "yes", "no", "up", "down"; "" if none was pressed."""
    if not _is_readable(_panel_poll):
        return ""
    pressed = _panel_in.read(1)
    if not pressed:
        sys.exit(0)
    return _BUTTONS.get(pressed, "")


def random_bytes(count: int) -> bytes:
    return os.urandom(count)


def ticks_ms() -> int:
    return time.ticks_ms()


def ticks_diff(later: int, earlier: int) -> int:
    return time.ticks_diff(later, earlier)


def feed_watchdog() -> None:
    """The emulator has no watchdog: its parent process can stop it."""


def report(error: Exception) -> None:
    """Where a developer reads about an unforeseen error; on a real board nobody does."""
    sys.print_exception(error, sys.stderr)


def reset() -> None:
    """Restarts: the parent process starts another interpreter on the same flash."""
    sys.exit(RESET_EXIT_CODE)


_mount()
