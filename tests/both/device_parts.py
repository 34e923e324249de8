"""What tests of the signer's modules share on both interpreters: storage in memory, a journal."""

import io

from signer.journal import Journal
from signer.ledger import Ledger


class MemoryStorage:
    """`signer.storage.Storage` without a file system; `files` may be looked at and kept."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def open(self, name: str):  # type: ignore[no-untyped-def]
        return io.BytesIO(self.files[name]) if name in self.files else None

    def size(self, name: str) -> int:
        return len(self.files.get(name, b""))

    def read(self, name: str, limit: int) -> "bytes | None":
        data = self.files.get(name)
        return None if data is None else data[:limit]

    def append(self, name: str, data: bytes) -> None:
        self.files[name] = self.files.get(name, b"") + data

    def replace(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def remove(self, name: str) -> None:
        self.files.pop(name, None)


def open_ledger(storage: MemoryStorage) -> Ledger:
    """The ledger that a restart would find in `storage`; a new one in an empty storage."""
    holder = []

    def snapshot():  # type: ignore[no-untyped-def]
        return holder[0].snapshot()

    journal = Journal(storage, bytes(32), snapshot)
    ledger = Ledger(journal)
    holder.append(ledger)
    if not storage.files:
        journal.create()
    journal.open(ledger.apply)
    return ledger
