"""The CBOR profile of the wire: RFC 8949 section 4.2 deterministic, and narrower.

Allowed: unsigned integers (shortest form), byte strings, text (valid UTF-8), arrays, maps with
unsigned integer keys in ascending order, false and true. Anything else is EncodingError
`cbor-encoding`. One meaning therefore has one encoding, and a digest of the bytes is a digest of
the meaning. Neither direction recurses: nesting costs list entries, never C stack.
"""

from wire.errors import WireError

MAX_BYTES = 4096
MAX_DEPTH = 8
MAX_ITEMS = 64
MAX_VALUES = 1024

_UINT = 0
_BYTES = 2
_TEXT = 3
_ARRAY = 4
_MAP = 5
_MINIMUM = {24: 24, 25: 0x100, 26: 0x10000, 27: 0x100000000}


def _refuse(reason: str) -> WireError:
    return WireError("cbor-encoding", reason)


def _head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes(((major << 5) | value,))
    if value <= 0xFF:
        return bytes(((major << 5) | 24, value))
    if value <= 0xFFFF:
        return bytes(((major << 5) | 25,)) + value.to_bytes(2, "big")
    if value <= 0xFFFFFFFF:
        return bytes(((major << 5) | 26,)) + value.to_bytes(4, "big")
    if value > 0xFFFFFFFFFFFFFFFF:
        raise _refuse("integer over 64 bits")
    return bytes(((major << 5) | 27,)) + value.to_bytes(8, "big")


def _check_size(count: int, depth: int) -> None:
    if count > MAX_ITEMS:
        raise _refuse("over %d items" % MAX_ITEMS)
    if depth >= MAX_DEPTH:
        raise _refuse("over %d levels" % MAX_DEPTH)


def _encode_map(
    value: "dict[int, object]", depth: int, pending: "list[tuple[object, int]]"
) -> bytes:
    _check_size(len(value), depth)
    for key in value:
        if type(key) is not int or key < 0:
            raise _refuse("map key is not an unsigned integer")
    for key in sorted(value, reverse=True):
        pending.append((value[key], depth + 1))
        pending.append((key, depth + 1))
    return _head(_MAP, len(value))


