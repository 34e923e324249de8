"""A branch is signed once, by all, and believed only with every final signature (8.6, 8.7).

Invariants I1 (nothing of value leaves before a signed path, gap G4) and I2 (no nonce twice). Nonces
and partial signatures are compared with another implementation in tests/conformance.
"""

import secp256k1
from arkcore.branch import BranchNode
from arkcore.tree_validation import validate_vtxo_tree
from arkcore.treesigning import (
    BranchSigner,
    TreeCoordinator,
    aggregate_nonces_for,
    check_signatures,
)

from tests.both.batch_samples import EXPIRY, SWEEP_ROOT, Batch, complete, pubkey, seckey
from tests.both.helpers import refusal

BATCH = Batch(3)
NAMES = ["cosigner 0", "cosigner 1", "cosigner 2", "tree"]
TREE = BATCH.tree()
NODES = validate_vtxo_tree(TREE, BATCH.txid, BATCH.commitment.outputs[0], SWEEP_ROOT, EXPIRY)
COSIGNERS = {node.txid: node.cosigners for node in TREE.nodes}


def randoms(name: str, count: int) -> "list[bytes]":
    return [seckey(f"random {name} {index}") for index in range(count)]


class Ceremony:
    """All cosigners of the tree, up to the point where they have nonces."""

    def __init__(self) -> None:
        self.coordinator = TreeCoordinator(NODES, COSIGNERS)
        self.signers = {}
        self.txids = {}
        for name in NAMES:
            self.txids[name] = self.coordinator.txids_of(pubkey(name))
            nodes = [NODES[txid] for txid in self.txids[name]]
            self.signers[name] = BranchSigner(nodes, pubkey(name))

    def nonces(self, name: str) -> "dict[bytes, bytes]":
        txids = self.txids[name]
        public = self.signers[name].make_nonces(seckey(name), randoms(name, len(txids)))
        return {txid: public[position] for position, txid in enumerate(txids)}

    def give_nonces(self) -> "dict[bytes, bytes]":
        for name in NAMES:
            self.coordinator.add_nonces(pubkey(name), self.nonces(name))
        return self.coordinator.aggregate_nonces()

    def partials(self, name: str, aggregate: "dict[bytes, bytes]") -> "dict[bytes, bytes]":
        txids = self.txids[name]
        signed = self.signers[name].sign(seckey(name), [aggregate[txid] for txid in txids])
        return {txid: signed[position] for position, txid in enumerate(txids)}

    def run(self) -> "dict[bytes, bytes]":
        aggregate = self.give_nonces()
        for name in NAMES:
            self.coordinator.add_partial_signatures(pubkey(name), self.partials(name, aggregate))
        return self.coordinator.signatures()


FINAL = Ceremony().run()


def ordered() -> "tuple[list[BranchNode], list[bytes]]":
    txids = [node.txid for node in TREE.nodes]
    return [NODES[txid] for txid in txids], [FINAL[txid] for txid in txids]


def test_everybody_together_signs_every_node() -> None:
    nodes, signatures = ordered()
    check_signatures(nodes, signatures)
    for node in TREE.nodes:
        key = NODES[node.txid].aggregate.xonly()
        assert secp256k1.verify_schnorr(key, NODES[node.txid].sighash, FINAL[node.txid])


def test_a_device_that_kept_its_own_part_signs_with_the_others() -> None:
    ceremony = Ceremony()
    branch = complete(BATCH.branch(0), BATCH.path(0))
    ceremony.signers["cosigner 0"] = BranchSigner(branch.nodes, BATCH.keys[0])
    ceremony.txids["cosigner 0"] = [node.txid for node in branch.nodes]
    final = ceremony.run()
    check_signatures(branch.nodes, [final[node.txid] for node in branch.nodes])


def test_refuses_a_branch_with_any_signature_missing_or_wrong() -> None:
    nodes, signatures = ordered()
    for position in range(len(nodes)):
        for wrong in (b"", bytes(64), signatures[position - 1], signatures[position] + b"\x01"):
            mixed = signatures[:position] + [wrong] + signatures[position + 1 :]
            assert refusal(check_signatures, nodes, mixed) == "tree-signature"
    assert refusal(check_signatures, nodes, signatures[:-1]) == "tree-signature"
    assert refusal(check_signatures, nodes[:-1], signatures) == "tree-signature"


def test_refuses_a_signature_over_another_prevout() -> None:
    node = NODES[TREE.root.txid]
    other = BranchNode(node.txid, seckey("another sighash"), node.aggregate)
    assert refusal(check_signatures, [other], [FINAL[TREE.root.txid]]) == "tree-signature"


