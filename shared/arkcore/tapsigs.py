"""Signatures of tapscript inputs, verified against transactions that were built here."""

import secp256k1

from arkcore import closures
from arkcore.errors import SigningError
from arkcore.sighash import SIGHASH_DEFAULT, taproot_sighash
from arkcore.taproot import UNSPENDABLE_XONLY, check_control_block, leaf_hash
from arkcore.tx import Tx, TxOut


def split_signature(signature: bytes) -> "tuple[bytes, int]":
    """(64 bytes, sighash type) of a signature as taproot writes it.

    64 bytes mean DEFAULT; 65 end in another type (BIP-341). Raises SigningError
    `tapsig-encoding`.
    """
    if len(signature) == 64:
        return signature, SIGHASH_DEFAULT
    if len(signature) != 65 or signature[64] == SIGHASH_DEFAULT:
        raise SigningError("tapsig-encoding", "%d bytes" % len(signature))
    return signature[:64], signature[64]


class LeafSpend:
    """One input that a tap leaf spends: `tx`, `index`, `prevouts` (TxOut of every input),
    `leaf_script` and its `control` block."""

    __slots__ = ("tx", "index", "prevouts", "leaf_script", "control")

    def __init__(
        self, tx: Tx, index: int, prevouts: "list[TxOut]", leaf_script: bytes, control: bytes
    ) -> None:
        self.tx = tx
        self.index = index
        self.prevouts = prevouts
        self.leaf_script = leaf_script
        self.control = control

    def sighash(self, hash_type: int = SIGHASH_DEFAULT) -> bytes:
        """What its keys sign (32 bytes). Raises SigningError `sighash-*`."""
        leaf = leaf_hash(self.leaf_script)
        return taproot_sighash(self.tx, self.index, self.prevouts, leaf, hash_type)

    def check_leaf(self) -> "closures.Closure":
        """The closure of the leaf, once the control block has tied it to the spent output.

        Raises ScriptError `control-block`, `closure-*`, SigningError `tapsig-key-path`.
        """
        script = self.prevouts[self.index].script
        internal = check_control_block(self.control, self.leaf_script, script[2:])
        # Whoever knows another internal key spends the output without any leaf.
        if internal != UNSPENDABLE_XONLY:
            raise SigningError("tapsig-key-path", internal.hex())
        return closures.decode(self.leaf_script)

    def is_signed_by(
        self, xonly: bytes, signature: bytes, allowed: "tuple[int, ...]" = (SIGHASH_DEFAULT,)
    ) -> bool:
        """True if `signature` (64 or 65 bytes) of this key (32 bytes) is valid here.

        A type that is not in `allowed` makes it False: it would sign less than was meant.
        Raises SigningError `tapsig-encoding`.
        """
        raw, hash_type = split_signature(signature)
        if hash_type not in allowed:
            return False
        return bool(secp256k1.verify_schnorr(xonly, self.sighash(hash_type), raw))

    def check_signatures(
        self,
        signatures: "dict[bytes, bytes]",
        excused: "tuple[bytes, ...]" = (),
        allowed: "tuple[int, ...]" = (SIGHASH_DEFAULT,),
    ) -> None:
        """All keys of the leaf, except the `excused`, have signed validly.

        `signatures` by x-only key. Every signature present is verified, also of excused keys:
        an invalid one would spoil the witness later. Raises SigningError `tapsig-missing`,
        `tapsig-invalid`, `tapsig-encoding`, ScriptError of `check_leaf`.
        """
        for key in self.check_leaf().keys:
            signature = signatures.get(key)
            if signature is None:
                if key not in excused:
                    raise SigningError("tapsig-missing", key.hex())
            elif not self.is_signed_by(key, signature, allowed):
                raise SigningError("tapsig-invalid", key.hex())

    def witness(
        self, signatures: "dict[bytes, bytes]", condition_items: "tuple[bytes, ...]" = ()
    ) -> "list[bytes]":
        """The final witness stack: signatures, condition items, script, control block.

        Raises ScriptError `closure-signature-missing`, `closure-*`.
        """
        stack = closures.decode(self.leaf_script).witness(signatures, condition_items)
        return stack + [self.leaf_script, self.control]
