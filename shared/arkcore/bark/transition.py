"""How one output on the way to a bark VTXO is spent by the next transaction (spec/bark.md 2.5)."""

import secp256k1

from arkcore.bark.limits import read_pubkey
from arkcore.bark.scripts import BarkOutput, aggregate, hash_and_sign, timelock_sign
from arkcore.codec import Reader, compact_size
from arkcore.errors import EncodingError, SigningError
from arkcore.hashes import sha256
from arkcore.sighash import taproot_sighash
from arkcore.taproot import leaf_hash, p2tr_script
from arkcore.tx import Tx, TxOut

COSIGNED = 1
ARKOOR = 2
HASH_LOCKED_V0 = 3
HASH_LOCKED = 4

NAMES = {
    COSIGNED: "cosigned",
    ARKOOR: "arkoor",
    HASH_LOCKED_V0: "hash-locked-cosigned-v0",
    HASH_LOCKED: "hash-locked-cosigned",
}
MAX_KEYS = 4096
_ABSENT = bytes(64)
_PREIMAGE, _HASH = 0, 1
_LOCK_LEAF = 1


class Transition:
    """`kind` (above), `keys` (33 bytes each), `signature` (64 bytes, empty while absent).

    Cosigned: all keys. Arkoor: the clients' keys, `tap_tweak` (32 bytes). Hash-locked: the user's
    key alone, and `preimage` or, while that is not known, `unlock_hash` (32 bytes).
    """

    __slots__ = ("kind", "keys", "signature", "tap_tweak", "preimage", "unlock_hash")

    def __init__(
        self,
        kind: int,
        keys: "list[bytes]",
        signature: bytes = b"",
        tap_tweak: bytes = b"",
        preimage: bytes = b"",
        unlock_hash: bytes = b"",
    ) -> None:
        self.kind = kind
        self.keys = keys
        self.signature = signature
        self.tap_tweak = tap_tweak
        self.preimage = preimage
        self.unlock_hash = sha256(preimage) if preimage else unlock_hash

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    @property
    def is_hash_locked(self) -> bool:
        return self.kind in (HASH_LOCKED, HASH_LOCKED_V0)

    @classmethod
    def read(cls, reader: Reader) -> "Transition":
        """Raises EncodingError `bark-transition`, `bark-key`, `truncated`, `too-large`."""
        kind = reader.u8()
        if kind not in NAMES:
            raise EncodingError("bark-transition", "kind 0x%02x" % kind)
        if kind in (HASH_LOCKED, HASH_LOCKED_V0):
            return cls._read_hash_locked(reader, kind)
        keys = [read_pubkey(reader) for _ in range(reader.compact_size(MAX_KEYS))]
        tweak = b""
        if kind == ARKOOR:
            tweak = reader.take(32)
            if tweak >= secp256k1.ORDER:
                raise EncodingError("bark-transition", "tweak out of range")
        elif not keys:
            raise EncodingError("bark-transition", "no cosigners")
        return cls(kind, keys, _read_signature(reader), tweak)

    @classmethod
    def _read_hash_locked(cls, reader: Reader, kind: int) -> "Transition":
        keys = [read_pubkey(reader)]
        signature = _read_signature(reader)
        flag = reader.u8()
        value = reader.take(32)
        if flag not in (_PREIMAGE, _HASH):
            raise EncodingError("bark-transition", "flag %d" % flag)
        if flag == _PREIMAGE:
            return cls(kind, keys, signature, preimage=value)
        return cls(kind, keys, signature, unlock_hash=value)

    def serialize(self) -> bytes:
        signature = self.signature or _ABSENT
        if self.is_hash_locked:
            flag = _PREIMAGE if self.preimage else _HASH
            rest = signature + bytes((flag,)) + (self.preimage or self.unlock_hash)
            return bytes((self.kind,)) + self.keys[0] + rest
        head = bytes((self.kind,)) + compact_size(len(self.keys)) + b"".join(self.keys)
        return head + self.tap_tweak + signature

    def _output(self, server_key: bytes, expiry_height: int) -> BarkOutput:
        expiry = timelock_sign(expiry_height, server_key)
        if not self.is_hash_locked:
            return BarkOutput(aggregate(self.keys).xonly(), [expiry])
        internal = aggregate(self.keys + [server_key]).xonly()
        lock = hash_and_sign(self.unlock_hash, internal, self.kind == HASH_LOCKED)
        return BarkOutput(internal, [expiry, lock])

    def input_script(self, server_key: bytes, expiry_height: int) -> bytes:
        """scriptPubKey (34 bytes) of the output that is spent this way.

        Raises SigningError `musig-pubkey`, EncodingError `bark-transition`.
        """
        if self.kind != ARKOOR:
            return self._output(server_key, expiry_height).script
        point = aggregate(self.keys + [server_key]).point
        even = b"\x02" + point[1:]
        try:
            return p2tr_script(secp256k1.tweak_add(even, self.tap_tweak)[1:])
        except secp256k1.CurveError:
            raise EncodingError("bark-transition", "tweak cancels the key")

    def witness(self, server_key: bytes, expiry_height: int) -> "list[bytes]":
        """Final stack; empty while the signature or the preimage is missing."""
        if not self.signature or (self.is_hash_locked and not self.preimage):
            return []
        if not self.is_hash_locked:
            return [self.signature]
        output = self._output(server_key, expiry_height)
        lock = output.tree.scripts[_LOCK_LEAF]
        return [self.signature, self.preimage, lock, output.control(_LOCK_LEAF)]

    def sighash(self, tx: Tx, prevout: TxOut, server_key: bytes, expiry_height: int) -> bytes:
        """What the cosigners have signed (32 bytes)."""
        if not self.is_hash_locked:
            return taproot_sighash(tx, 0, [prevout])
        lock = self._output(server_key, expiry_height).tree.scripts[_LOCK_LEAF]
        return taproot_sighash(tx, 0, [prevout], leaf_hash(lock))

    def check_signature(
        self, tx: Tx, prevout: TxOut, server_key: bytes, expiry_height: int
    ) -> None:
        """Raises SigningError `bark-preimage`, `bark-signature`.

        Without either the transaction below cannot be broadcast: the value would stay with the
        server.
        """
        if self.is_hash_locked and not self.preimage:
            raise SigningError("bark-preimage")
        key = prevout.script[2:]
        if self.is_hash_locked:
            key = aggregate(self.keys + [server_key]).xonly()
        message = self.sighash(tx, prevout, server_key, expiry_height)
        if not self.signature or not secp256k1.verify_schnorr(key, message, self.signature):
            raise SigningError("bark-signature", self.name)


def _read_signature(reader: Reader) -> bytes:
    signature = reader.take(64)
    return b"" if signature == _ABSENT else signature
