"""Every wrong value that differs in one spot from a right one."""

from collections.abc import Iterator
from typing import Any

FOREIGN_KEY = 77


def mutations(value: Any) -> Iterator[Any]:
    """Wrong kinds, sizes, missing and foreign keys, at each place of `value` in turn.

    Some results may still be right (a shorter list, an absent optional field).
    """
    if isinstance(value, dict):
        yield from _of_map(value)
    elif isinstance(value, list):
        yield from _of_list(value)
    elif isinstance(value, bool):
        yield from (7, 1, b"1", "a")
    elif isinstance(value, int):
        yield from (True, 2**64 - 1, b"a", "a")
    elif isinstance(value, bytes):
        yield from (value + bytes(4000), b"", "a" * len(value), len(value), True, [value])
    elif isinstance(value, str):
        yield from ("a" * 300, "", value.encode(), 3, True)


def _of_map(value: dict[Any, Any]) -> Iterator[Any]:
    for key in value:
        yield {other: value[other] for other in value if other != key}
        for changed in mutations(value[key]):
            yield {**value, key: changed}
    yield {**value, FOREIGN_KEY: 1}
    yield 5


def _of_list(value: list[Any]) -> Iterator[Any]:
    yield from ([], {}, value * 70, value[1:])
    if value:
        for changed in mutations(value[0]):
            yield [changed, *value[1:]]
