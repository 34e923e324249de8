"""A small honest batch, made once, for tests to bend: keys, trees, connectors, commitment."""

import secp256k1
from arkcore.branch import Branch
from arkcore.commitment import commitment_tx
from arkcore.delays import seconds
from arkcore.hashes import sha256
from arkcore.scripts import VtxoScript, p2wpkh_script, sweep_root
from arkcore.taproot import p2tr_script
from arkcore.tree import TreeLeaf, connector_tree, vtxo_tree
from arkcore.tx import TxOut

DUST_SAT = 330
EXPIRY = seconds(86528)
EXIT = seconds(86528)


def seckey(name: str) -> bytes:
    """Test secret key (32 bytes) of a name."""
    return sha256(name.encode())


def pubkey(name: str) -> bytes:
    """Test public key (33 bytes) of a name."""
    return secp256k1.pubkey_create(seckey(name))


def xonly(name: str) -> bytes:
    return pubkey(name)[1:]


def sign(name: str, message: bytes) -> bytes:
    return secp256k1.sign_schnorr(seckey(name), message, bytes(32))


def vtxo_script(owner: str) -> VtxoScript:
    return VtxoScript(xonly(owner), xonly("signer"), EXIT)


FORFEIT_SCRIPT = p2wpkh_script(pubkey("forfeit"))
SWEEP_ROOT = sweep_root(EXPIRY, xonly("forfeit"))
COIN = b"\x07" * 32 + bytes(4)


class Batch:
    """`count` owners with one leaf each, as many connectors, and the commitment above them."""

    def __init__(self, count: int) -> None:
        self.owners = [f"owner {index}" for index in range(count)]
        self.keys = [pubkey(f"cosigner {index}") for index in range(count)]
        self.leaves = []
        for index in range(count):
            output = TxOut(1000 + index, vtxo_script(self.owners[index]).script_pubkey)
            self.leaves.append(TreeLeaf([self.keys[index], pubkey("tree")], [output]))
        self.plan = vtxo_tree(self.leaves, SWEEP_ROOT, EXPIRY)
        self.connector_plan = connector_tree(xonly("connector"), count, DUST_SAT)
        batch_output, connector_output = self.plan.root_output, self.connector_plan.root_output
        change = TxOut(777, p2tr_script(xonly("change")))
        self.commitment = commitment_tx([COIN], batch_output, connector_output, [], change)
        total_sat = sum(txout.amount_sat for txout in self.commitment.outputs)
        self.prevouts = [TxOut(total_sat + 500, p2tr_script(xonly("wallet")))]
        self.txid = self.commitment.txid()

    def tree(self):  # type: ignore[no-untyped-def]
        return self.plan.tree(self.txid)

    def connectors(self):  # type: ignore[no-untyped-def]
        return self.connector_plan.tree(self.txid)

    def branch(self, index: int) -> Branch:
        """A fresh device-side branch for the owner at `index`."""
        batch_output = self.commitment.outputs[0]
        return Branch(self.txid, batch_output, SWEEP_ROOT, self.keys[index], EXPIRY)

    def path(self, index: int):  # type: ignore[no-untyped-def]
        """Nodes from the root to the leaf of the owner at `index`."""
        tree = self.tree()
        return tree.path_to(tree.leaves()[index])


def feed(branch: Branch, node):  # type: ignore[no-untyped-def]
    """Feeds an honest node as a host does."""
    branch.add_cosigners(b"".join(node.cosigners))
    vout = node.tx.inputs[0].vout
    return branch.add_node(vout, node.tx.outputs, node.is_leaf, node.expiry_sequence)


def complete(branch: Branch, path) -> Branch:  # type: ignore[no-untyped-def]
    for node in path:
        feed(branch, node)
    return branch
