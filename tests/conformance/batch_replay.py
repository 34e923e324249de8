"""Follows one batch of a recorded wallet run and judges each event and answer by our own rules."""

import secp256k1
from arkcore import intent_message, musig2
from arkcore.branch import Branch
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.commitment import CommitmentStream, OwnInput, read_commitment
from arkcore.delays import from_operator_value
from arkcore.forfeit_check import ForfeitCollector
from arkcore.hashes import sha256
from arkcore.offchain import VtxoInput
from arkcore.psbt import Psbt, tap_leaf_scripts
from arkcore.scripts import sweep_root
from arkcore.taproot import leaf_hash
from arkcore.tapsigs import LeafSpend
from arkcore.tree_validation import (
    check_own_paths,
    find_onchain_outputs,
    find_recipients,
    validate_connector_tree,
    validate_vtxo_tree,
)
from arkcore.treeflat import rebuild
from arkcore.treesigning import check_signatures
from arkcore.tx import TxOut

from tests.conformance.mismatch import equal, require
from tests.conformance.reading import flat_nodes, signatures_of


class BatchReplay:
    """One batch: from the intent that was registered to the last event."""

    def __init__(self, operator, proof: Psbt, message_text: str) -> None:
        """`operator`: the profile (see `tssdk_wallet.Operator`)."""
        self.operator = operator
        self.proof = proof
        self.message = intent_message.parse_message(message_text, "register")
        self.cosigners = list(self.message.cosigners)
        self.entries = ([], [])
        self.tree = None
        self.checked = {}
        self.commitment = None
        self.own_nonces = {}
        self.nonces = {}
        self.connectors = None
        self.expiry = 0
        self.batch_id = ""
        self.intent_id = ""

    def owed(self) -> "tuple[list[TxOut], list[TxOut]]":
        """(off-chain, on-chain) outputs of the intent."""
        groups = ([], [])
        for index, txout in enumerate(self.proof.tx.outputs):
            if txout.script != b"\x6a":
                groups[index in self.message.onchain_indexes].append(txout)
        return groups

    def on_event(self, name: str, data) -> None:
        handler = {
            "batchStarted": self.on_started,
            "treeTx": self.on_tree_tx,
            "treeSigningStarted": self.on_signing_started,
            "treeNonces": self.on_nonces,
            "treeSignature": self.on_signature,
            "batchFinalization": self.on_finalization,
            "batchFinalized": self.on_finalized,
        }.get(name)
        if handler:
            if self.batch_id:
                equal("batch id", data["id"], self.batch_id)
            handler(data)

    def on_started(self, data) -> None:
        self.batch_id = data["id"]
        digest = sha256(self.intent_id.encode()).hex()
        require(digest in data["intentIdHashes"], "the intent is in the batch")
        self.expiry = from_operator_value(int(data["batchExpiry"]))

    def on_tree_tx(self, data) -> None:
        self.entries[data["batchIndex"]].append(data)
        if data["txid"]:
            equal("txid", to_hex_txid(Psbt.from_base64(data["tx"]).tx.txid()), data["txid"])

    def sweep_root(self) -> bytes:
        return sweep_root(self.expiry, self.operator.forfeit_key)

    def on_signing_started(self, data) -> None:
        """The host's checks over the whole branch, then the device's along each own path."""
        for key in self.cosigners:
            require(key.hex() in data["cosignersPubkeys"], "own key among the cosigners")
        self.commitment = Psbt.from_base64(data["unsignedCommitmentTx"])
        tx = self.commitment.tx
        self.tree = rebuild(flat_nodes(self.entries[0]))
        self.checked = validate_vtxo_tree(
            self.tree, tx.txid(), tx.outputs[0], self.sweep_root(), self.expiry
        )
        offchain, onchain = self.owed()
        receipts = find_recipients(self.tree, offchain)
        for key in self.cosigners:
            check_own_paths(self.tree, receipts, key)
            for receipt in receipts:
                self.walk_branch(self.tree.path_to(receipt.leaf), key)
        find_onchain_outputs(tx, onchain, True, False)

    def walk_branch(self, path, key: bytes) -> None:
        tx = self.commitment.tx
        branch = Branch(tx.txid(), tx.outputs[0], self.sweep_root(), key, self.expiry)
        for node in path:
            branch.add_cosigners(b"".join(node.cosigners))
            vout = node.tx.inputs[0].vout
            done = branch.add_node(vout, node.tx.outputs, node.is_leaf, node.expiry_sequence)
            equal("sighash of the branch", done.sighash, self.checked[node.txid].sighash.hex())
        require(branch.complete, "the branch ends in a leaf")

    def on_session_init(self, args) -> None:
        equal("session nodes", sorted(args["nodes"]), self.node_names())
        equal("session root", self.sweep_root(), args["scriptRoot"])
        batch_output = self.commitment.tx.outputs[0]
        equal("session amount", batch_output.amount_sat, args["rootInputAmount"])

    def node_names(self) -> "list[str]":
        return sorted(to_hex_txid(node.txid) for node in self.tree.nodes)

    def on_submit_nonces(self, body) -> None:
        key = bytes.fromhex(body["pubkey"])
        equal("batch", body["batchId"], self.batch_id)
        require(key in self.cosigners, "nonces of an own key")
        equal("nodes with nonces", sorted(body["treeNonces"]), self.node_names())
        for txid, text in body["treeNonces"].items():
            nonce = bytes.fromhex(text)
            musig2.nonce_agg([nonce])
            require(nonce not in self.own_nonces.values(), "each nonce is used once")
            self.own_nonces[from_hex_txid(txid)] = nonce

    def on_nonces(self, data) -> None:
        txid = from_hex_txid(data["txid"])
        self.nonces[txid] = {
            bytes.fromhex(key): bytes.fromhex(nonce) for key, nonce in data["nonces"].items()
        }
        for key in self.cosigners:
            equal("own nonce as relayed", self.nonces[txid][key[1:]], self.own_nonces[txid].hex())

    def on_aggregated_nonces(self, args) -> None:
        relayed = {key.hex(): n.hex() for key, n in self.nonces[from_hex_txid(args[0])].items()}
        equal("nonces given to the session", args[1], relayed)

    def on_submit_signatures(self, body) -> None:
        key = bytes.fromhex(body["pubkey"])
        equal("batch", body["batchId"], self.batch_id)
        equal("nodes with signatures", sorted(body["treeSignatures"]), self.node_names())
        for text, psig in body["treeSignatures"].items():
            txid = from_hex_txid(text)
            node = self.checked[txid]
            keys = self.tree.find(txid).cosigners
            nonce = musig2.nonce_agg([self.nonces[txid][one[1:]] for one in keys])
            session = musig2.Session(nonce, node.aggregate, node.sighash)
            own_nonce = self.own_nonces[txid]
            valid = musig2.partial_verify(bytes.fromhex(psig), own_nonce, key, session)
            require(valid, "partial signature is valid")

    def on_signature(self, data) -> None:
        equal("batch index of a signature", data["batchIndex"], 0)
        self.tree.find(from_hex_txid(data["txid"])).signature = bytes.fromhex(data["signature"])

    def on_finalization(self, data) -> None:
        """Before forfeits may leave: same commitment, signed branch, connectors of its own."""
        commitment = Psbt.from_base64(data["commitmentTx"])
        if self.commitment is not None:
            equal("commitment", commitment.tx.txid(), self.commitment.tx.txid().hex())
        self.commitment = commitment
        if self.tree is not None:
            nodes = self.tree.nodes
            signatures = [node.signature for node in nodes]
            check_signatures([self.checked[node.txid] for node in nodes], signatures)
        onchain = self.owed()[1]
        has_connectors = bool(self.entries[1])
        find_onchain_outputs(commitment.tx, onchain, self.tree is not None, has_connectors)
        if has_connectors:
            tx = commitment.tx
            tree = rebuild(flat_nodes(self.entries[1]))
            found = validate_connector_tree(tree, tx.txid(), tx.outputs[1])
            self.connectors = {one.outpoint: one.output for one in found}

    def proven_coins(self) -> "list[VtxoInput]":
        """The coins of the intent, with the leaf that proves each."""
        coins = []
        prevouts = self.proof.prevouts()
        for index in range(1, len(self.proof.tx.inputs)):
            control, script = tap_leaf_scripts(self.proof.inputs[index])[0]
            point = self.proof.tx.inputs[index].outpoint
            coins.append(VtxoInput(point, prevouts[index], script, control))
        return coins

    def on_submit_forfeits(self, body) -> None:
        spent = [txin.outpoint for txin in self.commitment.tx.inputs]
        coins = self.proven_coins()
        boarding = [coin for coin in coins if coin.outpoint in spent]
        vtxos = [coin for coin in coins if coin.outpoint not in spent]
        signers = (self.operator.signer_key,)
        collector = ForfeitCollector(
            vtxos, self.connectors or {}, self.operator.forfeit_script, signers
        )
        for text in body.get("signedForfeitTxs") or []:
            psbt = Psbt.from_base64(text)
            script = tap_leaf_scripts(psbt.inputs[0])[0][1]
            collector.add(psbt.tx, signatures_of(psbt, 0, leaf_hash(script)))
        equal("missing forfeits", collector.missing(), [])
        if boarding:
            self.check_boarding(Psbt.from_base64(body["signedCommitmentTx"]), boarding)

    def check_boarding(self, signed: Psbt, boarding: "list[VtxoInput]") -> None:
        equal("signed commitment", signed.tx.txid(), self.commitment.tx.txid().hex())
        own = [OwnInput(coin.outpoint, coin.output) for coin in boarding]
        counts = (len(signed.tx.inputs), len(signed.tx.outputs))
        stream = CommitmentStream(counts[0], counts[1], own, [], True, False)
        read_commitment(signed.tx, self.commitment.prevouts(), stream)
        for coin, one in zip(boarding, own):  # noqa: B905 - MicroPython has no strict
            spend = LeafSpend(
                signed.tx, one.index, self.commitment.prevouts(), coin.leaf_script, coin.control
            )
            leaf = leaf_hash(coin.leaf_script)
            signatures = signatures_of(signed, one.index, leaf)
            spend.check_signatures(signatures, (self.operator.signer_key,))
            key = spend.check_leaf().keys[0]
            message = stream.sighash(one.index, leaf)
            valid = secp256k1.verify_schnorr(key, message, signatures[key])
            require(valid, "boarding signature over the streamed commitment")

    def on_finalized(self, data) -> None:
        equal("final txid", data["commitmentTxid"], to_hex_txid(self.commitment.tx.txid()))
