"""Append-only journal in two banks (invariants I5 and I9, docs/adr/0004-journal.md).

A record is `header(8) body mac(16) crc(4)`; the header is magic u8, kind u8, length u16, sequence
u32 (LE). The MAC covers the record before it, so nothing can be left out, moved or put between.
A bank is a header record (epoch), the records of a snapshot, a seal, and what came since. It
counts only with its seal; the bank with the highest epoch is the journal.
"""

import struct
from binascii import crc32

from wire.errors import StorageError

from signer import records
from signer.seal import TAG_BYTES, SealBroken, Sealer

MAGIC = 0xA6
MAX_BODY = 2048
COMPACT_AT_BYTES = 64 * 1024
_WRITE_BYTES = 2048
BANKS = ("journal.a", "journal.b")
_HEADER = "<BBHI"
_HEADER_BYTES = 8
_OVERHEAD = _HEADER_BYTES + TAG_BYTES + 4
_MAX_RECORD = _OVERHEAD + MAX_BODY

ABSENT = 0
UNFINISHED = 1
SEALED = 2
FORGED = 3


class _Bank:
    """What a walk over one bank found."""

    __slots__ = ("name", "status", "epoch", "chain", "sequence", "size", "torn")

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = ABSENT
        self.epoch = 0
        self.chain = bytes(TAG_BYTES)
        self.sequence = 0
        self.size = 0
        self.torn = False


