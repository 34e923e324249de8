"""Storage in memory that loses power: of the write at which it goes, a part has happened.

What littlefs makes of single flash operations is tested in tests/device/cuts.py; here whole runs
of the protocol are cut between and within the writes that they cause.
"""

from tests.both.device_parts import MemoryStorage


class PowerCut(BaseException):
    """The current went away; no code of the device may catch it."""


class TornStorage(MemoryStorage):
    """`budget` writes succeed, of the next one `eighths` of its bytes; -1 never fails."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = -1
        self.eighths = 4
        self.writes = 0

    def _goes_now(self) -> bool:
        if self.budget == 0:
            return True
        self.writes += 1
        self.budget -= self.budget > 0
        return False

    def append(self, name: str, data: bytes) -> None:
        if self._goes_now():
            super().append(name, data[: len(data) * self.eighths // 8])
            raise PowerCut
        super().append(name, data)

    def replace(self, name: str, data: bytes) -> None:
        if self._goes_now():
            super().append(name + ".new", data[: len(data) * self.eighths // 8])
            raise PowerCut
        super().replace(name, data)

    def remove(self, name: str) -> None:
        if self._goes_now():
            raise PowerCut
        super().remove(name)
