"""The host's side of the messages: requests encoded by name, replies and events checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cbor2
from arkcore.errors import ArkError
from wire.methods import CANCEL, ERROR, EVENTS, Method, event_fields
from wire.schema import from_wire, to_wire

from stanchion.device.errors import ProtocolMismatch, refused


@dataclass(frozen=True)
class Event:
    """`name` is `wait_user`, `progress` or `cancelled`; `data` holds its fields."""

    name: str
    request_id: int
    data: dict[str, Any]


def encode(message: object) -> bytes:
    """Deterministic CBOR (RFC 8949 section 4.2)."""
    return cbor2.dumps(message, canonical=True)


def decode(body: bytes) -> Any:
    """The value of a body that is deterministic CBOR. Raises ProtocolMismatch."""
    try:
        message = cbor2.loads(body)
        canonical = encode(message)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError) as error:
        raise ProtocolMismatch(f"not CBOR ({error})") from error
    # cbor2 reads any CBOR; comparing with the one allowed form makes it as strict as the device.
    if canonical != body:
        raise ProtocolMismatch("not deterministic CBOR")
    return message


def encode_request(request_id: int, method: Method, params: dict[str, Any]) -> bytes:
    """Body of a REQUEST frame. Raises WireError `param-*` when `params` break the schema."""
    return encode({0: request_id, 1: method.code, 2: to_wire(method.params, params)})


def encode_cancel(request_id: int) -> bytes:
    return encode(to_wire(CANCEL, {"id": request_id}))


def reply_id(message: Any) -> int:
    """Id of the request that a decoded reply answers; 0 if the device could not read it."""
    if not isinstance(message, dict) or type(message.get(0)) is not int:
        raise ProtocolMismatch("a reply without an id")
    return cast(int, message[0])


def read_reply(message: Any, method: Method) -> dict[str, Any]:
    """The named result. Raises DeviceRefused for an error reply, ProtocolMismatch."""
    try:
        if set(message) == {0, 2}:
            raise refused(_names(ERROR, message[2]), method.name)
        if set(message) == {0, 1}:
            return _names(method.result, message[1])
    except ArkError as error:
        raise ProtocolMismatch(f"reply to {method.name}: {error}") from error
    raise ProtocolMismatch(f"reply to {method.name} is neither result nor error")


def read_event(body: bytes) -> Event:
    """Raises ProtocolMismatch."""
    message = decode(body)
    if not isinstance(message, dict) or set(message) != {3, 4}:
        raise ProtocolMismatch("an event of another shape")
    try:
        data = _names(event_fields(message[3]), message[4])
    except ArkError as error:
        raise ProtocolMismatch(f"event: {error}") from error
    name = next(name for kind, name, _ in EVENTS if kind == message[3])
    return Event(name, data.pop("id"), data)


def _names(fields: Any, message: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", from_wire(fields, message))
