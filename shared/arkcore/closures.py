"""The tap leaves that Ark knows (spec/arkade.md 2.2), built from parts and decoded strictly.

Decoding rebuilds the script from what it found and compares: a script either is exactly what its
parts say, or it is refused.
"""

from arkcore import delays
from arkcore.errors import ScriptError
from arkcore.pushes import (
    OP_CHECKLOCKTIMEVERIFY,
    OP_CHECKMULTISIG,
    OP_CHECKMULTISIGVERIFY,
    OP_CHECKSEQUENCEVERIFY,
    OP_CHECKSIG,
    OP_CHECKSIGADD,
    OP_CHECKSIGVERIFY,
    OP_DROP,
    OP_EQUAL,
    OP_NUMEQUAL,
    OP_SHA256,
    OP_VERIFY,
    Op,
    push_number,
    pushed_number,
    read_ops,
)

MULTISIG = "multisig"
CSV_MULTISIG = "csv-multisig"
CLTV_MULTISIG = "cltv-multisig"
CONDITION_MULTISIG = "condition-multisig"
CONDITION_CSV_MULTISIG = "condition-csv-multisig"
NOTE = "note"

MAX_KEYS = 999
MAX_SCRIPT_BYTES = 40_000
_FORBIDDEN_IN_CONDITION = (
    OP_CHECKSIG,
    OP_CHECKSIGVERIFY,
    OP_CHECKMULTISIG,
    OP_CHECKMULTISIGVERIFY,
    OP_CHECKLOCKTIMEVERIFY,
    OP_CHECKSEQUENCEVERIFY,
    OP_CHECKSIGADD,
)


class Closure:
    """One leaf: `script` and the parts that it is made of.

    `kind` is one of the constants above. `keys` are x-only (32 bytes), in script order. `sequence`
    (BIP-68) and `locktime` are None where the kind has none; `condition` is the script before
    OP_VERIFY, or the whole script of a note, or empty.
    """

    __slots__ = ("kind", "script", "keys", "sequence", "locktime", "condition", "checksigadd")

    def __init__(self, kind: str, script: bytes, keys: "list[bytes]") -> None:
        self.kind = kind
        self.script = script
        self.keys = keys
        self.sequence: int | None = None
        self.locktime: int | None = None
        self.condition = b""
        self.checksigadd = False

    @property
    def is_exit(self) -> bool:
        """True for leaves that the owner can spend alone after a delay."""
        return self.sequence is not None

    def witness(
        self, signatures_by_key: "dict[bytes, bytes]", condition_items: "tuple[bytes, ...]" = ()
    ) -> "list[bytes]":
        """Stack items that go before script and control block.

        Signatures (64 or 65 bytes, by x-only key) in reverse key order, then the condition's
        items as given. Raises ScriptError `closure-signature-missing`.
        """
        items = []
        for key in reversed(self.keys):
            signature = signatures_by_key.get(key)
            if signature is None:
                raise ScriptError("closure-signature-missing", key.hex())
            items.append(signature)
        return items + list(condition_items)


def _multisig_script(keys: "list[bytes]", checksigadd: bool) -> bytes:
    if not 1 <= len(keys) <= MAX_KEYS:
        raise ScriptError("closure-keys", "%d keys" % len(keys))
    out = bytearray()
    for index, key in enumerate(keys):
        if len(key) != 32:
            raise ScriptError("closure-keys", "%d bytes" % len(key))
        out.append(32)
        out += key
        if checksigadd:
            out.append(OP_CHECKSIGADD if index else OP_CHECKSIG)
        else:
            out.append(OP_CHECKSIGVERIFY if index + 1 < len(keys) else OP_CHECKSIG)
    if checksigadd:
        out += push_number(len(keys))
        out.append(OP_NUMEQUAL)
    return bytes(out)


def _delayed(sequence: int) -> bytes:
    delays.check_canonical(sequence)
    return push_number(sequence) + bytes((OP_CHECKSEQUENCEVERIFY, OP_DROP))


def _check_condition(condition: bytes) -> None:
    """A condition may decide, but not sign or wait: those opcodes would escape the closure."""
    if not condition:
        raise ScriptError("closure-condition", "empty")
    for op in read_ops(condition):
        if op.code == OP_VERIFY:
            raise ScriptError("closure-inner-verify")
        if op.code in _FORBIDDEN_IN_CONDITION:
            raise ScriptError("closure-condition", "0x%02x" % op.code)


def _make(kind: str, script: bytes, keys: "list[bytes]", checksigadd: bool) -> Closure:
    if len(script) > MAX_SCRIPT_BYTES:
        raise ScriptError("closure-size", "%d bytes" % len(script))
    closure = Closure(kind, script, list(keys))
    closure.checksigadd = checksigadd
    return closure


def multisig(keys: "list[bytes]", checksigadd: bool = False) -> Closure:
    """All `keys` (x-only, 32 bytes) sign. Raises ScriptError `closure-keys`."""
    return _make(MULTISIG, _multisig_script(keys, checksigadd), keys, checksigadd)


def csv_multisig(sequence: int, keys: "list[bytes]", checksigadd: bool = False) -> Closure:
    """All keys sign, after the relative lock `sequence` (BIP-68).

    Raises ScriptError `closure-keys`, EncodingError `delay-*`.
    """
    script = _delayed(sequence) + _multisig_script(keys, checksigadd)
    closure = _make(CSV_MULTISIG, script, keys, checksigadd)
    closure.sequence = sequence
    return closure


