"""Taproot outputs and script trees in Ark's shape (BIP-341, spec/arkade.md 2.5)."""

import secp256k1

from arkcore.codec import var_bytes
from arkcore.errors import ScriptError
from arkcore.hashes import tagged_hash

LEAF_VERSION = 0xC0
# BIP-341's point H, whose discrete logarithm nobody knows: no key-path spend exists.
UNSPENDABLE_XONLY = bytes.fromhex(
    "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"
)


def leaf_hash(script: bytes) -> bytes:
    return tagged_hash("TapLeaf", bytes((LEAF_VERSION,)), var_bytes(script))


def branch_hash(left: bytes, right: bytes) -> bytes:
    if right < left:
        left, right = right, left
    return tagged_hash("TapBranch", left, right)


def tweak_hash(internal_xonly: bytes, merkle_root: bytes) -> bytes:
    """t of BIP-341; `merkle_root` is 32 bytes, or empty for a key without scripts."""
    return tagged_hash("TapTweak", internal_xonly, merkle_root)


def output_key(internal_xonly: bytes, merkle_root: bytes) -> "tuple[bytes, int]":
    """(x-only output key, parity of its y). Raises ScriptError `taproot-key`."""
    try:
        point = secp256k1.tweak_add(
            secp256k1.lift_x(internal_xonly), tweak_hash(internal_xonly, merkle_root)
        )
    except secp256k1.CurveError:
        raise ScriptError("taproot-key", "internal key is not on the curve")
    return point[1:], point[0] & 1


def p2tr_script(xonly: bytes) -> bytes:
    """scriptPubKey `51 20 <x-only key>` (34 bytes)."""
    return b"\x51\x20" + xonly


class TapTree:
    """Leaves in order, their merkle root and paths, in the shape of btcd's assembler.

    The shape is implied by the order alone; encoded depths are never trusted.
    """

    __slots__ = ("scripts", "leaf_hashes", "root", "_paths")

    def __init__(self, scripts: "list[bytes]") -> None:
        if not scripts:
            raise ScriptError("taptree-empty")
        self.scripts = list(scripts)
        self.leaf_hashes = [leaf_hash(script) for script in scripts]
        self._paths: list[list[bytes]] = [[] for _ in scripts]
        self.root = self._assemble()

    def _assemble(self) -> bytes:
        # Each entry: (hash, indexes of the leaves below it).
        queue = [(digest, [i]) for i, digest in enumerate(self.leaf_hashes)]
        if len(queue) == 1:
            return queue[0][0]
        branches: list[tuple[bytes, list[int]]] = []
        for i in range(0, len(queue), 2):
            if i + 1 == len(queue):
                branches.append(self._join(branches.pop(), queue[i]))
            else:
                branches.append(self._join(queue[i], queue[i + 1]))
        while len(branches) > 1:
            first = branches.pop(0)
            branches.append(self._join(first, branches.pop(0)))
        return branches[0][0]

    def _join(
        self, left: "tuple[bytes, list[int]]", right: "tuple[bytes, list[int]]"
    ) -> "tuple[bytes, list[int]]":
        for index in left[1]:
            self._paths[index].append(right[0])
        for index in right[1]:
            self._paths[index].append(left[0])
        return branch_hash(left[0], right[0]), left[1] + right[1]

    def output_key(self, internal_xonly: bytes = UNSPENDABLE_XONLY) -> bytes:
        return output_key(internal_xonly, self.root)[0]

    def script_pubkey(self, internal_xonly: bytes = UNSPENDABLE_XONLY) -> bytes:
        return p2tr_script(self.output_key(internal_xonly))

    def control_block(self, index: int, internal_xonly: bytes = UNSPENDABLE_XONLY) -> bytes:
        """BIP-341 control block (33 + 32·depth bytes) of the leaf at `index`."""
        parity = output_key(internal_xonly, self.root)[1]
        head = bytes((LEAF_VERSION | parity,))
        return head + internal_xonly + b"".join(self._paths[index])


def check_control_block(control: bytes, script: bytes, output_xonly: bytes) -> bytes:
    """The internal key (32 bytes) if `control` proves `script` under `output_xonly`.

    Raises ScriptError `control-block`: wrong length, leaf version, path or parity.
    """
    size = len(control)
    if size < 33 or size > 33 + 32 * 128 or (size - 33) % 32:
        raise ScriptError("control-block", "length")
    if control[0] & 0xFE != LEAF_VERSION:
        raise ScriptError("control-block", "leaf version")
    node = leaf_hash(script)
    for offset in range(33, size, 32):
        node = branch_hash(node, control[offset : offset + 32])
    key, parity = output_key(control[1:33], node)
    if key != output_xonly or parity != control[0] & 1:
        raise ScriptError("control-block", "does not lead to the output key")
    return control[1:33]
