"""What a check raises, and the comparisons that every check needs, on both interpreters."""

from arkcore.errors import ArkError


class Mismatch(Exception):
    """Our result differs from the vector; the text says in what."""


def require(condition, what: str) -> None:  # type: ignore[no-untyped-def]
    if not condition:
        raise Mismatch(what)


def equal(what: str, got, expected) -> None:  # type: ignore[no-untyped-def]
    """Compares as hex what is bytes on our side and hex in the vector."""
    if isinstance(got, (bytes, bytearray)) and isinstance(expected, str):
        got = got.hex()
    if got != expected:
        raise Mismatch(f"{what}: got {_short(got)}, expected {_short(expected)}")


def tag_of_refusal(function, *args) -> str:  # type: ignore[no-untyped-def]
    """Tag with which our code refuses the call; "" if it accepts. Other errors pass through."""
    try:
        function(*args)
    except ArkError as error:
        return error.tag
    return ""


def must_refuse(what: str, function, *args) -> None:  # type: ignore[no-untyped-def]
    if not tag_of_refusal(function, *args):
        raise Mismatch(f"{what}: accepted, must be refused")


def _short(value) -> str:  # type: ignore[no-untyped-def]
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "..."
