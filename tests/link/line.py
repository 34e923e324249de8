"""A serial line that can be cut, noisy or lossy: two ptys with a thread between them.

The client opens `line.port` with pyserial; at the other end MicroPython runs `looped_device.py`.
Bytes pass as they are, unless a test sets `to_device` or `to_host`: then each frame passes through
that function, and what is no frame is lost.
"""

import os
import pty
import select
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from wire.frame import REQUEST, Frame, FrameDecoder, encode_frame

from tests.micropython import MODULE_PATH, ROOT

SCRIPT = ROOT / "tests" / "link" / "looped_device.py"
Edit = Callable[[Frame], bytes]


def unchanged(frame: Frame) -> bytes:
    return encode_frame(frame.type, frame.sequence, frame.body)


def damaged(frame: Frame) -> bytes:
    """The frame with its last bit flipped."""
    data = bytearray(unchanged(frame))
    data[-1] ^= 0x80
    return bytes(data)


def first(edit: Edit, frame_type: int) -> Edit:
    """`edit` for the first frame of that type, `unchanged` for all others."""
    done: list[Frame] = []

    def apply(frame: Frame) -> bytes:
        if frame.type != frame_type or done:
            return unchanged(frame)
        done.append(frame)
        return edit(frame)

    return apply


class Line:
    """Context manager: a device process, a line to it, and a port for the client."""

    def __init__(self, folder: Path) -> None:
        self.port = str(folder / "device")
        self.to_device: Edit | None = None
        self.to_host: Edit | None = None
        self._seen: list[Frame] = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._host_master = -1
        self._device_master = -1

    def __enter__(self) -> "Line":
        self.plug()
        self.start_device()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.device.kill()
        self.device.wait()
        self.unplug()
        os.close(self._device_master)

    def plug(self) -> None:
        """Make the port appear."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        with self._lock:
            self._host_master, self._host_slave = master, slave
            os.symlink(os.ttyname(slave), self.port)

    def unplug(self) -> None:
        """Make the port vanish while the device lives on."""
        with self._lock:
            if self._host_master >= 0:
                os.unlink(self.port)
                os.close(self._host_master)
                os.close(self._host_slave)
                self._host_master = -1

    def start_device(self) -> None:
        """Start the interpreter, or start it again after it ended."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(slave, False)
        environment = dict(os.environ, MICROPYPATH=":".join(str(path) for path in MODULE_PATH))
        interpreter = str(Path(sys.executable).parent / "micropython")
        self.device = subprocess.Popen(
            [interpreter, "-X", "heapsize=400k", str(SCRIPT)],
            stdin=slave,
            stdout=slave,
            env=environment,
        )
        os.close(slave)
        with self._lock:
            if self._device_master >= 0:
                os.close(self._device_master)
            self._device_master = master

    def requests(self) -> list[bytes]:
        """Bodies of the requests that the client sent since the last call."""
        with self._lock:
            seen, self._seen = self._seen, []
        return [frame.body for frame in seen if frame.type == REQUEST]

    def _run(self) -> None:
        down, up = FrameDecoder(), FrameDecoder()
        while not self._stop.is_set():
            if self.device.poll() is not None:
                self.start_device()
            with self._lock:
                sent = self._pass(self._host_master, self._device_master, down, self.to_device)
                self._pass(self._device_master, self._host_master, up, self.to_host)
                self._seen += sent
            time.sleep(0.001)

    def _pass(
        self, source: int, target: int, decoder: FrameDecoder, edit: Edit | None
    ) -> list[Frame]:
        """Carry what has arrived; the frames in it, as they were before `edit`."""
        if source < 0 or not select.select([source], [], [], 0)[0]:
            return []
        try:
            data = os.read(source, 4096)
        except OSError:
            return []
        frames = decoder.feed(data, time.monotonic_ns() // 1_000_000)
        if target >= 0:
            os.write(target, b"".join(edit(frame) for frame in frames) if edit else data)
        return frames
