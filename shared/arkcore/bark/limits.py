"""Fields that every part of a bark VTXO shares, read within bark's limits (spec/bark.md 0, 2.6)."""

import secp256k1

from arkcore.codec import MAX_MONEY_SAT, Reader
from arkcore.errors import EncodingError
from arkcore.tx import TxOut

MAX_DELTA_BLOCKS = 0xFFFF // 4
MAX_HEIGHT = 500_000_000 - 1 - 4 * MAX_DELTA_BLOCKS
MAX_SCRIPT_BYTES = 100


def read_pubkey(reader: Reader) -> bytes:
    """A key (33 bytes) that is a point. Raises EncodingError `bark-key`, `truncated`."""
    key = reader.take(33)
    try:
        secp256k1.parse_point(key)
    except secp256k1.CurveError:
        raise EncodingError("bark-key", key.hex())
    return key


def read_height(reader: Reader) -> int:
    """Raises EncodingError `bark-range`: sums with delays must stay heights, not times."""
    height = reader.u32()
    if height > MAX_HEIGHT:
        raise EncodingError("bark-range", "height %d" % height)
    return height


def read_delta(reader: Reader) -> int:
    """Raises EncodingError `bark-range`: twice the delay must still fit BIP-68."""
    delta = int.from_bytes(reader.take(2), "little")
    if delta > MAX_DELTA_BLOCKS:
        raise EncodingError("bark-range", "%d blocks" % delta)
    return delta


def read_amount(reader: Reader) -> int:
    """Raises EncodingError `bark-range`."""
    amount_sat = reader.u64()
    if amount_sat > MAX_MONEY_SAT:
        raise EncodingError("bark-range", "%d sat" % amount_sat)
    return amount_sat


def read_output(reader: Reader) -> TxOut:
    return TxOut(read_amount(reader), reader.var_bytes(MAX_SCRIPT_BYTES))
