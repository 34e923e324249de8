"""Frames on the serial stream, and a decoder that finds them again after any garbage.

    magic AB 5D | type u8 | flags u8 (0) | sequence u16 | length u16 | check u16 | body | CRC-32 u32

Integers are little endian. `check` is the low half of the CRC-32 of the first 8 bytes, so that a
false magic costs two bytes and not the wait for a body that never comes; the last field is the
CRC-32 of header and body. All searching and summing is done by C code (`find`, `crc32`, `struct`).
"""

import struct
from binascii import crc32

from wire.errors import WireError

MAGIC = b"\xab\x5d"
HEADER_SIZE = 10
TRAILER_SIZE = 4
MAX_BODY = 4096
MAX_FRAME = HEADER_SIZE + MAX_BODY + TRAILER_SIZE
STALE_MS = 250

REQUEST = 1
REPLY = 2
LINK_ERROR = 3
PING = 4
PONG = 5
CANCEL = 6
EVENT = 7
TYPES = (REQUEST, REPLY, LINK_ERROR, PING, PONG, CANCEL, EVENT)

_MAX_FAULTS = 8
_TICKS_MASK = 0x3FFFFFFF


def encode_frame(frame_type: int, sequence: int, body: bytes) -> bytes:
    """One frame. Raises WireError `frame-type`, `frame-length`."""
    if frame_type not in TYPES:
        raise WireError("frame-type", str(frame_type))
    if len(body) > MAX_BODY:
        raise WireError("frame-length", "%d bytes" % len(body))
    head = MAGIC + struct.pack("<BBHH", frame_type, 0, sequence & 0xFFFF, len(body))
    head += struct.pack("<H", crc32(head) & 0xFFFF)
    # One join, so that a large body is copied once.
    return b"".join((head, body, struct.pack("<I", crc32(body, crc32(head)))))


class Frame:
    """A frame that passed every check: `type`, `sequence`, `body` (bytes)."""

    __slots__ = ("type", "sequence", "body")

    def __init__(self, frame_type: int, sequence: int, body: bytes) -> None:
        self.type = frame_type
        self.sequence = sequence
        self.body = body


class Fault:
    """A frame that was lost: `tag` (`frame-*`) and the `sequence` its header claimed."""

    __slots__ = ("tag", "sequence")

    def __init__(self, tag: str, sequence: int) -> None:
        self.tag = tag
        self.sequence = sequence


class FrameDecoder:
    """Turns a byte stream into frames; holds at most one frame's worth of bytes.

    Whatever is not a frame is skipped, and a broken frame costs only itself: the search goes on
    two bytes after its magic, so a whole frame that begins inside it is still found.
    """

    __slots__ = ("_buffer", "_view", "_start", "_end", "_last_ms", "_faults")

    def __init__(self) -> None:
        self._buffer = bytearray(MAX_FRAME)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._last_ms = 0
        self._faults: "list[Fault]" = []

    def pending(self) -> int:
        """Bytes held that are not yet a frame."""
        return self._end - self._start

    def take_faults(self) -> "list[Fault]":
        """Frames lost since the last call (at most 8 are remembered)."""
        faults = self._faults
        self._faults = []
        return faults

    def feed(self, data: bytes, now_ms: int) -> "list[Frame]":
        """Frames completed by `data` (may be empty, to let time pass).

        `now_ms` is any millisecond counter, wrapping at 2^30 or not. An incomplete frame that got
        no byte for 250 ms is given up, so that a sender that died inside a frame blocks nobody.
        """
        frames: "list[Frame]" = []
        if self._end > self._start and self._elapsed(now_ms) >= STALE_MS:
            self._drop_stale(frames)
        offset = 0
        while offset < len(data):
            self._make_room()
            count = min(len(data) - offset, MAX_FRAME - self._end)
            self._view[self._end : self._end + count] = data[offset : offset + count]
            self._end += count
            offset += count
            self._scan(frames)
        if data:
            self._last_ms = now_ms
        return frames

    def _elapsed(self, now_ms: int) -> int:
        elapsed = (now_ms - self._last_ms) & _TICKS_MASK
        return 0 if elapsed > _TICKS_MASK >> 1 else elapsed

    def _make_room(self) -> None:
        if self._start:
            held = self._end - self._start
            self._view[:held] = bytes(self._view[self._start : self._end])
            self._start, self._end = 0, held

    def _drop_stale(self, frames: "list[Frame]") -> None:
        while self._end > self._start:
            if self._end - self._start >= HEADER_SIZE:
                self._fault("frame-timeout")
            self._start = min(self._start + len(MAGIC), self._end)
            self._scan(frames)

    def _fault(self, tag: str) -> None:
        if len(self._faults) < _MAX_FAULTS:
            sequence = struct.unpack_from("<H", self._buffer, self._start + 4)[0]
            self._faults.append(Fault(tag, sequence))

    def _scan(self, frames: "list[Frame]") -> None:
        """Consume everything that is decided; leave an incomplete candidate at `_start`."""
        while True:
            at = self._buffer.find(MAGIC, self._start, self._end)
            if at < 0:
                ends_in_magic = self._end > self._start and self._buffer[self._end - 1] == MAGIC[0]
                self._start = self._end - 1 if ends_in_magic else self._end
                return
            self._start = at
            held = self._end - at
            if held < HEADER_SIZE:
                return
            size = self._frame_size()
            if size > held:
                return
            if size:
                self._take(size, frames)
            else:
                self._start += len(MAGIC)

    def _frame_size(self) -> int:
        """Size of the frame that the header at `_start` announces; 0 if it is no header."""
        at = self._start
        length, check = struct.unpack_from("<HH", self._buffer, at + 6)
        if crc32(self._view[at : at + 8]) & 0xFFFF != check:
            return 0
        if length > MAX_BODY:
            self._fault("frame-length")
            return 0
        return HEADER_SIZE + int(length) + TRAILER_SIZE

    def _take(self, size: int, frames: "list[Frame]") -> None:
        at = self._start
        stop = at + size - TRAILER_SIZE
        frame_type, flags, sequence = struct.unpack_from("<BBH", self._buffer, at + 2)
        if crc32(self._view[at:stop]) != struct.unpack_from("<I", self._buffer, stop)[0]:
            self._fault("frame-crc")
            self._start += len(MAGIC)
            return
        if frame_type not in TYPES:
            self._fault("frame-type")
        elif flags:
            self._fault("frame-flags")
        else:
            frames.append(Frame(frame_type, sequence, bytes(self._view[at + HEADER_SIZE : stop])))
        self._start += size
