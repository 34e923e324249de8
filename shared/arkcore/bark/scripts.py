"""Keys and leaves of bark's outputs (spec/bark.md 2.3). Keys are 33 bytes, hashes SHA-256."""

from arkcore import closures
from arkcore.errors import ScriptError
from arkcore.musig2 import KeyAgg, key_agg, key_sort
from arkcore.pushes import (
    OP_CHECKLOCKTIMEVERIFY,
    OP_CHECKSEQUENCEVERIFY,
    OP_DROP,
    OP_HASH160,
    OP_RETURN,
    push_number,
)
from arkcore.ripemd160 import ripemd160
from arkcore.taproot import TapTree, p2tr_script

_OP_SIZE = 0x82
_OP_EQUALVERIFY = 0x88
_MAX_RETURN_BYTES = 83
# Without the length check of the current form, a preimage of another length opens the lock.
_SIZE_IS_32 = bytes((_OP_SIZE, 1, 32, _OP_EQUALVERIFY))


def aggregate(keys: "list[bytes]") -> KeyAgg:
    """BIP-327 key of 33-byte keys in any order. Raises SigningError `musig-pubkey`."""
    return key_agg(key_sort(keys))


def delayed_sign(delay_blocks: int, key: bytes) -> bytes:
    return closures.csv_multisig(delay_blocks, [key[1:]]).script


def timelock_sign(height: int, key: bytes) -> bytes:
    return closures.cltv_multisig(height, [key[1:]]).script


def delay_timelock_sign(delay_blocks: int, height: int, key: bytes) -> bytes:
    lock = push_number(height) + bytes((OP_CHECKLOCKTIMEVERIFY, OP_DROP))
    return lock + delayed_sign(delay_blocks, key)


def _hash_lock(unlock_hash: bytes, sized: bool) -> bytes:
    lock = bytes((OP_HASH160, 20)) + ripemd160(unlock_hash) + bytes((_OP_EQUALVERIFY,))
    return _SIZE_IS_32 + lock if sized else lock


def hash_and_sign(unlock_hash: bytes, xonly: bytes, sized: bool) -> bytes:
    """Preimage and signature; `sized` is the current form, otherwise version 0's."""
    return _hash_lock(unlock_hash, sized) + closures.multisig([xonly]).script


def hash_delay_sign(unlock_hash: bytes, delay_blocks: int, key: bytes, sized: bool) -> bytes:
    delay = push_number(delay_blocks) + bytes((OP_CHECKSEQUENCEVERIFY, OP_DROP))
    return delay + hash_and_sign(unlock_hash, key[1:], sized)


class BarkOutput:
    """A taproot output of bark: `internal` x-only key (32 bytes) and one or two leaves."""

    __slots__ = ("internal", "tree")

    def __init__(self, internal: bytes, leaves: "list[bytes]") -> None:
        if not 1 <= len(leaves) <= 2:
            raise ScriptError("taptree-empty", "%d leaves" % len(leaves))
        self.internal = internal
        self.tree = TapTree(leaves)

    @property
    def output_key(self) -> bytes:
        return self.tree.output_key(self.internal)

    @property
    def script(self) -> bytes:
        """scriptPubKey (34 bytes)."""
        return p2tr_script(self.output_key)

    def control(self, leaf_index: int) -> bytes:
        return self.tree.control_block(leaf_index, self.internal)


def dust_limit_sat(script: bytes) -> "int | None":
    """Least amount that nodes relay for this output, None when they relay no such script."""
    size = len(script)
    if size == 34 and script[:2] in (b"\x51\x20", b"\x00\x20"):
        return 330
    if size == 22 and script[:2] == b"\x00\x14":
        return 294
    if size == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return 546
    if size == 23 and script[:2] == b"\xa9\x14" and script[22] == 0x87:
        return 540
    if script[:1] == bytes((OP_RETURN,)) and size <= _MAX_RETURN_BYTES:
        return 0
    return None