class Journal:
    """`storage` holds the banks; `key` is 32 bytes; `snapshot()` yields the (kind, body) pairs
    from which a fresh bank starts."""

    __slots__ = ("_storage", "_sealer", "_snapshot", "_bank")

    def __init__(self, storage, key: bytes, snapshot) -> None:
        self._storage = storage
        self._sealer = Sealer(key, b"journal")
        self._snapshot = snapshot
        self._bank = None

    def create(self) -> None:
        """Starts an empty journal and forgets what the banks held. For a new wallet only."""
        for name in BANKS:
            self._storage.remove(name)
        self._write_bank(BANKS[0], 1, ())

    def open(self, apply) -> None:
        """Hands every record of the journal to `apply(kind, body)`, oldest first.

        A torn last record is dropped: its writer was never answered. Raises StorageError
        `journal-forged` for a record that is whole but not ours, for a gap, and for no journal;
        nothing may be signed then, and nothing can be appended.
        """
        banks = [self._walk(name, None) for name in BANKS]
        for bank in banks:
            if bank.status == FORGED:
                raise StorageError("journal-forged", bank.name)
        sealed = [bank for bank in banks if bank.status == SEALED]
        if not sealed:
            # The wallet is written after its journal, so a wallet without one was tampered with.
            raise StorageError("journal-forged", "no journal")
        chosen = max(sealed, key=lambda bank: bank.epoch)
        self._walk(chosen.name, apply)
        self._bank = chosen
        for bank in banks:
            if bank is not chosen:
                self._storage.remove(bank.name)
        if chosen.torn:
            self.compact()

    def append(self, kind: int, body: bytes) -> None:
        """Adds a record; it is on flash, and was read back, when this returns.

        Raises StorageError `journal-record`, `storage-failed`.
        """
        if self._bank is None:
            raise StorageError("storage-failed", "journal is closed")
        if kind <= records.BANK_SEAL or kind > 255 or len(body) > MAX_BODY:
            raise StorageError("journal-record", "kind %d of %d bytes" % (kind, len(body)))
        if self._bank.size >= COMPACT_AT_BYTES:
            self.compact()
        bank = self._bank
        # Closed until the record is on flash: after a failure nobody knows what is there.
        self._bank = None
        self._storage.append(bank.name, self._encode(bank, kind, body))
        self._bank = bank

    def compact(self) -> None:
        """Writes the snapshot to the other bank and lets the old bank go."""
        old = self._bank
        fresh = BANKS[1] if old.name == BANKS[0] else BANKS[0]
        self._storage.remove(fresh)
        self._write_bank(fresh, old.epoch + 1, self._snapshot())
        self._storage.remove(old.name)

    def _write_bank(self, name: str, epoch: int, pairs) -> None:
        bank = _Bank(name)
        bank.epoch = epoch
        self._bank = None
        waiting = self._encode(bank, records.BANK_HEADER, epoch.to_bytes(4, "little"))
        for kind, body in pairs:
            waiting += self._encode(bank, kind, body)
            if len(waiting) >= _WRITE_BYTES:
                self._storage.append(name, waiting)
                waiting = b""
        self._storage.append(name, waiting + self._encode(bank, records.BANK_SEAL, b""))
        bank.status = SEALED
        self._bank = bank

    def _encode(self, bank: _Bank, kind: int, body: bytes) -> bytes:
        """The next record of `bank`, whose chain goes on from it."""
        header = struct.pack(_HEADER, MAGIC, kind, len(body), bank.sequence)
        cipher, mac = self._sealer.seal(bank.chain + header, body)
        record: bytes = header + cipher + mac
        record += struct.pack("<I", crc32(record))
        bank.chain = mac
        bank.sequence += 1
        bank.size += len(record)
        return record

    def _walk(self, name: str, apply) -> _Bank:
        bank = _Bank(name)
        handle = self._storage.open(name)
        if handle is None:
            return bank
        with handle:
            while self._read_record(handle, bank, apply):
                pass
        return bank

    def _read_record(self, handle, bank: _Bank, apply) -> bool:
        """One record; False at the end of what counts."""
        head = handle.read(_HEADER_BYTES)
        if not head:
            return False
        record = head
        magic = kind = length = sequence = -1
        if len(head) == _HEADER_BYTES:
            magic, kind, length, sequence = struct.unpack(_HEADER, head)
            if magic == MAGIC and length <= MAX_BODY:
                record = head + handle.read(length + TAG_BYTES + 4)
        whole = len(record) == _OVERHEAD + length
        if not whole or crc32(record[:-4]) != int.from_bytes(record[-4:], "little"):
            bank.torn = True
            if self._has_record_after(handle, bank.size):
                bank.status = FORGED
            return False
        cipher, mac = record[_HEADER_BYTES : -TAG_BYTES - 4], record[-TAG_BYTES - 4 : -4]
        try:
            body = self._sealer.open(bank.chain + head, cipher, mac)
        except SealBroken:
            bank.status = FORGED
            return False
        if sequence != bank.sequence or (sequence == 0) != (kind == records.BANK_HEADER):
            bank.status = FORGED
            return False
        bank.chain = mac
        bank.sequence += 1
        bank.size += len(record)
        self._take(bank, kind, body, apply)
        return True

    def _take(self, bank: _Bank, kind: int, body: bytes, apply) -> None:
        if kind == records.BANK_HEADER:
            bank.epoch = int.from_bytes(body, "little")
            bank.status = UNFINISHED
        elif kind == records.BANK_SEAL:
            bank.status = SEALED
        elif apply is not None:
            apply(kind, body)

    def _has_record_after(self, handle, offset: int) -> bool:
        """Whether a whole record stands behind the broken one at `offset`.

        A power cut can break only the last append, so anything whole behind it, or more bytes
        than one record has, means that somebody damaged the middle to make the device forget.
        """
        handle.seek(offset)
        tail = handle.read(_MAX_RECORD + 1)
        if len(tail) > _MAX_RECORD:
            return True
        start = tail.find(bytes((MAGIC,)), 1)
        while start >= 0:
            if start + _OVERHEAD <= len(tail):
                length = struct.unpack("<H", tail[start + 2 : start + 4])[0]
                end = start + _OVERHEAD + length
                if end <= len(tail):
                    crc = int.from_bytes(tail[end - 4 : end], "little")
                    if crc32(tail[start : end - 4]) == crc:
                        return True
            start = tail.find(bytes((MAGIC,)), start + 1)
        return False
