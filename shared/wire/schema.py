"""Field schemas: what a message may hold, checked before anyone acts on it.

A record is a tuple of fields. Named values (`{"amount_sat": 5}`) travel as maps with the fields'
integer keys (`{1: 5}`); both directions check every kind and bound and refuse unknown keys.
Errors are WireError `param-type`, `param-bounds`, `param-missing`, `param-unknown`; their detail
is the path of the field and never its value.
"""

from wire.errors import WireError


class Kind:
    """What one value may be; its subclasses say which. `low` and `high` bound its size."""

    __slots__ = ("low", "high")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def check_bounds(self, size: int, path: str) -> None:
        if size < self.low or size > self.high:
            detail = "%s: %d not in %d..%d" % (path, size, self.low, self.high)
            raise WireError("param-bounds", detail)

    def convert(self, value: object, path: str, to_names: bool) -> object:
        """`value` checked, maps renamed. Recursion follows the schema, never the input."""
        raise NotImplementedError


class Field:
    """`name` in both programs, `key` on the wire."""

    __slots__ = ("name", "key", "kind", "required")

    def __init__(self, name: str, key: int, kind: Kind, required: bool) -> None:
        self.name = name
        self.key = key
        self.kind = kind
        self.required = required


class Uint(Kind):
    """An unsigned integer of `low` .. `high`."""

    __slots__ = ()

    def convert(self, value: object, path: str, to_names: bool) -> object:
        if not isinstance(value, int) or value is True or value is False:
            raise WireError("param-type", path)
        self.check_bounds(value, path)
        return value


class Choice(Uint):
    """One of a few unsigned integers."""

    __slots__ = ("values",)

    def __init__(self, values: "tuple[int, ...]") -> None:
        super().__init__(min(values), max(values))
        self.values = values

    def convert(self, value: object, path: str, to_names: bool) -> object:
        super().convert(value, path, to_names)
        if value not in self.values:
            raise WireError("param-bounds", path)
        return value


class Octets(Kind):
    """A byte string of `low` .. `high` bytes, a multiple of `step`."""

    __slots__ = ("step",)

    def __init__(self, low: int, high: int, step: int) -> None:
        super().__init__(low, high)
        self.step = step

    def convert(self, value: object, path: str, to_names: bool) -> object:
        if not isinstance(value, (bytes, bytearray)):
            raise WireError("param-type", path)
        self.check_bounds(len(value), path)
        if len(value) % self.step:
            raise WireError("param-bounds", "%s: not a multiple of %d" % (path, self.step))
        return value


class Text(Kind):
    """Printable ASCII of `low` .. `high` characters: the screen shows exactly what was sent."""

    __slots__ = ()

    def convert(self, value: object, path: str, to_names: bool) -> object:
        if not isinstance(value, str):
            raise WireError("param-type", path)
        raw = value.encode()
        self.check_bounds(len(raw), path)
        if raw and (min(raw) < 0x20 or max(raw) > 0x7E):
            raise WireError("param-bounds", path + ": not printable ASCII")
        return value


class Bool(Kind):
    """False or true."""

    __slots__ = ()

    def convert(self, value: object, path: str, to_names: bool) -> object:
        if value is not True and value is not False:
            raise WireError("param-type", path)
        return value


class Items(Kind):
    """A list of `low` .. `high` values of one kind."""

    __slots__ = ("item",)

    def __init__(self, item: Kind, low: int, high: int) -> None:
        super().__init__(low, high)
        self.item = item

    def convert(self, value: object, path: str, to_names: bool) -> object:
        if not isinstance(value, (list, tuple)):
            raise WireError("param-type", path)
        self.check_bounds(len(value), path)
        result = []
        for index, entry in enumerate(value):
            result.append(self.item.convert(entry, "%s[%d]" % (path, index), to_names))
        return result


class Record(Kind):
    """A map with these fields."""

    __slots__ = ("fields",)

    def __init__(self, fields: "tuple[Field, ...]") -> None:
        super().__init__(0, len(fields))
        self.fields = fields

    def convert(self, value: object, path: str, to_names: bool) -> object:
        return _convert_record(self.fields, value, path + ".", to_names)


def uint(high: int, low: int = 0) -> Uint:
    return Uint(low, high)


def choice(*values: int) -> Choice:
    return Choice(values)


def octets(low: int, high: int = 0, step: int = 1) -> Octets:
    """`low` bytes, or `low` .. `high` bytes in steps of `step`."""
    return Octets(low, high or low, step)


def text(high: int, low: int = 1) -> Text:
    return Text(low, high)


def items(item: Kind, high: int, low: int = 1) -> Items:
    return Items(item, low, high)


def need(name: str, key: int, kind: Kind) -> Field:
    """A field that must be present."""
    return Field(name, key, kind, True)


def may(name: str, key: int, kind: Kind) -> Field:
    """A field that may be absent."""
    return Field(name, key, kind, False)


def _convert_record(
    fields: "tuple[Field, ...]", value: object, path: str, to_names: bool
) -> "dict[object, object]":
    if not isinstance(value, dict):
        raise WireError("param-type", path)
    result: "dict[object, object]" = {}
    for field in fields:
        source = field.key if to_names else field.name
        if source in value:
            target = field.name if to_names else field.key
            result[target] = field.kind.convert(value[source], path + field.name, to_names)
        elif field.required:
            raise WireError("param-missing", path + field.name)
    if len(result) != len(value):
        raise WireError("param-unknown", path)
    return result


def to_wire(fields: "tuple[Field, ...]", values: object) -> "dict[object, object]":
    """Integer-keyed map of a dict of named values. Raises WireError `param-*`."""
    return _convert_record(fields, values, "", False)


def from_wire(fields: "tuple[Field, ...]", message: object) -> "dict[object, object]":
    """Named values of an integer-keyed map. Raises WireError `param-*`."""
    return _convert_record(fields, message, "", True)
