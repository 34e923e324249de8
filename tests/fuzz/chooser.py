"""Bytes of a fuzzer as choices: values that fit a schema, or nearly do."""

from typing import Any

from wire import schema

_EDGES = (0, 1, 2, 15, 16, 20, 144, 330, 511, 512, 20_000, 2**31 - 1, 2**31, 2**32 - 1, 2**63)


class Chooser:
    """Takes its decisions from `data`, and the first of each when that is used up.

    `pool` holds byte strings that mean something: outpoints, keys and scripts of the run.
    """

    def __init__(self, data: bytes, pool: list[bytes]) -> None:
        self._data = data
        self._at = 0
        self._pool = pool

    @property
    def is_used_up(self) -> bool:
        return self._at >= len(self._data)

    def number(self, limit: int) -> int:
        """0 .. limit - 1."""
        if self.is_used_up:
            return 0
        self._at += 1
        return self._data[self._at - 1] % limit

    def octets(self, low: int, high: int) -> bytes:
        if self.number(4):
            known = [one for one in self._pool if low <= len(one) <= high]
            if known:
                return known[self.number(len(known))]
        size = low + self.number(min(high - low + 1, 256))
        return bytes((self.number(256),)) * size

    def value(self, kind: schema.Kind) -> Any:
        """A value of this kind; now and then one that is just outside."""
        if isinstance(kind, schema.Choice):
            return kind.values[self.number(len(kind.values))]
        if isinstance(kind, schema.Uint):
            return _EDGES[self.number(len(_EDGES))] if self.number(3) else self.number(8)
        if isinstance(kind, schema.Octets):
            return self.octets(kind.low, min(kind.high, 128))
        if isinstance(kind, schema.Text):
            return "x" * min(kind.high + 1, self.number(32))
        if isinstance(kind, schema.Items):
            return [self.value(kind.item) for _ in range(kind.low + self.number(3))]
        if isinstance(kind, schema.Record):
            return self.fields(kind.fields)
        return bool(self.number(2))

    def fields(self, fields: tuple[schema.Field, ...]) -> dict[str, Any]:
        return {
            field.name: self.value(field.kind)
            for field in fields
            if field.required or self.number(2)
        }
