"""Files of one directory, written so that a power cut leaves the state before or after."""

import os

from wire.errors import StorageError


def _sync(handle) -> None:
    handle.flush()
    if hasattr(os, "fsync"):
        os.fsync(handle.fileno())
    elif hasattr(os, "sync"):
        os.sync()


class Storage:
    """`directory` exists and is on a file system that keeps what was flushed (littlefs)."""

    __slots__ = ("_directory",)

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def _path(self, name: str) -> str:
        return self._directory + "/" + name

    def open(self, name: str):
        """The file opened for reading, or None."""
        try:
            return open(self._path(name), "rb")
        except OSError:
            return None

    def size(self, name: str) -> int:
        """Length in bytes; 0 for a file that is not there."""
        try:
            return os.stat(self._path(name))[6]
        except OSError:
            return 0

    def read(self, name: str, limit: int) -> "bytes | None":
        """Whole content, or None. Raises StorageError `storage-failed` when it is over `limit`."""
        handle = self.open(name)
        if handle is None:
            return None
        with handle:
            data = handle.read(limit + 1)
        if len(data) > limit:
            raise StorageError("storage-failed", name + " is too long")
        return data

    def append(self, name: str, data: bytes) -> None:
        """Adds `data` at the end; on flash and read back when this returns.

        Raises StorageError `storage-failed`.
        """
        offset = self.size(name)
        try:
            with open(self._path(name), "ab") as handle:
                handle.write(data)
                _sync(handle)
            with open(self._path(name), "rb") as handle:
                handle.seek(offset)
                written = handle.read(len(data) + 1)
        except OSError:
            raise StorageError("storage-failed", "cannot write " + name)
        if written != data:
            raise StorageError("storage-failed", name + " reads back otherwise")

    def replace(self, name: str, data: bytes) -> None:
        """Puts `data` in the place of the whole file, all or nothing."""
        fresh = name + ".new"
        self.remove(fresh)
        self.append(fresh, data)
        try:
            os.rename(self._path(fresh), self._path(name))
        except OSError:
            raise StorageError("storage-failed", "cannot rename " + name)

    def remove(self, name: str) -> None:
        try:
            os.remove(self._path(name))
        except OSError:
            return
