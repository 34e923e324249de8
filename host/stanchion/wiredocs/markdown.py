"""The tables in docs/protocol.md, written between its `<!-- begin x -->` and `<!-- end x -->`."""

from __future__ import annotations

from wire import frame
from wire.errors import FAMILIES, WIRE_ERRORS
from wire.meanings import EVENTS as EVENT_MEANINGS
from wire.meanings import METHODS as METHOD_MEANINGS
from wire.methods import CANCEL, ERROR, EVENTS, LINK_ERROR, METHODS, Method
from wire.schema import Bool, Choice, Field, Items, Kind, Octets, Record, Text, Uint
from wire.sentences import sentence

from stanchion.wiredocs.table import Fields, meaning, names_of, record_name

_FRAME_TYPES = (
    (frame.REQUEST, "REQUEST", "host", "a request"),
    (frame.REPLY, "REPLY", "device", "a reply, with the sequence of its REQUEST"),
    (frame.LINK_ERROR, "LINK_ERROR", "device", "a frame was lost; the sequence it claimed"),
    (frame.PING, "PING", "host", "up to 8 bytes to be echoed"),
    (frame.PONG, "PONG", "device", "activity u8 (0 idle, 1 working, 2 waiting), then the echo"),
    (frame.CANCEL, "CANCEL", "host", "the id of the request to give up"),
    (frame.EVENT, "EVENT", "device", "an event of the request at work"),
)
_FAMILY_TEXTS = {
    "PathError": "a key index or kind that the device does not derive",
    "ScriptError": "a script that no Ark closure allows",
    "EncodingError": "bytes that are not what their format demands",
    "TreeError": "a tree, connector or commitment that would not protect the owner",
    "PolicyError": "well formed, and against the owner's rules or the pinned operator",
    "SigningError": "a nonce or signature that must not be made or accepted",
    "StorageError": "records that could not be read or kept",
}


def _count(low: int, high: int, unit: str) -> str:
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _number(value: int) -> str:
    powers = {2**16 - 1: "2^16-1", 2**31 - 1: "2^31-1", 2**32 - 1: "2^32-1", 2**63 - 1: "2^63-1"}
    return powers.get(value, str(value))


def _kind(kind: Kind) -> str:
    if isinstance(kind, Choice):
        return " or ".join(str(value) for value in kind.values)
    if isinstance(kind, Uint):
        return f"integer {kind.low} to {_number(kind.high)}"
    if isinstance(kind, Octets):
        step = f", multiple of {kind.step}" if kind.step > 1 else ""
        return _count(kind.low, kind.high, "bytes") + step
    if isinstance(kind, Text):
        return "text of " + _count(kind.low, kind.high, "characters")
    if isinstance(kind, Bool):
        return "bool"
    if isinstance(kind, Items):
        return f"{_count(kind.low, kind.high, '')}× {_kind(kind.item)}".replace("  ", " ")
    if isinstance(kind, Record):
        return f"`{record_name(kind.fields).lower()}`"
    raise LookupError(type(kind).__name__)


def _row(prefix: tuple[str, ...], field: Field) -> str:
    name = f"`{field.name}`" + ("" if field.required else " (optional)")
    return f"| {field.key} | {name} | {_kind(field.kind)} | {meaning((*prefix, field.name))} |\n"


def _fields(prefix: tuple[str, ...], fields: Fields) -> str:
    head = "| Key | Field | Value | Meaning |\n|---|---|---|---|\n"
    return head + "".join(_row(prefix, field) for field in fields) + "\n"


def _nested(prefix: tuple[str, ...], fields: Fields) -> str:
    """Tables of the records inside `fields`, each under the field that holds it."""
    text = ""
    for field in fields:
        kind: Kind = field.kind
        while isinstance(kind, Items):
            kind = kind.item
        if isinstance(kind, Record):
            path = (*prefix, field.name)
            text += f"`{field.name}`, each a `{record_name(kind.fields).lower()}`:\n\n"
            text += _fields(path, kind.fields) + _nested(path, kind.fields)
    return text


def _message(method: Method, title: str, fields: Fields) -> str:
    if not fields:
        return f"{title}: none.\n\n"
    prefix = (method.name,)
    return f"{title}:\n\n{_fields(prefix, fields)}{_nested(prefix, fields)}"


def _method(method: Method) -> str:
    states = names_of("STATE_")
    stages = names_of("STAGE_")
    allowed = ", ".join(states[state] for state in method.states)
    return (
        f"### {method.code} `{method.name}`\n\n"
        f"{dict(METHOD_MEANINGS)[method.name]}\n\n"
        f"Device states: {allowed}. Stage: {method.stage} ({stages[method.stage]}).\n\n"
        + _message(method, "Parameters", method.params)
        + _message(method, "Result", method.result)
    )


def _methods() -> str:
    rows = "".join(
        f"| {method.code} | [`{method.name}`](#{method.code}-{method.name}) "
        f"| {dict(METHOD_MEANINGS)[method.name]} |\n"
        for method in METHODS
    )
    overview = "| Code | Method | |\n|---|---|---|\n" + rows + "\n"
    return overview + "".join(_method(method) for method in METHODS)


def _frames() -> str:
    rows = "".join(
        f"| {number} | {name} | {sender} | {body} |\n"
        for number, name, sender, body in _FRAME_TYPES
    )
    return "| Type | Name | Sent by | Body |\n|---|---|---|---|\n" + rows + "\n"


def _events() -> str:
    text = ""
    for kind, name, fields in EVENTS:
        text += f"### {kind} `{name}`\n\n{dict(EVENT_MEANINGS)[name]}\n\n"
        text += _fields((name,), fields)
    return text


def _bodies() -> str:
    return (
        "An error, under key 2 of a reply:\n\n"
        + _fields(("error",), ERROR)
        + "A CANCEL frame:\n\n"
        + _fields(("cancel",), CANCEL)
        + "A LINK_ERROR frame:\n\n"
        + _fields(("link_error",), LINK_ERROR)
    )


def _errors() -> str:
    text = "| Code | Tag | Retry | Meaning |\n|---|---|---|---|\n"
    for tag, code, retry in WIRE_ERRORS:
        text += f"| {code} | `{tag}` | {'yes' if retry else 'no'} | {sentence(tag)} |\n"
    text += "\nFamilies of refusals, whose tags are listed with their sentences in "
    text += "`shared/arkcore/tags.py`:\n\n| Code | Family |\n|---|---|\n"
    for family, code in sorted(FAMILIES, key=lambda entry: entry[1]):
        text += f"| {code} | {_FAMILY_TEXTS[family.__name__]} |\n"
    return text + "\n"


def _numbers() -> str:
    text = ""
    for title, prefix in (
        ("Device states", "STATE_"),
        ("Batch session states", "SESSION_"),
        ("Stages", "STAGE_"),
    ):
        names = ", ".join(f"{value} {name}" for value, name in sorted(names_of(prefix).items()))
        text += f"- {title}: {names}.\n"
    return text + "\n"


_BLOCKS = {
    "frames": _frames,
    "bodies": _bodies,
    "numbers": _numbers,
    "methods": _methods,
    "events": _events,
    "errors": _errors,
}


def render(page: str) -> str:
    """`page` with everything between `begin` and `end` marks written anew."""
    for name, block in _BLOCKS.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, _, rest = page.partition(begin)
        after = rest.partition(end)[2]
        page = f"{before}{begin}{block()}{end}{after}"
    return page
