"""What every parser owes to any bytes: a value that encodes to the same bytes, or an ArkError.

Each target takes bytes and returns nothing; any other exception is a finding.
"""

from collections.abc import Callable
from typing import Any

from arkcore import closures
from arkcore.address import ark_address, decode_ark_address
from arkcore.errors import ArkError
from arkcore.intent_message import parse_message
from arkcore.notes import decode_note
from arkcore.psbt import Psbt
from arkcore.pushes import read_ops
from arkcore.tx import Tx
from wire import cbor, frame

_BEHIND = frame.encode_frame(frame.PING, 7, b"behind")
_CHUNK = 61


def _parsed(parse: Callable[..., Any], *values: Any) -> Any:
    try:
        return parse(*values)
    except ArkError:
        return None


def frames(data: bytes) -> None:
    """After any noise and a pause, the next whole frame is found."""
    decoder = frame.FrameDecoder()
    now_ms = 0
    for start in range(0, len(data), _CHUNK):
        decoder.feed(data[start : start + _CHUNK], now_ms)
        decoder.take_faults()
        now_ms += 10
    for _ in range(len(data) + 2):
        now_ms += 1_000
        decoder.feed(b"", now_ms)
    found = decoder.feed(_BEHIND, now_ms + 1)
    assert [one.body for one in found] == [b"behind"]


def cbor_values(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except ArkError:
        return
    assert cbor.encode(value) == data


def transactions(data: bytes) -> None:
    tx = _parsed(Tx.parse, data)
    if tx is not None:
        assert data in (tx.serialize(), tx.serialize(False))


def psbts(data: bytes) -> None:
    found = _parsed(Psbt.parse, data)
    if found is not None:
        assert Psbt.parse(found.serialize()).serialize() == found.serialize()
        _parsed(found.prevouts)


def scripts(data: bytes) -> None:
    _parsed(read_ops, data)
    closure = _parsed(closures.decode, data)
    if closure is not None:
        assert closure.script == data


def texts(data: bytes) -> None:
    text = data.decode("latin-1")
    address = _parsed(decode_ark_address, text)
    if address is not None:
        assert ark_address(*address) == text.lower()
    note = _parsed(decode_note, text)
    if note is not None:
        assert note.text() == text
    for kind in ("register", "delete"):
        _parsed(parse_message, text, kind)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frames": frames,
    "cbor": cbor_values,
    "transactions": transactions,
    "psbts": psbts,
    "scripts": scripts,
    "texts": texts,
}
