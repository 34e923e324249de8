"""The typed client: host/stanchion/device/{shapes,commands}.py, written from the method table."""

from __future__ import annotations

import textwrap

from wire.meanings import METHODS as METHOD_MEANINGS
from wire.methods import METHODS, Method
from wire.schema import Bool, Choice, Items, Kind, Octets, Record, Text, Uint

from stanchion.wiredocs.table import Fields, all_records, record_name

_SHAPES_HEADER = '''\
"""What the device's commands take and give: one type for each record and each result.

Written by `python -m stanchion.wiredocs` from shared/wire/methods.py; a test fails when stale.
"""

from typing import NotRequired, TypedDict
'''
_COMMANDS_HEADER = '''\
"""One typed method for each command of the device.

Written by `python -m stanchion.wiredocs` from shared/wire/methods.py; a test fails when stale.
"""

from typing import Any, cast

from stanchion.device import shapes


'''
_CLASS = '''\
class Commands:
    """Every command, by name; `call` does the work. Bounds and errors: docs/protocol.md."""

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        raise NotImplementedError
'''
_INDENT = " " * 8
_WIDTH = 100


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.lower().split("_"))


def _type(kind: Kind, package: str = "") -> str:
    if isinstance(kind, Choice | Uint):
        return "int"
    if isinstance(kind, Octets):
        return "bytes"
    if isinstance(kind, Text):
        return "str"
    if isinstance(kind, Bool):
        return "bool"
    if isinstance(kind, Items):
        return f"list[{_type(kind.item, package)}]"
    if isinstance(kind, Record):
        return package + _camel(record_name(kind.fields))
    raise LookupError(type(kind).__name__)


def _typed_dict(name: str, fields: Fields) -> str:
    lines = [f"class {name}(TypedDict):"]
    for field in fields:
        kind = _type(field.kind)
        lines.append(f"    {field.name}: {kind if field.required else f'NotRequired[{kind}]'}")
    return "\n\n" + "\n".join(lines) + "\n"


def _result_name(method: Method) -> str:
    return _camel(method.name) + "Result"


def _result_type(method: Method) -> str:
    return f"shapes.{_result_name(method)}" if method.result else "None"


def _wrapped(head: str, arguments: list[str], tail: str, indent: str) -> str:
    """`head(arguments)tail` on one line if it fits, else with one argument a line."""
    line = f"{indent}{head}({', '.join(arguments)}){tail}"
    if len(line) <= _WIDTH:
        return line
    inner = "".join(f"{indent}    {argument},\n" for argument in arguments)
    return f"{indent}{head}(\n{inner}{indent}){tail}"


def _docstring(sentence: str) -> str:
    lines = textwrap.wrap(sentence, _WIDTH - len(_INDENT) - 6)
    if len(lines) == 1:
        return f'{_INDENT}"""{lines[0]}"""'
    rest = "".join(f"\n{_INDENT}{line}" for line in lines[1:])
    return f'{_INDENT}"""{lines[0]}{rest}\n{_INDENT}"""'


def _method(method: Method) -> str:
    sentence = dict(METHOD_MEANINGS)[method.name]
    arguments = [f"{field.name}: {_type(field.kind, 'shapes.')}" for field in method.params]
    signature = ["self", *(["*", *arguments] if arguments else [])]
    head = _wrapped(f"def {method.name}", signature, f" -> {_result_type(method)}:", "    ")
    passed = [f'"{method.name}"', *(f"{field.name}={field.name}" for field in method.params)]
    body = _wrapped("self.call", passed, "", _INDENT)
    if method.result:
        body = (
            _wrapped("result = self.call", passed, "", _INDENT)
            + f"\n{_INDENT}return cast({_result_type(method)}, result)"
        )
    return f"\n{head}\n{_docstring(sentence)}\n{body}\n"


def render_shapes() -> str:
    """The module with the types."""
    text = _SHAPES_HEADER
    for fields in all_records():
        text += _typed_dict(_camel(record_name(fields)), fields)
    for method in METHODS:
        if method.result:
            text += _typed_dict(_result_name(method), method.result)
    return text


def render_commands() -> str:
    """The module with the methods."""
    return _COMMANDS_HEADER + _CLASS + "".join(_method(method) for method in METHODS)