def cltv_multisig(locktime: int, keys: "list[bytes]", checksigadd: bool = False) -> Closure:
    """All keys sign, from the absolute `locktime` on (height, or unix time from 500 000 000).

    Raises ScriptError `closure-keys`, `closure-locktime`.
    """
    if locktime < 0 or locktime > 0xFFFFFFFF:
        raise ScriptError("closure-locktime", "%d" % locktime)
    head = push_number(locktime) + bytes((OP_CHECKLOCKTIMEVERIFY, OP_DROP))
    script = head + _multisig_script(keys, checksigadd)
    closure = _make(CLTV_MULTISIG, script, keys, checksigadd)
    closure.locktime = locktime
    return closure


def condition_multisig(condition: bytes, keys: "list[bytes]", checksigadd: bool = False) -> Closure:
    """All keys sign, and `condition` (a script) leaves true.

    Raises ScriptError `closure-keys`, `closure-condition`, `closure-inner-verify`,
    `closure-push`, `closure-success`.
    """
    _check_condition(condition)
    script = condition + bytes((OP_VERIFY,)) + _multisig_script(keys, checksigadd)
    closure = _make(CONDITION_MULTISIG, script, keys, checksigadd)
    closure.condition = condition
    return closure


def condition_csv_multisig(
    condition: bytes, sequence: int, keys: "list[bytes]", checksigadd: bool = False
) -> Closure:
    """As `condition_multisig`, after the relative lock `sequence`."""
    _check_condition(condition)
    head = condition + bytes((OP_VERIFY,)) + _delayed(sequence)
    script = head + _multisig_script(keys, checksigadd)
    closure = _make(CONDITION_CSV_MULTISIG, script, keys, checksigadd)
    closure.condition = condition
    closure.sequence = sequence
    return closure


def note(preimage_hash: bytes) -> Closure:
    """Whoever shows the preimage of the SHA-256 hash (32 bytes). Raises ScriptError
    `closure-hash`."""
    if len(preimage_hash) != 32:
        raise ScriptError("closure-hash", "%d bytes" % len(preimage_hash))
    script = bytes((OP_SHA256, 32)) + preimage_hash + bytes((OP_EQUAL,))
    closure = _make(NOTE, script, [], False)
    closure.condition = script
    return closure


def decode(script: bytes) -> Closure:
    """The closure that `script` is, byte for byte.

    Raises ScriptError `closure-*`, EncodingError `delay-*`.
    """
    if not script:
        raise ScriptError("closure-empty")
    if len(script) > MAX_SCRIPT_BYTES:
        raise ScriptError("closure-size", "%d bytes" % len(script))
    ops = read_ops(script)
    closure = _decode_ops(bytes(script), ops)
    # Anything the parts do not account for (a spare opcode, another push form) ends here, so no
    # script can look like one closure and run as another.
    if closure.script != script:
        raise ScriptError("closure-shape", "rebuilt script differs")
    return closure


def _decode_ops(script: bytes, ops: "list[Op]") -> Closure:
    if len(ops) == 3 and ops[0].code == OP_SHA256 and ops[1].code == 32:
        return note(ops[1].data or b"")
    verify_at = -1
    for index, op in enumerate(ops):
        if op.code == OP_VERIFY:
            verify_at = index
    if verify_at < 0:
        return _decode_plain(ops)
    condition = script[: ops[verify_at].start]
    rest = ops[verify_at + 1 :]
    if _is_locked(rest, OP_CHECKSEQUENCEVERIFY):
        keys, checksigadd = _decode_keys(rest[3:])
        return condition_csv_multisig(condition, pushed_number(rest[0]), keys, checksigadd)
    keys, checksigadd = _decode_keys(rest)
    return condition_multisig(condition, keys, checksigadd)


def _decode_plain(ops: "list[Op]") -> Closure:
    if _is_locked(ops, OP_CHECKSEQUENCEVERIFY):
        keys, checksigadd = _decode_keys(ops[3:])
        return csv_multisig(pushed_number(ops[0]), keys, checksigadd)
    if _is_locked(ops, OP_CHECKLOCKTIMEVERIFY):
        keys, checksigadd = _decode_keys(ops[3:])
        return cltv_multisig(pushed_number(ops[0]), keys, checksigadd)
    keys, checksigadd = _decode_keys(ops)
    return multisig(keys, checksigadd)


def _is_locked(ops: "list[Op]", lock: int) -> bool:
    return len(ops) > 3 and ops[1].code == lock and ops[2].code == OP_DROP


def _decode_keys(ops: "list[Op]") -> "tuple[list[bytes], bool]":
    checksigadd = bool(ops) and ops[-1].code == OP_NUMEQUAL
    if checksigadd:
        ops = ops[:-2]
    keys = []
    for index in range(0, len(ops), 2):
        key = ops[index].data
        if key is None or len(key) != 32:
            raise ScriptError("closure-shape", "key expected")
        keys.append(key)
    if not keys or len(ops) % 2:
        raise ScriptError("closure-shape", "not a key list")
    return keys, checksigadd
