"""What can go wrong between host and device, in words for the person at the keyboard.

Each message says what happened, what was kept safe, and what to do next.
"""

from __future__ import annotations

from wire.sentences import sentence

_NEXT = {
    "busy": "Wait for the other request, or cancel it.",
    "cancelled": "Ask again when you are ready.",
    "hello-first": "Connect again.",
    "user-timeout": "Ask again, and answer on the device.",
    "user-refused": "Ask again only if the refusal was a mistake.",
    "state-wrong": "Look at the device's status to see what it can do now.",
    "version-unsupported": "Update the firmware or this program.",
    "method-unknown": "Update the firmware.",
    "memory": "Restart the device and ask again.",
}
_ASK_AGAIN = "The same request may succeed if it is sent again."
_LOOK = "Look at what the request said; sent again unchanged it will be refused again."


class DeviceError(Exception):
    """Base of everything that the device or the way to it can raise."""


class DeviceRefused(DeviceError):
    """The device answered no. A refusal changes nothing on the device.

    `tag` is stable, `sentence` explains it, `detail` narrows it down, `stage` is one of
    `wire.terms.STAGE_*`, `retry` says that the same request may succeed later.
    """

    def __init__(
        self, tag: str, stage: int, retry: bool, detail: str, code: int = 0, method: str = ""
    ) -> None:
        self.tag = tag
        self.stage = stage
        self.retry = retry
        self.detail = detail
        self.code = code
        self.method = method
        self.sentence = sentence(tag)
        self.next_step = _NEXT.get(tag, _ASK_AGAIN if retry else _LOOK)
        about = f" to {method}" if method else ""
        narrowed = f" ({detail})" if detail else ""
        super().__init__(
            f"The device said no{about}: {tag}{narrowed}. {self.sentence} "
            f"Nothing was signed for it. {self.next_step}"
        )


class DeviceBusy(DeviceRefused):
    """Another request is at work on the device."""


class DeviceTimeout(DeviceError):
    """The device answers neither requests nor pings, though the port is open."""

    def __init__(self, method: str, seconds: float) -> None:
        self.method = method
        super().__init__(
            f"The device did not answer {method} within {seconds:.0f} s. Keys stay on the device, "
            "and the same request is never carried out twice. Unplug it, plug it in, try again."
        )


class DeviceGone(DeviceError):
    """The port cannot be opened or went away."""

    def __init__(self, port: str, reason: str) -> None:
        self.port = port
        super().__init__(
            f"No connection to the device at {port}: {reason}. Keys stay on the device, and what "
            "it had confirmed is in its records. Check the cable, and that no other program "
            "holds the port; then connect again."
        )


class DeviceRestarted(DeviceGone):
    """The device started anew in the middle of a conversation."""

    def __init__(self, port: str) -> None:
        super().__init__(port, "it restarted, and a batch that was under way has ended")


class ProtocolMismatch(DeviceError):
    """What answered does not speak this protocol as its table says."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The device's answer is not what the protocol promises: {reason}. The answer was not "
            "used. Check that the port is a Stanchion device and that firmware and host match."
        )


def refused(error: dict[str, object], method: str) -> DeviceRefused:
    """The exception for a decoded error reply (fields of `wire.methods.ERROR`)."""
    tag = str(error["tag"])
    kind = DeviceBusy if tag == "busy" else DeviceRefused
    return kind(
        tag,
        int(str(error["stage"])),
        error["retry"] is True,
        str(error["detail"]),
        int(str(error["code"])),
        method,
    )
