"""PSBT version 0 (BIP-174, BIP-371) as ordered maps: strict to read, exact to write."""

import binascii

from arkcore.codec import Reader, compact_size, var_bytes
from arkcore.errors import EncodingError
from arkcore.taproot import LEAF_VERSION
from arkcore.tx import Tx, TxOut

MAGIC = b"psbt\xff"
MAX_PSBT_BYTES = 2_000_000
MAX_KEY_BYTES = 10_000
MAX_ENTRIES = 1_000

GLOBAL_UNSIGNED_TX = b"\x00"
GLOBAL_SIGNED_MESSAGE = b"\x09"
GLOBAL_VERSION = b"\xfb"
IN_WITNESS_UTXO = b"\x01"
IN_SIGHASH_TYPE = b"\x03"
IN_FINAL_WITNESS = b"\x08"
IN_TAP_KEY_SIG = b"\x13"
IN_TAP_SCRIPT_SIG = 0x14
IN_TAP_LEAF_SCRIPT = 0x15
OUT_TAP_TREE = b"\x06"


class PsbtMap:
    """Key-value entries in order; a key occurs once."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[bytes, bytes]] = []

    def items(self) -> "list[tuple[bytes, bytes]]":
        return list(self._entries)

    def get(self, key: bytes) -> "bytes | None":
        for have, value in self._entries:
            if have == key:
                return value
        return None

    def set(self, key: bytes, value: bytes) -> None:
        """Replaces the entry in its place, or appends one."""
        for index, entry in enumerate(self._entries):
            if entry[0] == key:
                self._entries[index] = (key, value)
                return
        self._entries.append((key, value))

    def remove(self, key: bytes) -> None:
        self._entries = [entry for entry in self._entries if entry[0] != key]

    def with_type(self, key_type: int) -> "list[tuple[bytes, bytes]]":
        """(key without its type byte, value) of every entry of that type."""
        return [(key[1:], value) for key, value in self._entries if key[0] == key_type]

    def serialize(self) -> bytes:
        parts = [var_bytes(key) + var_bytes(value) for key, value in self._entries]
        return b"".join(parts) + b"\x00"

    @classmethod
    def read(cls, reader: Reader) -> "PsbtMap":
        """Raises EncodingError `psbt-duplicate`, `too-large`, `truncated`."""
        found = cls()
        seen: set[bytes] = set()
        while True:
            key = reader.var_bytes(MAX_KEY_BYTES)
            if not key:
                return found
            # Readers differ in which of two equal keys they believe.
            if key in seen:
                raise EncodingError("psbt-duplicate", key.hex())
            if len(seen) >= MAX_ENTRIES:
                raise EncodingError("too-large", "entries of a PSBT map")
            seen.add(key)
            found._entries.append((key, reader.var_bytes(MAX_PSBT_BYTES)))


class Psbt:
    """`tx` (unsigned), `globals`, and one map for each of `inputs` and `outputs`.

    `globals` does not hold the transaction: it is written from `tx`.
    """

    __slots__ = ("tx", "globals", "inputs", "outputs")

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.globals = PsbtMap()
        self.inputs = [PsbtMap() for _ in tx.inputs]
        self.outputs = [PsbtMap() for _ in tx.outputs]

    @classmethod
    def parse(cls, data: bytes) -> "Psbt":
        """Raises EncodingError `psbt-magic`, `psbt-version`, `psbt-tx`, `psbt-duplicate`, and
        those of the transaction."""
        if len(data) > MAX_PSBT_BYTES:
            raise EncodingError("too-large", "PSBT")
        if data[: len(MAGIC)] != MAGIC:
            raise EncodingError("psbt-magic")
        reader = Reader(data)
        reader.take(len(MAGIC))
        found = PsbtMap.read(reader)
        if found.get(GLOBAL_VERSION) not in (None, bytes(4)):
            raise EncodingError("psbt-version")
        psbt = cls(_unsigned_tx(found))
        found.remove(GLOBAL_UNSIGNED_TX)
        psbt.globals = found
        psbt.inputs = [PsbtMap.read(reader) for _ in psbt.tx.inputs]
        psbt.outputs = [PsbtMap.read(reader) for _ in psbt.tx.outputs]
        reader.finish()
        return psbt

    def serialize(self) -> bytes:
        raw = self.tx.serialize(False)
        parts = [MAGIC, var_bytes(GLOBAL_UNSIGNED_TX), var_bytes(raw), self.globals.serialize()]
        for part in self.inputs + self.outputs:
            parts.append(part.serialize())
        return b"".join(parts)

    @classmethod
    def from_base64(cls, text: str) -> "Psbt":
        """Standard padded base64 only. Raises EncodingError `psbt-base64`, else as `parse`."""
        if len(text) > MAX_PSBT_BYTES:
            raise EncodingError("too-large", "PSBT")
        try:
            data = binascii.a2b_base64(text.encode())
        except ValueError:
            raise EncodingError("psbt-base64")
        if _base64(data) != text:
            raise EncodingError("psbt-base64", "not in its standard form")
        return cls.parse(data)

    def to_base64(self) -> str:
        return _base64(self.serialize())

    def prevouts(self) -> "list[TxOut]":
        """The output that each input spends. Raises EncodingError `psbt-prevout`."""
        found = []
        for index, entries in enumerate(self.inputs):
            txout = witness_utxo(entries)
            if txout is None:
                raise EncodingError("psbt-prevout", "input %d" % index)
            found.append(txout)
        return found


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data).decode().rstrip("\n")


def _unsigned_tx(found: PsbtMap) -> Tx:
    raw = found.get(GLOBAL_UNSIGNED_TX)
    if raw is None:
        raise EncodingError("psbt-tx", "missing")
    tx = Tx.parse(raw)
    if tx.serialize(False) != raw or any(txin.script_sig for txin in tx.inputs):
        raise EncodingError("psbt-tx", "already signed")
    return tx


def witness_utxo(entries: PsbtMap) -> "TxOut | None":
    """Raises EncodingError of the output's encoding."""
    raw = entries.get(IN_WITNESS_UTXO)
    if raw is None:
        return None
    reader = Reader(raw)
    txout = TxOut(reader.u64(), reader.var_bytes(10_000))
    reader.finish()
    return txout


