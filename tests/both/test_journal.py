"""The journal keeps what was answered, forgets what was torn, and notices what was forged (I9).

Storage is in memory here and can lose power inside every write; tests/device/test_power_cuts.py
does the same under littlefs.
"""

from signer import journal as journals
from signer.journal import BANKS, Journal
from wire.errors import StorageError

from tests.both.device_parts import MemoryStorage
from tests.both.helpers import refusal

_KEY = bytes(range(32))
_KIND = 20


class PowerCut(Exception):
    """The current went away in the middle of a write."""


class CuttingStorage(MemoryStorage):
    """Loses power after `budget` bytes or deletions; what was written until then stays."""

    def __init__(self, budget: int) -> None:
        super().__init__()
        self.budget = budget

    def _spend(self, count: int) -> int:
        allowed = min(count, self.budget)
        self.budget -= allowed
        return allowed

    def append(self, name: str, data: bytes) -> None:
        allowed = self._spend(len(data))
        if allowed:
            super().append(name, data[:allowed])
        if allowed < len(data):
            raise PowerCut()

    def remove(self, name: str) -> None:
        if name in self.files and not self._spend(1):
            raise PowerCut()
        super().remove(name)


class Notebook:
    """State that is rebuilt from the journal: a list of numbers, newest last."""

    def __init__(self, storage: MemoryStorage) -> None:
        self.values: list[int] = []
        self.journal = Journal(storage, _KEY, self.snapshot)

    def snapshot(self) -> "list[tuple[int, bytes]]":
        return [(_KIND, value.to_bytes(4, "big")) for value in self.values]

    def apply(self, kind: int, body: bytes) -> None:
        assert kind == _KIND
        self.values.append(int.from_bytes(body, "big"))

    def open(self) -> "Notebook":
        self.journal.open(self.apply)
        return self

    def write(self, value: int) -> None:
        self.journal.append(_KIND, value.to_bytes(4, "big"))
        self.values.append(value)


def _written(count: int) -> MemoryStorage:
    storage = MemoryStorage()
    book = Notebook(storage)
    book.journal.create()
    for value in range(count):
        book.write(value)
    return storage


def _copy(storage: MemoryStorage) -> MemoryStorage:
    copied = MemoryStorage()
    copied.files = dict(storage.files)
    return copied


def test_replays_what_was_written_in_order() -> None:
    assert Notebook(_written(7)).open().values == [0, 1, 2, 3, 4, 5, 6]


def test_a_cut_inside_any_append_loses_only_what_was_not_answered() -> None:
    whole = _written(2)
    size = len(whole.files[BANKS[0]])
    full = len(_written(3).files[BANKS[0]])
    for cut in range(size, full):
        storage = _copy(whole)
        storage.files[BANKS[0]] = _written(3).files[BANKS[0]][:cut]
        book = Notebook(storage).open()
        assert book.values == [0, 1], f"cut at {cut}"
        book.write(9)
        assert Notebook(storage).open().values == [0, 1, 9], f"cut at {cut}"


def test_a_cut_inside_any_compaction_leaves_the_old_or_the_new_bank() -> None:
    budget = 0
    finished = False
    while not finished:
        storage = CuttingStorage(1 << 20)
        storage.files = dict(_written(5).files)
        book = Notebook(storage).open()
        storage.budget = budget
        try:
            book.journal.compact()
            finished = True
        except PowerCut:
            pass
        storage.budget = 1 << 20
        again = Notebook(storage).open()
        assert again.values == [0, 1, 2, 3, 4], f"budget {budget}"
        again.write(5)
        assert Notebook(storage).open().values == [0, 1, 2, 3, 4, 5], f"budget {budget}"
        budget += 3
    assert budget > 100


