"""The script trees of Ark outputs: VTXO, boarding, delegate, sweep, checkpoint (spec 2.4, 2.7)."""

from arkcore.closures import csv_multisig, multisig
from arkcore.errors import ScriptError
from arkcore.hashes import hash160
from arkcore.pushes import OP_RETURN
from arkcore.taproot import TapTree, leaf_hash, p2tr_script


class LeafSet:
    """A taproot output without a key path: `scripts` (leaves in build order), `tree`,
    `output_key` (x-only, 32 bytes), `script_pubkey` (34 bytes).

    Raises ScriptError `taptree-empty`.
    """

    __slots__ = ("scripts", "tree", "output_key", "script_pubkey")

    def __init__(self, scripts: "list[bytes]") -> None:
        self.scripts = scripts
        self.tree = TapTree(scripts)
        self.output_key = self.tree.output_key()
        self.script_pubkey = p2tr_script(self.output_key)


class VtxoScript(LeafSet):
    """Owner with operator at once, or owner alone after a delay.

    Keys are x-only (32 bytes); `exit_sequence` is a BIP-68 number. A boarding output is the same
    with the boarding delay. `scripts` are the leaves in the order [forfeit, exit].
    Raises ScriptError `closure-keys`, EncodingError `delay-*`.
    """

    __slots__ = ()

    def __init__(self, owner_xonly: bytes, signer_xonly: bytes, exit_sequence: int) -> None:
        super().__init__(
            [
                multisig([owner_xonly, signer_xonly]).script,
                csv_multisig(exit_sequence, [owner_xonly]).script,
            ]
        )

    @property
    def forfeit_leaf(self) -> bytes:
        """The collaborative leaf: it signs forfeits, checkpoints, intents and boarding."""
        return self.scripts[0]

    @property
    def exit_leaf(self) -> bytes:
        return self.scripts[1]

    def forfeit_control(self) -> bytes:
        """Control block of the forfeit leaf."""
        return self.tree.control_block(0)

    def exit_control(self) -> bytes:
        """Control block of the exit leaf."""
        return self.tree.control_block(1)


class DelegateScript(VtxoScript):
    """A VTXO script with a third leaf: owner, delegate and operator together (spec 13.3)."""

    __slots__ = ()

    def __init__(
        self, owner_xonly: bytes, signer_xonly: bytes, delegate_xonly: bytes, exit_sequence: int
    ) -> None:
        LeafSet.__init__(
            self,
            [
                multisig([owner_xonly, signer_xonly]).script,
                csv_multisig(exit_sequence, [owner_xonly]).script,
                multisig([owner_xonly, delegate_xonly, signer_xonly]).script,
            ],
        )

    @property
    def delegate_leaf(self) -> bytes:
        return self.scripts[2]

    def delegate_control(self) -> bytes:
        """Control block of the delegate leaf."""
        return self.tree.control_block(2)


def sweep_leaf(expiry_sequence: int, forfeit_xonly: bytes) -> bytes:
    """The leaf by which the operator takes what is left of a batch after its expiry."""
    return csv_multisig(expiry_sequence, [forfeit_xonly]).script


def sweep_root(expiry_sequence: int, forfeit_xonly: bytes) -> bytes:
    """Merkle root (32 bytes) that tweaks every node key of a VTXO tree: the sweep leaf alone."""
    return leaf_hash(sweep_leaf(expiry_sequence, forfeit_xonly))


def checkpoint_leaf(sequence: int, forfeit_xonly: bytes) -> bytes:
    """The leaf by which the operator takes a checkpoint that nobody has spent in time."""
    return csv_multisig(sequence, [forfeit_xonly]).script


def checkpoint_tree(operator_leaf: bytes, collaborative_leaf: bytes) -> TapTree:
    """Script tree of a checkpoint output: [checkpoint leaf, leaf that spent the VTXO]."""
    return TapTree([operator_leaf, collaborative_leaf])


def p2wpkh_script(pubkey: bytes) -> bytes:
    """scriptPubKey `00 14 <hash160>` (22 bytes) of a compressed key (33 bytes).

    The operator's forfeit address is of this kind. Raises ScriptError `script-key`.
    """
    if len(pubkey) != 33:
        raise ScriptError("script-key", "%d bytes" % len(pubkey))
    return b"\x00\x14" + hash160(pubkey)


def subdust_script(vtxo_key: bytes) -> bytes:
    """The OP_RETURN form (34 bytes) of an ark transaction's output below dust (spec 2.8)."""
    if len(vtxo_key) != 32:
        raise ScriptError("script-key", "%d bytes" % len(vtxo_key))
    return bytes((OP_RETURN, 32)) + vtxo_key
