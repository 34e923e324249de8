"""How the device says no."""

from arkcore.errors import ArkError


class Refused(ArkError):
    """A request that the device does not carry out; it has changed nothing.

    `tag` is listed in `arkcore.tags`; `detail` never holds a secret; `retry` says that the same
    request may succeed later (busy, cancelled, refused by the user).
    """

    def __init__(self, tag: str, detail: str = "", retry: bool = False) -> None:
        super().__init__(tag, detail)
        self.retry = retry


class Cancelled(Refused):
    """The host sent CANCEL while the request was at work. Tag `cancelled`."""

    def __init__(self) -> None:
        super().__init__("cancelled", "", True)


class UserRefused(Refused):
    """The owner pressed no (tag `user-refused`) or did not answer (tag `user-timeout`)."""

    def __init__(self, tag: str = "user-refused") -> None:
        super().__init__(tag, "", True)
