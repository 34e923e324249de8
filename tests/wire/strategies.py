"""Hypothesis strategies for messages, made from the same kinds that the programs check with."""

from typing import Any

from hypothesis import strategies as st
from wire.schema import Bool, Choice, Field, Items, Kind, Octets, Record, Text, Uint

PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Named values that `kind` allows."""
    if isinstance(kind, Choice):
        return st.sampled_from(kind.values)
    if isinstance(kind, Uint):
        return st.integers(kind.low, kind.high) | st.sampled_from([kind.low, kind.high])
    if isinstance(kind, Octets):
        counts = range(kind.low, kind.high + 1, kind.step)
        return st.sampled_from(counts).flatmap(lambda size: st.binary(min_size=size, max_size=size))
    if isinstance(kind, Text):
        return st.text(PRINTABLE, min_size=kind.low, max_size=kind.high)
    if isinstance(kind, Bool):
        return st.booleans()
    if isinstance(kind, Items):
        return st.lists(values(kind.item), min_size=kind.low, max_size=kind.high)
    assert isinstance(kind, Record)
    return named(kind.fields)


def named(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Records by field name; optional fields come and go."""
    return st.fixed_dictionaries(
        {field.name: values(field.kind) for field in fields if field.required},
        optional={field.name: values(field.kind) for field in fields if not field.required},
    )


# Whatever the CBOR profile can express, bounded to stay small.
SCALARS = (
    st.integers(0, 2**64 - 1)
    | st.sampled_from([0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1])
    | st.binary(max_size=300)
    | st.text(max_size=100)
    | st.booleans()
)
CBOR_VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.integers(0, 2**64 - 1), inner, max_size=6)
    ),
    max_leaves=24,
)