def _encode_one(value: object, depth: int, pending: "list[tuple[object, int]]") -> bytes:
    if value is True:
        return b"\xf5"
    if value is False:
        return b"\xf4"
    if isinstance(value, int):
        if value < 0:
            raise _refuse("negative integer")
        return _head(_UINT, value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _head(_BYTES, len(value)) + bytes(value)
    if isinstance(value, str):
        raw = value.encode()
        return _head(_TEXT, len(raw)) + raw
    if isinstance(value, (list, tuple)):
        _check_size(len(value), depth)
        for item in reversed(value):
            pending.append((item, depth + 1))
        return _head(_ARRAY, len(value))
    if isinstance(value, dict):
        return _encode_map(value, depth, pending)
    raise _refuse("no CBOR form for this type")


def encode(value: object) -> bytes:
    """The one encoding of `value` (at most `MAX_BYTES`). Raises WireError `cbor-encoding`."""
    parts: "list[bytes]" = []
    size = 0
    pending: "list[tuple[object, int]]" = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        part = _encode_one(item, depth, pending)
        size += len(part)
        if size > MAX_BYTES or len(parts) >= MAX_VALUES:
            raise _refuse("message too large")
        parts.append(part)
    return b"".join(parts)


def _is_utf8(raw: bytes) -> bool:
    """Strict UTF-8 (RFC 3629): `str()` of MicroPython lets overlong forms and surrogates pass."""
    if not raw or max(raw) < 0x80:
        return True
    at = 0
    while at < len(raw):
        first = raw[at]
        low, high = 0x80, 0xBF
        if first < 0x80:
            at += 1
            continue
        if 0xC2 <= first <= 0xDF:
            more = 1
        elif 0xE0 <= first <= 0xEF:
            more = 2
            low, high = (0xA0 if first == 0xE0 else 0x80), (0x9F if first == 0xED else 0xBF)
        elif 0xF0 <= first <= 0xF4:
            more = 3
            low, high = (0x90 if first == 0xF0 else 0x80), (0x8F if first == 0xF4 else 0xBF)
        else:
            return False
        tail = raw[at + 1 : at + 1 + more]
        if len(tail) != more or not low <= tail[0] <= high:
            return False
        if more > 1 and not (min(tail[1:]) >= 0x80 and max(tail[1:]) <= 0xBF):
            return False
        at += 1 + more
    return True


class _Open:
    """An array or map whose items are still being read. `key` is the pending or last map key."""

    __slots__ = ("value", "left", "key", "wants_key")

    def __init__(self, value: object, left: int, is_map: bool) -> None:
        self.value = value
        self.left = left
        self.key = -1
        self.wants_key = is_map


class _Decoder:
    __slots__ = ("_data", "_at", "_end", "_count", "_open")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)
        self._count = 0
        self._open: "list[_Open]" = []

    def _argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise _refuse("indefinite or reserved length")
        start = self._at
        stop = start + (1 << (info - 24))
        if stop > self._end:
            raise _refuse("truncated")
        self._at = stop
        value = int.from_bytes(self._data[start:stop], "big")
        if value < _MINIMUM[info]:
            raise _refuse("integer not in its shortest form")
        return value

    def _string(self, size: int) -> bytes:
        start = self._at
        if size > self._end - start:
            raise _refuse("truncated")
        self._at = start + size
        return bytes(self._data[start : self._at])

    def _container(self, major: int, count: int) -> object:
        is_map = major == _MAP
        _check_size(count, len(self._open))
        value: object = {} if is_map else []
        if count:
            self._open.append(_Open(value, count, is_map))
        return value

    def _item(self) -> "tuple[int, object]":
        if self._at >= self._end:
            raise _refuse("truncated")
        self._count += 1
        if self._count > MAX_VALUES:
            raise _refuse("too many values")
        first = self._data[self._at]
        self._at += 1
        major = first >> 5
        if major == 7:
            if first == 0xF4:
                return major, False
            if first == 0xF5:
                return major, True
            raise _refuse("float, null or simple value")
        if major not in (_UINT, _BYTES, _TEXT, _ARRAY, _MAP):
            raise _refuse("negative integer or tag")
        argument = self._argument(first & 31)
        if major == _UINT:
            return major, argument
        if major == _BYTES:
            return major, self._string(argument)
        if major == _TEXT:
            raw = self._string(argument)
            if not _is_utf8(raw):
                raise _refuse("text is not UTF-8")
            return major, str(raw, "utf-8")
        return major, self._container(major, argument)

    def _key(self, scope: _Open) -> None:
        major, key = self._item()
        if major != _UINT or not isinstance(key, int):
            raise _refuse("map key is not an unsigned integer")
        if key <= scope.key:
            raise _refuse("map keys repeat or descend")
        scope.key = key
        scope.wants_key = False

    def decode(self) -> object:
        root = self._item()[1]
        while self._open:
            scope = self._open[-1]
            if scope.left == 0:
                self._open.pop()
                continue
            if scope.wants_key:
                self._key(scope)
            container = scope.value
            scope.left -= 1
            item = self._item()[1]
            if isinstance(container, dict):
                container[scope.key] = item
                scope.wants_key = True
            elif isinstance(container, list):
                container.append(item)
        if self._at != self._end:
            raise _refuse("trailing bytes")
        return root


def decode(data: bytes) -> object:
    """The value of exactly these bytes. Raises WireError `cbor-encoding`.

    Returns int, bytes, str, bool, list or dict with int keys. Accepts bytes, bytearray, memoryview.
    """
    if len(data) > MAX_BYTES:
        raise _refuse("message too large")
    return _Decoder(data).decode()
