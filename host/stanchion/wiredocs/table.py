"""Reading the method table: the names of its records, the meaning of its fields."""

from __future__ import annotations

from wire import methods, records, terms
from wire.meanings import FIELDS
from wire.methods import METHODS, Method
from wire.schema import Field, Items, Kind, Record

Fields = tuple[Field, ...]

_MEANINGS = dict(FIELDS)


def record_name(fields: Fields) -> str:
    """Name of the constant in `wire.records` that holds these fields, such as `INTENT_INPUT`."""
    for module in (records, methods):
        for name, value in vars(module).items():
            if value is fields and name.isupper():
                return name
    raise LookupError("a record without a name: " + ", ".join(field.name for field in fields))


def records_in(fields: Fields) -> list[Fields]:
    """Every record nested in `fields`, the innermost first, without repetition."""
    found: list[Fields] = []
    for field in fields:
        kind: Kind = field.kind
        while isinstance(kind, Items):
            kind = kind.item
        if isinstance(kind, Record):
            for nested in [*records_in(kind.fields), kind.fields]:
                if nested not in found:
                    found.append(nested)
    return found


def all_records() -> list[Fields]:
    """Every record that some method uses, the innermost first."""
    found: list[Fields] = []
    for method in METHODS:
        for nested in records_in(method.params) + records_in(method.result):
            if nested not in found:
                found.append(nested)
    return found


def meaning(path: tuple[str, ...]) -> str:
    """The sentence for a field; `path` runs from the method's name to the field's.

    Looks for `method.container.field`, `method.field`, `container.field`, `field`.
    Raises KeyError when nobody said what the field means.
    """
    return _MEANINGS[meaning_key(path)]


def meaning_key(path: tuple[str, ...]) -> str:
    """The key in `wire.meanings` that explains this field. Raises KeyError."""
    for start in range(len(path)):
        key = ".".join(path[start:])
        if key in _MEANINGS:
            return key
    raise KeyError(".".join(path))


def walk(method: Method) -> list[tuple[str, ...]]:
    """Paths of every field of a method, parameters first."""
    return _walk((method.name,), method.params) + _walk((method.name,), method.result)


def _walk(prefix: tuple[str, ...], fields: Fields) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    for field in fields:
        path = (*prefix, field.name)
        paths.append(path)
        kind: Kind = field.kind
        while isinstance(kind, Items):
            kind = kind.item
        if isinstance(kind, Record):
            paths += _walk(path, kind.fields)
    return paths


def names_of(prefix: str) -> dict[int, str]:
    """Constants of `wire.terms` that begin with `prefix`, by value, in words: `{1: "ready"}`."""
    return {
        value: name.removeprefix(prefix).lower().replace("_", " ")
        for name, value in vars(terms).items()
        if name.startswith(prefix)
    }