def test_nonces_are_made_once_and_differ_for_every_node() -> None:
    ceremony = Ceremony()
    made = list(ceremony.nonces("cosigner 0").values())
    assert len(set(made)) == len(made)
    again = ceremony.signers["cosigner 0"].make_nonces
    assert refusal(again, seckey("cosigner 0"), randoms("x", len(made))) == "tree-nonces"
    fresh = Ceremony().signers["cosigner 0"].make_nonces
    assert refusal(fresh, seckey("cosigner 0"), randoms("x", 1)) == "tree-nonces"


def test_a_stuck_random_source_repeats_no_nonce() -> None:
    nodes = list(NODES.values())
    stuck = [bytes(32)] * len(nodes)
    signer = BranchSigner(nodes, pubkey("tree"))
    public = signer.make_nonces(seckey("tree"), stuck)
    assert len(set(public)) == len(nodes)


def test_signs_once_whatever_happens() -> None:
    ceremony = Ceremony()
    aggregate = ceremony.give_nonces()
    ceremony.partials("cosigner 0", aggregate)
    assert refusal(ceremony.partials, "cosigner 0", aggregate) == "tree-nonces"
    signer = ceremony.signers["cosigner 1"]
    broken = [bytes(66)] * len(ceremony.txids["cosigner 1"])
    assert refusal(signer.sign, seckey("cosigner 1"), broken[:-1]) == "tree-nonces"
    assert refusal(ceremony.partials, "cosigner 1", aggregate) == "tree-nonces"
    ceremony.signers["cosigner 2"].wipe()
    assert refusal(ceremony.partials, "cosigner 2", aggregate) == "tree-nonces"


def test_a_malformed_aggregate_nonce_wastes_the_nonces() -> None:
    ceremony = Ceremony()
    aggregate = ceremony.give_nonces()
    malformed = {txid: b"\x05" + nonce[1:] for txid, nonce in aggregate.items()}
    assert refusal(ceremony.partials, "tree", malformed) == "musig-aggnonce"
    assert refusal(ceremony.partials, "tree", aggregate) == "tree-nonces"


def test_the_own_nonce_is_never_taken_from_the_operator() -> None:
    ceremony = Ceremony()
    aggregate = ceremony.give_nonces()
    txid = TREE.root.txid
    by_key = ceremony.coordinator.nonces_of(txid)
    own, thief = pubkey("cosigner 0"), by_key[pubkey("cosigner 1")]
    relayed = {key[1:]: nonce for key, nonce in by_key.items()}
    relayed[own[1:]] = thief
    keys = COSIGNERS[txid]
    assert aggregate_nonces_for(relayed, keys, own, by_key[own]) == aggregate[txid]
    del relayed[pubkey("cosigner 1")[1:]]
    tag = refusal(aggregate_nonces_for, relayed, keys, own, by_key[own])
    assert tag == "tree-nonces"


def test_the_coordinator_refuses_nonces_that_are_not_the_cosigners_own() -> None:
    ceremony = Ceremony()
    nonces = ceremony.nonces("cosigner 0")
    add = ceremony.coordinator.add_nonces
    assert refusal(add, pubkey("stranger"), nonces) == "tree-nonces"
    assert refusal(add, pubkey("cosigner 0"), {}) == "tree-nonces"
    more = dict(nonces)
    more[bytes(32)] = list(nonces.values())[0]
    assert refusal(add, pubkey("cosigner 0"), more) == "tree-nonces"
    short = {txid: nonce[:65] for txid, nonce in nonces.items()}
    assert refusal(add, pubkey("cosigner 0"), short) == "musig-pubnonce"
    add(pubkey("cosigner 0"), nonces)
    assert refusal(add, pubkey("cosigner 0"), nonces) == "tree-nonces"
    assert not ceremony.coordinator.has_all_nonces
    assert refusal(ceremony.coordinator.aggregate_nonces) == "tree-nonces"


def test_the_coordinator_names_the_cosigner_with_a_bad_partial_signature() -> None:
    ceremony = Ceremony()
    add = ceremony.coordinator.add_partial_signatures
    assert refusal(add, pubkey("tree"), {}) == "tree-partials"
    early = {txid: bytes(32) for txid in NODES}
    assert refusal(add, pubkey("tree"), early) == "tree-partials"
    aggregate = ceremony.give_nonces()
    assert refusal(add, pubkey("tree"), {}) == "tree-partials"
    assert refusal(add, pubkey("stranger"), {}) == "tree-partials"
    partials = ceremony.partials("tree", aggregate)
    more = dict(partials)
    more[bytes(32)] = bytes(32)
    assert refusal(add, pubkey("tree"), more) == "tree-partials"
    for wrong in (bytes(32), secp256k1.ORDER, b"", partials[TREE.leaves()[0].txid]):
        bad = dict(partials)
        bad[TREE.root.txid] = wrong
        assert refusal(add, pubkey("tree"), bad) == "tree-partial-signature"
    add(pubkey("tree"), partials)
    assert not ceremony.coordinator.has_all_partial_signatures
    assert refusal(ceremony.coordinator.signatures) == "tree-partials"
