"""Tree signing sessions of the SDK vectors: nonces, partial and final signatures, byte for byte.

Vectors: musig.json of the TypeScript SDK. `session-behaviour` cases carry a label and no data; the
misuse that the label names is tried on a small branch of our own.
"""

import secp256k1
from arkcore import musig2
from arkcore.branch import BranchNode, check_cosigners
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.errors import ArkError
from arkcore.nodes import node_key
from arkcore.psbt import Psbt
from arkcore.tree_validation import validate_vtxo_tree
from arkcore.treeflat import rebuild
from arkcore.treesigning import (
    BranchSigner,
    TreeCoordinator,
    aggregate_nonces_for,
    check_signatures,
)

from tests.conformance.checks.tssdk_trees import check_node, expiry_sequence
from tests.conformance.mismatch import equal, must_refuse, require
from tests.conformance.reading import flat_nodes, hexes, txout


def cases(document):
    return [(case["id"], case) for case in document["cases"]]


def check(case):
    if case["kind"] == "session":
        Session(case["in"]).check(case["out"])
    elif case["kind"] == "partial-verify":
        check_partial(case["in"], case["out"])
    elif case["kind"] == "session-behaviour":
        check_behaviour(case)
    else:
        require(False, "unknown kind " + case["kind"])


class Session:
    """One signing session, from nonces to final signatures, for all participants."""

    def __init__(self, given) -> None:
        self.given = given
        self.tree = rebuild(flat_nodes(given["flatTree"]))
        commitment = Psbt.from_base64(given["commitmentTx"]).tx
        equal("commitment", to_hex_txid(commitment.txid()), given["commitmentTxid"])
        self.root = bytes.fromhex(given["sweepTapTreeRoot"])
        self.batch_output = commitment.outputs[0]
        equal("batch output", self.batch_output, txout(given["batchOutput"]))
        self.nodes = validate_vtxo_tree(
            self.tree,
            commitment.txid(),
            self.batch_output,
            self.root,
            expiry_sequence(given["sweepDelay"]),
        )
        self.cosigners = {node.txid: node.cosigners for node in self.tree.nodes}
        self.coordinator = TreeCoordinator(self.nodes, self.cosigners)
        self.nonces = {}
        self.partials = {}

    def check(self, wanted) -> None:
        described = {from_hex_txid(node["txid"]): node for node in wanted["nodes"]}
        equal("nodes", len(described), len(self.nodes))
        for participant in self.given["participants"]:
            self.check_nonces(participant, described)
        aggregated = self.coordinator.aggregate_nonces()
        for txid, nonce in aggregated.items():
            equal("aggregate nonce", nonce, described[txid]["aggNonce"])
            check_node(self.tree, self.nodes, described[txid], self.root, self.batch_output)
        for participant in self.given["participants"]:
            self.check_partials(participant, aggregated, described)
        final = self.coordinator.signatures()
        for txid, signature in final.items():
            equal("final signature", signature, described[txid]["finalSig"])
            under = described[txid].get("finalSigVerifiesUnder")
            if under:
                equal("verifies under", self.nodes[txid].aggregate.xonly(), under)
        order = list(final)
        check_signatures([self.nodes[txid] for txid in order], [final[txid] for txid in order])
        if "wire" in wanted:
            self.check_wire(wanted["wire"])

    def check_nonces(self, participant, described) -> None:
        pubkey = bytes.fromhex(participant["publicKey"])
        equal("public key", secp256k1.pubkey_create(private_key(participant)), pubkey.hex())
        randoms = hexes(participant["rand32PerNode"])
        equal("randoms", len(randoms), len(participant["txids"]))
        nonces = {}
        for position, text in enumerate(participant["txids"]):
            txid = from_hex_txid(text)
            secnonce, public = musig2.nonce_gen(randoms[position], pubkey)
            first, second = secnonce.take()
            equal("secret nonce", first + second + pubkey, participant["secNonces"][text])
            by_xonly = described[txid]["pubNonces"]
            equal("public nonce", public, by_xonly[participant["xonlyKeyUsedInNonceMap"]])
            nonces[txid] = public
        self.coordinator.add_nonces(pubkey, nonces)
        self.nonces[pubkey] = nonces

    def check_partials(self, participant, aggregated, described) -> None:
        pubkey = bytes.fromhex(participant["publicKey"])
        partials = {}
        for text in participant["txids"]:
            txid = from_hex_txid(text)
            relayed = {
                bytes.fromhex(key): bytes.fromhex(nonce)
                for key, nonce in described[txid]["pubNonces"].items()
            }
            own = self.nonces[pubkey][txid]
            again = aggregate_nonces_for(relayed, self.cosigners[txid], pubkey, own)
            equal("own aggregate nonce", again, aggregated[txid].hex())
            scalars = bytes.fromhex(participant["secNonces"][text])[:64]
            secnonce = musig2.SecNonce(bytearray(scalars), pubkey)
            node = self.nodes[txid]
            session = musig2.Session(again, node.aggregate, node.sighash)
            partials[txid] = musig2.partial_sign(secnonce, private_key(participant), session)
            wanted = described[txid]["partialSigs"][participant["publicKey"]]
            equal("partial signature", partials[txid], wanted)
        self.coordinator.add_partial_signatures(pubkey, partials)
        self.partials[pubkey] = partials

    def check_wire(self, wire) -> None:
        for body in wire["submitNonces"]:
            got = self.nonces[bytes.fromhex(body["pubkey"])]
            equal("submitNonces", as_hex(got), body["treeNonces"])
        for body in wire["submitSignatures"]:
            got = self.partials[bytes.fromhex(body["pubkey"])]
            equal("submitSignatures", as_hex(got), body["treeSignatures"])


