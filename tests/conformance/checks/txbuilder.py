"""Commitment transactions built from arkd's intents: as many leaves as intents, all of it valid.

Vectors: the `txbuilder` fixtures of arkd. They name no keys, so each intent gets one of ours; node
counts and forfeits in them belong to an older layout that arkd's own tests do not read any more.
"""

import secp256k1
from arkcore.branch import Branch
from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.commitment import CommitmentStream, WantedOutput, commitment_tx, read_commitment
from arkcore.hashes import sha256
from arkcore.psbt import Psbt
from arkcore.scripts import sweep_root
from arkcore.taproot import p2tr_script
from arkcore.tree import TreeLeaf, connector_tree, vtxo_tree
from arkcore.tree_validation import (
    check_own_paths,
    find_recipients,
    pair_connectors,
    validate_connector_tree,
    validate_vtxo_tree,
)
from arkcore.treeflat import flatten, flatten_branch, rebuild
from arkcore.tx import TxOut

from tests.conformance.mismatch import equal, require
from tests.conformance.reading import onchain_script, point

EXPIRY_SEQUENCE = 0x00400000 | 1180
DUST_SAT = 330


def cases(document):
    found = []
    for name in ("buildCommitmentTx", "buildForfeitTxs"):
        for kind in ("valid", "invalid"):
            for index, case in enumerate(document.get(name, {}).get(kind, [])):
                found.append((f"{name} {kind} {index}", (name, kind, case)))
    return found


def check(named_case):
    name, kind, case = named_case
    equal("kind", kind, "valid")
    if name == "buildForfeitTxs":
        psbt = Psbt.from_base64(case["commitmentTx"])
        equal("commitment", to_hex_txid(psbt.tx.txid()), case["commitmentTxid"])
        return
    Round(case["intents"]).check(case["expectedNumOfLeaves"])


def pubkey(label: str) -> bytes:
    """A test key (33 bytes) for a name."""
    return secp256k1.pubkey_create(sha256(label.encode()))


class Round:
    """One batch of these intents, built and judged as operator and as client."""

    def __init__(self, intents) -> None:
        operator = pubkey("operator")
        self.root = sweep_root(EXPIRY_SEQUENCE, pubkey("forfeit")[1:])
        self.keys = [pubkey(f"cosigner {index}") for index in range(len(intents))]
        self.owed, self.onchain, leaves = [], [], []
        for index, intent in enumerate(intents):
            outputs = []
            for receiver in intent["receivers"]:
                if receiver.get("onchainAddress"):
                    script = onchain_script(receiver["onchainAddress"])
                    self.onchain.append(TxOut(receiver["amount"], script))
                else:
                    script = p2tr_script(bytes.fromhex(receiver["pubkey"]))
                    outputs.append(TxOut(receiver["amount"], script))
            self.owed.append(outputs)
            leaves.append(TreeLeaf([self.keys[index], operator], outputs))
        self.vtxos = [point(entry) for intent in intents for entry in intent["inputs"]]
        self.plan = vtxo_tree(leaves, self.root, EXPIRY_SEQUENCE)
        self.connectors = connector_tree(pubkey("connectors")[1:], len(self.vtxos), DUST_SAT)
        batch, connectors = self.plan.root_output, self.connectors.root_output
        spent = [outpoint(from_hex_txid("11" * 32), 0)]
        self.tx = commitment_tx(spent, batch, connectors, self.onchain)
        total = sum(txout.amount_sat for txout in self.tx.outputs)
        self.prevouts = [TxOut(total, p2tr_script(operator[1:]))]

    def check(self, leaf_count: int) -> None:
        txid = self.tx.txid()
        built = self.plan.tree(txid)
        equal("leaves", len(built.leaves()), leaf_count)
        equal("nodes", len(built.nodes), 2 * leaf_count - 1)
        tree = rebuild(flatten(built))
        validate_vtxo_tree(tree, txid, self.tx.outputs[0], self.root, EXPIRY_SEQUENCE)
        everything = [txout for outputs in self.owed for txout in outputs]
        find_recipients(tree, everything)
        for index, key in enumerate(self.keys):
            self.check_client(built, key, self.owed[index])
        connectors = rebuild(flatten(self.connectors.tree(txid)))
        found = validate_connector_tree(connectors, txid, self.tx.outputs[1])
        pairs = pair_connectors(self.vtxos, found)
        equal("pairs", len({one.outpoint for _, one in pairs}), len(self.vtxos))
        self.check_stream(txid)

    def check_client(self, built, key: bytes, owed) -> None:
        """What one client sees: its branch, judged as host and as device."""
        branch_tree = rebuild(flatten_branch(built, key))
        batch_output = self.tx.outputs[0]
        txid = self.tx.txid()
        validate_vtxo_tree(branch_tree, txid, batch_output, self.root, EXPIRY_SEQUENCE)
        receipts = find_recipients(branch_tree, owed)
        check_own_paths(branch_tree, receipts, key)
        branch = Branch(txid, batch_output, self.root, key, EXPIRY_SEQUENCE)
        for node in branch_tree.path_to(receipts[0].leaf):
            branch.add_cosigners(b"".join(node.cosigners))
            branch.add_node(node.tx.inputs[0].vout, node.tx.outputs, node.is_leaf)
        require(branch.complete, "the branch ends in a leaf")

    def check_stream(self, txid: bytes) -> None:
        wanted = [WantedOutput(txout) for txout in self.onchain]
        counts = (len(self.tx.inputs), len(self.tx.outputs))
        stream = CommitmentStream(counts[0], counts[1], [], wanted, True, True)
        equal("streamed txid", read_commitment(self.tx, self.prevouts, stream), txid.hex())
