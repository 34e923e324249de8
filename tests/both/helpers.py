"""Small helpers for tests that run on both interpreters."""

import json

from arkcore.errors import ArkError

_FOLDER = __file__.rsplit("/", 2)[0]


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


def refusal(function, *args, **kwargs) -> str:  # type: ignore[no-untyped-def]
    """Tag of the ArkError that the call raises; "" if it raises none."""
    try:
        function(*args, **kwargs)
    except ArkError as error:
        return error.tag
    return ""


def vectors(name: str):  # type: ignore[no-untyped-def]
    """Parsed JSON of `tests/vectors/<name>`."""
    with open(_FOLDER + "/vectors/" + name) as file:
        return json.load(file)
