"""What tests of the signer's modules share on both interpreters: storage in memory, a real journal.

On CPython it puts `firmware` at the end of the path, so that `signer` is found there and
`secp256k1` stays the host's.
"""

import io
import sys

_FIRMWARE = __file__.rsplit("/", 3)[0] + "/firmware"
if _FIRMWARE not in sys.path:
    sys.path.append(_FIRMWARE)

from signer.journal import Journal  # noqa: E402 - the path comes first
from signer.ledger import Ledger  # noqa: E402


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
    journal = Journal(storage, bytes(32), lambda: holder[0].snapshot())
    ledger = Ledger(journal)
    holder.append(ledger)
    if not storage.files:
        journal.create()
    journal.open(ledger.apply)
    assert not journal.is_forged
    return ledger
