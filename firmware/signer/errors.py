"""How the device says no. The family and `wire.errors` give the code on the wire."""

from wire.errors import PolicyError, WireError


class Refused(PolicyError):
    """A request that the device does not carry out; it has changed nothing.

    `tag` is listed in `arkcore.tags`; `detail` never holds a secret.
    """


class Cancelled(WireError):
    """The host sent CANCEL while the request was at work. Tag `cancelled`."""

    def __init__(self) -> None:
        super().__init__("cancelled")


class UserRefused(WireError):
    """The owner pressed no (tag `user-refused`) or did not answer (tag `user-timeout`)."""

    def __init__(self, tag: str = "user-refused") -> None:
        super().__init__(tag)