def private_key(participant) -> bytes:
    return bytes.fromhex(participant["privateKey"])


def as_hex(by_txid):
    return {to_hex_txid(txid): value.hex() for txid, value in by_txid.items()}


def check_partial(given, wanted) -> None:
    keys = hexes(given["sortedKeys"])
    pubnonces = hexes(given["pubNonces"])
    aggregate = musig2.key_agg(keys)
    if given.get("tweak"):
        tweak = bytes.fromhex(given["tweak"])
        aggregate = musig2.apply_tweak(aggregate, tweak, given["xonlyTweak"])
    aggregate_nonce = bytes.fromhex(given["aggNonce"])
    session = musig2.Session(aggregate_nonce, aggregate, bytes.fromhex(given["msg"]))
    index = given["signerIndex"]
    try:
        verified = musig2.partial_verify(
            bytes.fromhex(given["partialSig"]), pubnonces[index], keys[index], session
        )
    except ArkError:
        verified = False
    equal("verifies", verified, wanted["verifies"] is True)


class Misuse:
    """A branch of one node and two cosigners, to misuse."""

    def __init__(self) -> None:
        self.seckeys = [bytes(31) + bytes((7,)), bytes(31) + bytes((9,))]
        self.pubkeys = [secp256k1.pubkey_create(seckey) for seckey in self.seckeys]
        aggregate = node_key(self.pubkeys, bytes(32))
        self.txid = b"\x01" * 32
        self.node = BranchNode(self.txid, b"\x02" * 32, aggregate)
        self.signers = [BranchSigner([self.node], pubkey) for pubkey in self.pubkeys]
        self.coordinator = TreeCoordinator({self.txid: self.node}, {self.txid: self.pubkeys})

    def nonces(self) -> "list[bytes]":
        """Public nonces of both, given to the coordinator, and aggregated."""
        for i, signer in enumerate(self.signers):
            public = signer.make_nonces(self.seckeys[i], [bytes(31) + bytes((i + 1,))])
            self.coordinator.add_nonces(self.pubkeys[i], {self.txid: public[0]})
        return [self.coordinator.aggregate_nonces()[self.txid]]

    def unprepared(self) -> None:
        must_refuse("sign without nonces", self.signers[0].sign, self.seckeys[0], [bytes(66)])

    def not_aggregated(self) -> None:
        self.nonces()
        must_refuse("sign without aggregate", self.signers[0].sign, self.seckeys[0], [])

    def prepared_twice(self) -> None:
        self.nonces()
        again = self.signers[0].make_nonces
        must_refuse("second nonces", again, self.seckeys[0], [bytes(31) + b"\x05"])

    def unknown_node(self) -> None:
        public = self.signers[0].make_nonces(self.seckeys[0], [bytes(31) + b"\x01"])
        nonces = {bytes(32): public[0]}
        must_refuse("unknown txid", self.coordinator.add_nonces, self.pubkeys[0], nonces)

    def malformed_nonce(self) -> None:
        public = self.signers[0].make_nonces(self.seckeys[0], [bytes(31) + b"\x01"])
        nonces = {self.txid: public[0][:65]}
        must_refuse("65 bytes", self.coordinator.add_nonces, self.pubkeys[0], nonces)

    def missing_nonce(self) -> None:
        public = self.signers[0].make_nonces(self.seckeys[0], [bytes(31) + b"\x01"])
        own = self.pubkeys[0]
        must_refuse("a nonce is missing", aggregate_nonces_for, {}, self.pubkeys, own, public[0])

    def own_nonce_replaced(self) -> None:
        right = self.nonces()[0]
        others = self.coordinator.nonces_of(self.txid)
        own, other = self.pubkeys
        relayed = {own[1:]: others[other], other[1:]: others[other]}
        got = aggregate_nonces_for(relayed, self.pubkeys, own, others[own])
        equal("aggregate with the own nonce", got, right.hex())

    def signed_twice(self) -> None:
        aggregate = self.nonces()
        self.signers[0].sign(self.seckeys[0], aggregate)
        must_refuse("second signature", self.signers[0].sign, self.seckeys[0], aggregate)

    def foreign_node(self) -> None:
        stranger = secp256k1.pubkey_create(bytes(31) + b"\x0b")
        must_refuse("not a cosigner", check_cosigners, self.pubkeys, stranger)

    def partial_out_of_range(self) -> None:
        self.refuse_partial(secp256k1.ORDER)

    def partial_too_short(self) -> None:
        self.refuse_partial(bytes(30) + b"\x01")

    def refuse_partial(self, psig: bytes) -> None:
        self.nonces()
        take = self.coordinator.add_partial_signatures
        must_refuse("partial signature", take, self.pubkeys[0], {self.txid: psig})


# (words that the label holds, what is tried); the first that fits is taken.
MISUSES = [
    (("before init",), Misuse.unprepared),
    (("before aggregated",), Misuse.not_aggregated),
    (("init again",), Misuse.prepared_twice),
    (("getNonces", "twice"), Misuse.prepared_twice),
    (("sign", "twice"), Misuse.signed_twice),
    (("second", "sign"), Misuse.signed_twice),
    (("unknown txid",), Misuse.unknown_node),
    (("malformed nonce",), Misuse.malformed_nonce),
    (("nonce", "missing"), Misuse.missing_nonce),
    (("missing", "cosigner"), Misuse.missing_nonce),
    (("MY nonce",), Misuse.own_nonce_replaced),
    (("second aggregatedNonces",), Misuse.prepared_twice),
    (("not a cosigner",), Misuse.foreign_node),
    ((">= n",), Misuse.partial_out_of_range),
    (("31 bytes",), Misuse.partial_too_short),
]


def check_behaviour(case) -> None:
    """Where the SDK answers an error we refuse; where it is lax we may be stricter."""
    require("out" in case and case.get("label"), "a label and a result")
    for words, attempt in MISUSES:
        if all(word in case["label"] for word in words):
            attempt(Misuse())
            return
