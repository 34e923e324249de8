"""Relative locks: BIP-68 sequence numbers and the operator's raw values (spec/arkade.md 2.3)."""

from arkcore.errors import EncodingError

SECONDS_UNIT = 512
MAX_BLOCKS = 0xFFFF
MAX_SECONDS = 0xFFFF * SECONDS_UNIT
_TYPE_SECONDS = 1 << 22
_DISABLED = 1 << 31


def blocks(count: int) -> int:
    """Sequence of a delay in blocks, 0 .. 65535. Raises EncodingError `delay-range`."""
    if count < 0 or count > MAX_BLOCKS:
        raise EncodingError("delay-range", "%d blocks" % count)
    return count


def seconds(count: int) -> int:
    """Sequence of a delay in seconds, a multiple of 512 up to 33 553 920.

    Raises EncodingError `delay-range`, `delay-granularity`.
    """
    if count < 0 or count > MAX_SECONDS:
        raise EncodingError("delay-range", "%d seconds" % count)
    if count % SECONDS_UNIT:
        # arkd rounds such values down and other clients up: their scripts would differ.
        raise EncodingError("delay-granularity", "%d seconds" % count)
    return _TYPE_SECONDS | count // SECONDS_UNIT


def from_operator_value(value: int) -> int:
    """Sequence of a delay as operators publish it: below 512 blocks, else seconds.

    Raises EncodingError `delay-range` (also for 0: such a lock delays nothing),
    `delay-granularity`.
    """
    if value < 1:
        raise EncodingError("delay-range", "%d" % value)
    return blocks(value) if value < SECONDS_UNIT else seconds(value)


def decode(sequence: int) -> "tuple[str, int]":
    """("blocks", count) or ("seconds", count) that BIP-68 reads from a sequence number.

    Raises EncodingError `delay-range`, `delay-disabled`.
    """
    if sequence < 0 or sequence > 0xFFFFFFFF:
        raise EncodingError("delay-range", "%d" % sequence)
    if sequence & _DISABLED:
        raise EncodingError("delay-disabled", "0x%08x" % sequence)
    count = sequence & 0xFFFF
    if sequence & _TYPE_SECONDS:
        return "seconds", count * SECONDS_UNIT
    return "blocks", count


def check_canonical(sequence: int) -> None:
    """Raises EncodingError `delay-bits` if bits without meaning are set, else as `decode`."""
    decode(sequence)
    if sequence & ~(_TYPE_SECONDS | 0xFFFF):
        raise EncodingError("delay-bits", "0x%08x" % sequence)
