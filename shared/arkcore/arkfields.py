"""Ark's own PSBT input fields, key `de <name> [index]` (spec/arkade.md 2.6, 2.10).

Written in the form of arkd. Read by exact key: other implementations look for the name anywhere in
a key, so a key that merely contains one would mean different things to different readers.
"""

from arkcore.closures import MAX_SCRIPT_BYTES
from arkcore.codec import Reader, var_bytes
from arkcore.conditions import MAX_ITEM_BYTES, MAX_STACK_ITEMS
from arkcore.errors import EncodingError
from arkcore.psbt import PsbtMap, parse_witness_stack, witness_stack
from arkcore.pushes import decode_number, encode_number
from arkcore.taproot import LEAF_VERSION

_TYPE = b"\xde"
_TAPTREE = b"taptree"
_EXPIRY = b"expiry"
_COSIGNER = b"cosigner"
_CONDITION = b"condition"
_NAMES = (_TAPTREE, _EXPIRY, _COSIGNER, _CONDITION)
_INDEX_BYTES = 4
MAX_LEAVES = 128


def _is_plain(key: bytes, name: bytes) -> bool:
    size = len(_TYPE + name) + (_INDEX_BYTES if name == _COSIGNER else 0)
    return len(key) == size and key.startswith(_TYPE + name)


def check_keys(entries: PsbtMap) -> None:
    """Raises EncodingError `arkfield-ambiguous` for a key that only looks like an Ark field."""
    for key, _ in entries.items():
        for name in _NAMES:
            if name in key and not _is_plain(key, name):
                raise EncodingError("arkfield-ambiguous", key.hex())


def _get(entries: PsbtMap, name: bytes) -> "bytes | None":
    check_keys(entries)
    return entries.get(_TYPE + name)


def encode_taptree(scripts: "list[bytes]") -> bytes:
    """Leaves in build order, with the depths that arkd writes; readers use the order alone."""
    parts = []
    last = len(scripts) - 1
    for index, script in enumerate(scripts):
        depth = min(index + 1, last)
        parts.append(bytes((depth, LEAF_VERSION)) + var_bytes(script))
    return b"".join(parts)


def decode_taptree(data: bytes) -> "list[bytes]":
    """Leaf scripts in build order. Raises EncodingError `arkfield-taptree`."""
    reader = Reader(data)
    scripts: list[bytes] = []
    while reader.remaining():
        reader.u8()
        if reader.u8() != LEAF_VERSION or len(scripts) == MAX_LEAVES:
            raise EncodingError("arkfield-taptree", "leaf version or count")
        scripts.append(reader.var_bytes(MAX_SCRIPT_BYTES))
    if not scripts:
        raise EncodingError("arkfield-taptree", "empty")
    return scripts


def set_taptree(entries: PsbtMap, scripts: "list[bytes]") -> None:
    entries.set(_TYPE + _TAPTREE, encode_taptree(scripts))


def taptree(entries: PsbtMap) -> "list[bytes] | None":
    """Leaf scripts of the spent output, in build order, or None."""
    raw = _get(entries, _TAPTREE)
    return None if raw is None else decode_taptree(raw)


def set_expiry(entries: PsbtMap, sequence: int) -> None:
    """`sequence`: the batch's expiry as a BIP-68 number."""
    entries.set(_TYPE + _EXPIRY, encode_number(sequence))


def expiry(entries: PsbtMap) -> "int | None":
    """BIP-68 number. Raises ScriptError `closure-number`, EncodingError `arkfield-expiry`."""
    raw = _get(entries, _EXPIRY)
    if raw is None:
        return None
    sequence = decode_number(raw)
    if sequence < 0 or sequence > 0xFFFFFFFF:
        raise EncodingError("arkfield-expiry")
    return sequence


def set_cosigners(entries: PsbtMap, keys: "list[bytes]") -> None:
    """One field a key (33 bytes, compressed), numbered in the order given."""
    for index, key in enumerate(keys):
        entries.set(_TYPE + _COSIGNER + index.to_bytes(_INDEX_BYTES, "big"), key)


def cosigners(entries: PsbtMap) -> "list[bytes]":
    """Cosigner keys (33 bytes) by rising index. Raises EncodingError `arkfield-cosigner`."""
    check_keys(entries)
    prefix = _TYPE + _COSIGNER
    found = []
    for key, value in entries.items():
        if key.startswith(prefix):
            if len(value) != 33 or value[0] not in (2, 3):
                raise EncodingError("arkfield-cosigner", value.hex())
            found.append((key[len(prefix) :], value))
    return [value for _, value in sorted(found)]


def set_condition(entries: PsbtMap, items: "list[bytes]") -> None:
    """Witness items that make the closure's condition true (the preimage, for notes)."""
    entries.set(_TYPE + _CONDITION, witness_stack(items))


def condition(entries: PsbtMap) -> "list[bytes] | None":
    raw = _get(entries, _CONDITION)
    if raw is None:
        return None
    return parse_witness_stack(raw, MAX_STACK_ITEMS, MAX_ITEM_BYTES)
