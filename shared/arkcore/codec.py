"""Integers and strings as Bitcoin serialises them, with bounds on everything that is read."""

from arkcore.errors import EncodingError

MAX_MONEY_SAT = 21_000_000 * 100_000_000


def compact_size(value: int) -> bytes:
    """Bitcoin's CompactSize encoding of 0 .. 2^32-1 (1, 3 or 5 bytes)."""
    if value < 0 or value > 0xFFFFFFFF:
        raise EncodingError("compact-size", "out of range")
    if value < 0xFD:
        return bytes((value,))
    if value <= 0xFFFF:
        return b"\xfd" + value.to_bytes(2, "little")
    return b"\xfe" + value.to_bytes(4, "little")


def var_bytes(data: bytes) -> bytes:
    """CompactSize length followed by the bytes."""
    return compact_size(len(data)) + data


class Reader:
    """Reads fields from one bytes object; never past its end, never more than asked."""

    __slots__ = ("_data", "_offset")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def remaining(self) -> int:
        return len(self._data) - self._offset

    def take(self, count: int) -> bytes:
        """The next `count` bytes. Raises EncodingError `truncated`."""
        if count < 0 or count > self.remaining():
            raise EncodingError("truncated", "wants %d bytes" % count)
        start = self._offset
        self._offset = start + count
        return bytes(self._data[start : self._offset])

    def u8(self) -> int:
        return self.take(1)[0]

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "little")

    def compact_size(self, limit: int) -> int:
        """A CompactSize of at most `limit`; longer forms than needed are refused."""
        first = self.u8()
        if first < 0xFD:
            value = first
        else:
            width = {0xFD: 2, 0xFE: 4, 0xFF: 8}[first]
            value = int.from_bytes(self.take(width), "little")
            if value < {2: 0xFD, 4: 0x10000, 8: 0x100000000}[width]:
                raise EncodingError("compact-size", "not minimal")
        if value > limit:
            raise EncodingError("too-large", "%d over the limit of %d" % (value, limit))
        return value

    def var_bytes(self, limit: int) -> bytes:
        return self.take(self.compact_size(limit))

    def finish(self) -> None:
        """Raises EncodingError `trailing-bytes` unless everything was read."""
        if self.remaining():
            raise EncodingError("trailing-bytes", "%d bytes" % self.remaining())


def to_hex_txid(txid: bytes) -> str:
    """Display form (reversed hex) of a txid in internal order."""
    return bytes(reversed(txid)).hex()


def from_hex_txid(text: str) -> bytes:
    """Internal order (32 bytes) of a txid in display form. Raises EncodingError `txid`."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raise EncodingError("txid", "not hex")
    if len(raw) != 32 or len(text) != 64:
        raise EncodingError("txid", "not 32 bytes")
    return bytes(reversed(raw))


def outpoint(txid: bytes, vout: int) -> bytes:
    """Outpoint as the 36 bytes that a transaction carries: txid (internal order), vout (LE)."""
    return txid + vout.to_bytes(4, "little")


def outpoint_text(point: bytes) -> str:
    """`txid:vout` as people and the operator's API write it."""
    return "%s:%d" % (to_hex_txid(point[:32]), int.from_bytes(point[32:], "little"))


def parse_outpoint_text(text: str) -> bytes:
    """36 bytes from `txid:vout`. Raises EncodingError `txid`."""
    parts = text.split(":")
    if len(parts) != 2 or not parts[1].isdigit() or len(parts[1]) > 10:
        raise EncodingError("txid", "not an outpoint")
    vout = int(parts[1])
    if vout > 0xFFFFFFFF:
        raise EncodingError("txid", "vout out of range")
    return outpoint(from_hex_txid(parts[0]), vout)