def test_grows_no_longer_than_its_limit_and_keeps_everything() -> None:
    storage = MemoryStorage()
    book = Notebook(storage)
    book.journal.create()
    before = journals.COMPACT_AT_BYTES
    journals.COMPACT_AT_BYTES = 500
    try:
        epochs = set()
        for value in range(60):
            book.write(value)
            book.values = book.values[-3:]
            epochs.add(sorted(storage.files)[0])
            assert len(storage.files) == 1
    finally:
        journals.COMPACT_AT_BYTES = before
    assert epochs == set(BANKS)
    assert Notebook(storage).open().values[-3:] == [57, 58, 59]


def test_refuses_a_journal_with_any_flipped_bit_but_in_the_last_record() -> None:
    whole = _written(4).files[BANKS[0]]
    last = len(_written(3).files[BANKS[0]])
    for position in range(last):
        storage = MemoryStorage()
        changed = bytearray(whole)
        changed[position] ^= 0x10
        storage.files[BANKS[0]] = bytes(changed)
        tag = refusal(Notebook(storage).open)
        assert tag == "journal-forged", f"{position} gives {tag}"


def _with_right_crc(record: bytes) -> bytes:
    from binascii import crc32

    return record[:-4] + crc32(record[:-4]).to_bytes(4, "little")


def test_refuses_a_last_record_that_is_whole_but_not_ours() -> None:
    whole = _written(3).files[BANKS[0]]
    before = len(_written(2).files[BANKS[0]])
    record = bytearray(whole[before:])
    for position in range(len(record) - 4):
        changed = bytearray(record)
        changed[position] ^= 1
        storage = MemoryStorage()
        storage.files[BANKS[0]] = whole[:before] + _with_right_crc(bytes(changed))
        # A header that announces another length makes the record incomplete, hence torn.
        expected = "" if position in (0, 2, 3) else "journal-forged"
        assert refusal(Notebook(storage).open) == expected, position


def test_refuses_records_that_were_left_out_swapped_or_repeated() -> None:
    sizes = [len(_written(count).files[BANKS[0]]) for count in range(4)]
    whole = _written(3).files[BANKS[0]]
    parts = [whole[sizes[i] : sizes[i + 1]] for i in range(3)]
    head = whole[: sizes[0]]
    for records in ([0, 2], [1, 0, 2], [0, 0, 1, 2], [2], [0, 1, 2, 2]):
        storage = MemoryStorage()
        storage.files[BANKS[0]] = head + b"".join([parts[i] for i in records])
        assert refusal(Notebook(storage).open) == "journal-forged", records


def test_refuses_a_missing_journal_and_one_of_another_key() -> None:
    assert refusal(Notebook(MemoryStorage()).open) == "journal-forged"
    storage = _written(2)
    other = Journal(storage, bytes(32), list)
    assert refusal(other.open, print) == "journal-forged"


def test_refuses_a_record_that_is_too_long_or_of_a_reserved_kind() -> None:
    book = Notebook(_written(0)).open()
    assert refusal(book.journal.append, _KIND, bytes(journals.MAX_BODY + 1)) == "journal-record"
    assert refusal(book.journal.append, 0, b"") == "journal-record"
    assert refusal(book.journal.append, 1, b"") == "journal-record"
    book.journal.append(_KIND, bytes(4))


def test_takes_nothing_more_after_a_write_that_failed() -> None:
    class Failing(MemoryStorage):
        is_full = False

        def append(self, name: str, data: bytes) -> None:
            if self.is_full:
                raise StorageError("storage-failed")
            super().append(name, data)

    storage = Failing()
    storage.files = dict(_written(1).files)
    book = Notebook(storage).open()
    storage.is_full = True
    assert refusal(book.write, 1) == "storage-failed"
    storage.is_full = False
    assert refusal(book.write, 2) == "storage-failed"
    assert Notebook(storage).open().values == [0]


def test_flash_shows_nothing_of_what_is_written() -> None:
    storage = MemoryStorage()
    book = Notebook(storage)
    book.journal.create()
    book.journal.append(_KIND, b"a VTXO that nobody has to know")
    assert storage.files[BANKS[0]].find(b"nobody") < 0