def set_witness_utxo(entries: PsbtMap, txout: TxOut) -> None:
    entries.set(IN_WITNESS_UTXO, txout.serialize())


def sighash_type(entries: PsbtMap) -> "int | None":
    """Raises EncodingError `psbt-field`."""
    raw = entries.get(IN_SIGHASH_TYPE)
    if raw is None:
        return None
    if len(raw) != 4:
        raise EncodingError("psbt-field", "sighash type")
    return int.from_bytes(raw, "little")


def set_sighash_type(entries: PsbtMap, value: int) -> None:
    entries.set(IN_SIGHASH_TYPE, value.to_bytes(4, "little"))


def tap_key_sig(entries: PsbtMap) -> "bytes | None":
    """Key path signature (64 or 65 bytes). Raises EncodingError `psbt-field`."""
    raw = entries.get(IN_TAP_KEY_SIG)
    if raw is not None and len(raw) not in (64, 65):
        raise EncodingError("psbt-field", "key signature")
    return raw


def set_tap_key_sig(entries: PsbtMap, signature: bytes) -> None:
    entries.set(IN_TAP_KEY_SIG, signature)


def tap_leaf_scripts(entries: PsbtMap) -> "list[tuple[bytes, bytes]]":
    """(control block, script) of each leaf. Raises EncodingError `psbt-field`: leaf version."""
    found = []
    for control, value in entries.with_type(IN_TAP_LEAF_SCRIPT):
        if not control or value[-1:] != bytes((LEAF_VERSION,)):
            raise EncodingError("psbt-field", "leaf version")
        found.append((control, value[:-1]))
    return found


def add_tap_leaf_script(entries: PsbtMap, control: bytes, script: bytes) -> None:
    entries.set(bytes((IN_TAP_LEAF_SCRIPT,)) + control, script + bytes((LEAF_VERSION,)))


def tap_script_sigs(entries: PsbtMap) -> "list[tuple[bytes, bytes, bytes]]":
    """(x-only key, leaf hash, signature of 64 or 65 bytes). Raises EncodingError `psbt-field`."""
    found = []
    for key, signature in entries.with_type(IN_TAP_SCRIPT_SIG):
        if len(key) != 64 or len(signature) not in (64, 65):
            raise EncodingError("psbt-field", "script signature")
        found.append((key[:32], key[32:], signature))
    return found


def add_tap_script_sig(entries: PsbtMap, xonly: bytes, leaf_hash: bytes, signature: bytes) -> None:
    entries.set(bytes((IN_TAP_SCRIPT_SIG,)) + xonly + leaf_hash, signature)


def witness_stack(items: "list[bytes]") -> bytes:
    """A witness as PSBT fields carry it: count, then each item with its length."""
    return compact_size(len(items)) + b"".join([var_bytes(item) for item in items])


def parse_witness_stack(data: bytes, max_items: int, max_item_bytes: int) -> "list[bytes]":
    """Raises EncodingError of the encoding."""
    reader = Reader(data)
    items = [reader.var_bytes(max_item_bytes) for _ in range(reader.compact_size(max_items))]
    reader.finish()
    return items
