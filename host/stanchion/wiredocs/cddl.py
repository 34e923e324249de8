"""The CDDL file (RFC 8610) of every message, written from the method table."""

from __future__ import annotations

from wire.methods import CANCEL, ERROR, EVENTS, LINK_ERROR, METHODS
from wire.schema import Bool, Choice, Field, Items, Kind, Octets, Record, Text, Uint

from stanchion.wiredocs.table import Fields, all_records, record_name

_HEADER = """\
; Messages of the Stanchion link, one rule for each body of a frame.
; Written by `python -m stanchion.wiredocs` from shared/wire/methods.py; a test fails when stale.
; CBOR is deterministic (RFC 8949 section 4.2). The keys of a cosigner chunk are 33 bytes each,
; which CDDL cannot say. The type stands beside each bound because some validators check only
; the latter.

"""
_MAX_ID = 0xFFFFFFFF


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


def _kind(kind: Kind) -> str:
    if isinstance(kind, Choice) and kind.values != tuple(range(kind.high + 1)):
        return " / ".join(str(value) for value in kind.values)
    if isinstance(kind, Uint):
        return f"uint .and ({kind.low}..{kind.high})" if kind.low else f"uint .le {kind.high}"
    if isinstance(kind, Octets | Text):
        base, prelude = ("bytes", "bytes") if isinstance(kind, Octets) else ("printable", "text")
        size = _range(kind.low, kind.high)
        return f"{base} .and ({prelude} .size {f'({size})' if '..' in size else size})"
    if isinstance(kind, Bool):
        return "bool"
    if isinstance(kind, Items):
        return f"[{kind.low}*{kind.high} {_item(kind.item)}]"
    if isinstance(kind, Record):
        return _rule_name(kind.fields)
    raise LookupError(type(kind).__name__)


def _item(kind: Kind) -> str:
    text = _kind(kind)
    return f"({text})" if " / " in text or " .and " in text or " .le " in text else text


def _rule_name(fields: Fields) -> str:
    return record_name(fields).lower().replace("_", "-")


def _member(field: Field) -> str:
    optional = "" if field.required else "? "
    return f"  {optional}{field.key} => {_item(field.kind)}, ; {field.name}\n"


def _map(name: str, fields: Fields) -> str:
    if not fields:
        return f"{name} = {{0*0 uint => any}} ; empty\n\n"
    return f"{name} = {{\n{''.join(_member(field) for field in fields)}}}\n\n"


def _union(name: str, members: list[str]) -> str:
    return f"{name} = " + "\n  / ".join(members) + "\n\n"


def _methods() -> str:
    text = ""
    for method in METHODS:
        name = method.name.replace("_", "-")
        text += _map(f"{name}-params", method.params) + _map(f"{name}-result", method.result)
        text += (
            f"{name}-request = {{0 => request-id, 1 => {method.code}, 2 => {name}-params}}\n"
            f"{name}-reply = {{0 => request-id, 1 => {name}-result}}\n\n"
        )
    return text


def _events() -> str:
    text = ""
    for kind, name, fields in EVENTS:
        rule = name.replace("_", "-")
        text += _map(f"{rule}-data", fields)
        text += f"{rule}-event = {{3 => {kind}, 4 => {rule}-data}}\n\n"
    return text


def render() -> str:
    """The whole file. Its first rule is the union of every body."""
    names = [method.name.replace("_", "-") for method in METHODS]
    requests = [f"{name}-request" for name in names]
    replies = [f"{name}-reply" for name in names] + ["refusal", "unread"]
    events = [name.replace("_", "-") + "-event" for _, name, _ in EVENTS]
    return (
        _HEADER
        + _union("body", requests + replies + events + ["cancel", "link-error"])
        + f'request-id = uint .and (1..{_MAX_ID})\nprintable = text .regexp "[ -~]*"\n\n'
        + _union("request", requests)
        + _union("reply", replies)
        + _union("event", events)
        + "; A request that is refused, and one that could not be read.\n"
        + "refusal = {0 => request-id, 2 => error}\n"
        + "unread = {0 => 0, 2 => error}\n\n"
        + _map("error", ERROR)
        + _map("cancel", CANCEL)
        + _map("link-error", LINK_ERROR)
        + "".join(_map(_rule_name(fields), fields) for fields in all_records())
        + _methods()
        + _events()
    ).rstrip("\n") + "\n"
