"""Signature hashes of BIP-341 and BIP-342, whole or from digests gathered while streaming."""

import hashlib

from arkcore.codec import var_bytes
from arkcore.errors import SigningError
from arkcore.hashes import tagged_hash
from arkcore.tx import Tx, TxIn, TxOut

SIGHASH_DEFAULT = 0x00
SIGHASH_ALL = 0x01
SIGHASH_ALL_ANYONECANPAY = 0x81


class CommonDigests:
    """The five transaction-wide digests, fed input by input and output by output.

    A device hashes a commitment transaction of any size in constant memory with this.
    """

    __slots__ = ("_prevouts", "_amounts", "_scripts", "_sequences", "_outputs", "_final")

    def __init__(self) -> None:
        self._prevouts = hashlib.sha256()
        self._amounts = hashlib.sha256()
        self._scripts = hashlib.sha256()
        self._sequences = hashlib.sha256()
        self._outputs = hashlib.sha256()
        self._final = b""

    def add_input(self, txin: TxIn, prevout: TxOut) -> None:
        self._prevouts.update(txin.outpoint)
        self._amounts.update(prevout.amount_sat.to_bytes(8, "little"))
        self._scripts.update(var_bytes(prevout.script))
        self._sequences.update(txin.sequence.to_bytes(4, "little"))

    def add_output(self, txout: TxOut) -> None:
        self._outputs.update(txout.serialize())

    def finish(self) -> bytes:
        """The digests of DEFAULT and ALL, in BIP-341 order (160 bytes); may be called again."""
        if not self._final:
            # MicroPython allows one digest() per hash object, hence the cache.
            self._final = (
                self._prevouts.digest()
                + self._amounts.digest()
                + self._scripts.digest()
                + self._sequences.digest()
                + self._outputs.digest()
            )
        return self._final


def common_digests(tx: Tx, prevouts: "list[TxOut]") -> CommonDigests:
    if len(prevouts) != len(tx.inputs):
        raise SigningError("sighash-prevouts", "one prevout per input")
    digests = CommonDigests()
    for txin, prevout in zip(tx.inputs, prevouts):
        digests.add_input(txin, prevout)
    for txout in tx.outputs:
        digests.add_output(txout)
    return digests


def _tail(leaf_hash: "bytes | None") -> bytes:
    return b"" if leaf_hash is None else leaf_hash + b"\x00\xff\xff\xff\xff"


def sighash_from_digests(
    version: int,
    locktime: int,
    digests: CommonDigests,
    input_index: int,
    leaf_hash: "bytes | None" = None,
    hash_type: int = SIGHASH_DEFAULT,
) -> bytes:
    """BIP-341 message (32 bytes) for DEFAULT or ALL, no annex; `leaf_hash` selects tapscript."""
    if hash_type not in (SIGHASH_DEFAULT, SIGHASH_ALL):
        raise SigningError("sighash-default-only", "0x%02x" % hash_type)
    return tagged_hash(
        "TapSighash",
        bytes((0, hash_type)),
        version.to_bytes(4, "little") + locktime.to_bytes(4, "little"),
        digests.finish(),
        bytes((0 if leaf_hash is None else 2,)),
        input_index.to_bytes(4, "little"),
        _tail(leaf_hash),
    )


def taproot_sighash(
    tx: Tx,
    input_index: int,
    prevouts: "list[TxOut]",
    leaf_hash: "bytes | None" = None,
    hash_type: int = SIGHASH_DEFAULT,
) -> bytes:
    """BIP-341 message (32 bytes) for DEFAULT, ALL or ALL|ANYONECANPAY, no annex.

    `prevouts` has one entry per input. Raises SigningError `sighash-default-only`,
    `sighash-prevouts`.
    """
    if input_index < 0 or input_index >= len(tx.inputs):
        raise SigningError("sighash-prevouts", "input out of range")
    if hash_type != SIGHASH_ALL_ANYONECANPAY:
        digests = common_digests(tx, prevouts)
        return sighash_from_digests(
            tx.version, tx.locktime, digests, input_index, leaf_hash, hash_type
        )
    outputs = hashlib.sha256()
    for txout in tx.outputs:
        outputs.update(txout.serialize())
    txin, prevout = tx.inputs[input_index], prevouts[input_index]
    return tagged_hash(
        "TapSighash",
        bytes((0, hash_type)),
        tx.version.to_bytes(4, "little") + tx.locktime.to_bytes(4, "little"),
        outputs.digest(),
        bytes((0 if leaf_hash is None else 2,)),
        txin.outpoint + prevout.serialize() + txin.sequence.to_bytes(4, "little"),
        _tail(leaf_hash),
    )
