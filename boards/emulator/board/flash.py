"""A flash chip in a file: blocks of 4 kB that read 0xFF when erased."""

BLOCK_SIZE = 4096
BLOCK_COUNT = 128
_ERASED = b"\xff" * BLOCK_SIZE


class FileFlash:
    """Block device for littlefs (extended interface of `vfs.AbstractBlockDev`)."""

    def __init__(self, path: str) -> None:
        with open(path, "ab") as file:
            if not file.seek(0, 2):
                for _ in range(BLOCK_COUNT):
                    file.write(_ERASED)
        self._file = open(path, "r+b")  # noqa: SIM115

    def is_blank(self) -> bool:
        """Whether nothing was ever written to the first two blocks, where littlefs begins."""
        for block in (0, 1):
            self._file.seek(block * BLOCK_SIZE)
            if self._file.read(BLOCK_SIZE) != _ERASED:
                return False
        return True

    def readblocks(self, block: int, buffer, offset: int = 0) -> None:
        self._file.seek(block * BLOCK_SIZE + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block: int, buffer, offset=None) -> None:
        if offset is None:
            self._erase(block)
            offset = 0
        self._file.seek(block * BLOCK_SIZE + offset)
        self._file.write(buffer)

    def _erase(self, block: int) -> None:
        self._file.seek(block * BLOCK_SIZE)
        self._file.write(_ERASED)

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 4:
            return BLOCK_COUNT
        if operation == 5:
            return BLOCK_SIZE
        if operation == 6:
            self._erase(argument)
        return 0
