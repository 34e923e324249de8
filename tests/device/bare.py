"""The bare link, for bytes that no well-behaved host would send."""

import time
from typing import Any

from stanchion.device import messages
from stanchion.device.link import DeviceLink
from wire import cbor, frame
from wire.methods import method_by_name

HELLO = {"min_version": 1, "max_version": 1, "client": "test"}


def ask(link: DeviceLink, number: int, name: str, /, **params: Any) -> int:
    """Sends a request with id `number`; the sequence number of its frame."""
    body = messages.encode_request(number, method_by_name(name), params)
    return link.send(frame.REQUEST, body)


def next_frame(link: DeviceLink, kinds: tuple[int, ...]) -> frame.Frame:
    """The next frame of one of these types; others are passed over."""
    while True:
        received = link.receive(time.monotonic() + 5)
        assert received is not None, "nothing came"
        if received.type in kinds:
            return received


def reply(link: DeviceLink, sequence: int) -> dict[int, Any]:
    """The decoded reply to the frame with this sequence number."""
    while True:
        received = next_frame(link, (frame.REPLY,))
        if received.sequence == sequence:
            message = cbor.decode(received.body)
            assert isinstance(message, dict)
            return message


def tag_of(message: dict[int, Any]) -> str:
    """The tag of an error reply."""
    return str(message[2][1])
