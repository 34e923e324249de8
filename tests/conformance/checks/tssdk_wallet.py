"""A recorded run of the SDK's wallet, replayed: every signature in it is verified and every
transaction rebuilt by our own rules.

Vectors: wallet.json of the TypeScript SDK; one case a step of the run, judged by itself.
"""

import secp256k1
from arkcore import intent_proof, unroll
from arkcore.address import segwit_address, segwit_script
from arkcore.claim import ExitCoin, claim_fee, claim_tx, is_mature
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.cpfp import FundingCoin, fund_child
from arkcore.delays import from_operator_value
from arkcore.offchain import (
    VtxoInput,
    ark_spend,
    ark_tx,
    check_ark_txid,
    check_operator_signature,
    checkpoint,
    match_checkpoints,
)
from arkcore.psbt import (
    GLOBAL_SIGNED_MESSAGE,
    Psbt,
    tap_key_sig,
    tap_leaf_scripts,
    tap_script_sigs,
)
from arkcore.scripts import VtxoScript, checkpoint_leaf
from arkcore.sighash import SIGHASH_ALL, SIGHASH_DEFAULT, taproot_sighash
from arkcore.taproot import leaf_hash, output_key, p2tr_script
from arkcore.tapsigs import LeafSpend
from arkcore.tx import Tx

from tests.conformance.batch_replay import BatchReplay
from tests.conformance.mismatch import equal, require
from tests.conformance.reading import signatures_of

HRPS = {"bitcoin": "bc", "testnet": "tb", "signet": "tb", "mutinynet": "tb", "regtest": "bcrt"}
KINDS = {"TREE": unroll.TREE, "ARK": unroll.ARK, "CHECKPOINT": unroll.CHECKPOINT}


def cases(document):
    for case in document["cases"]:
        yield case["id"], (case, document)


def check(case_and_document):
    case, document = case_and_document
    replay = Replay(document)
    for entry in case["entries"]:
        replay.on_entry(entry)
    replay.finish()


class Operator:
    """The operator's published parameters, checked against each other."""

    def __init__(self, info) -> None:
        self.info = info
        self.signer_key = bytes.fromhex(info["signerPubkey"])[1:]
        self.forfeit_key = bytes.fromhex(info["forfeitPubkey"])[1:]
        self.hrp = HRPS[info["network"]]
        self.forfeit_script = segwit_script(self.hrp, info["forfeitAddress"])
        self.checkpoint_leaf = bytes.fromhex(info["checkpointTapscript"])
        self.exit_sequence = from_operator_value(int(info["unilateralExitDelay"]))
        self.boarding_sequence = from_operator_value(int(info["boardingExitDelay"]))
        # The mock operator of these runs has one delay for exits and checkpoints.
        leaf = checkpoint_leaf(self.exit_sequence, self.forfeit_key)
        require(self.checkpoint_leaf.endswith(leaf[-34:]), "checkpoint leaf of the forfeit key")


class Replay:
    """One step of the run."""

    def __init__(self, document) -> None:
        self.operator = Operator(document["serverInfo"])
        self.seckey = bytes.fromhex(document["walletPrivateKey"])
        self.own_key = secp256k1.pubkey_create(self.seckey)[1:]
        signer = self.operator.signer_key
        self.vtxo_script = VtxoScript(self.own_key, signer, self.operator.exit_sequence)
        self.boarding_script = VtxoScript(self.own_key, signer, self.operator.boarding_sequence)
        self.onchain_script = p2tr_script(output_key(self.own_key, b"")[0])
        self.asked = []
        self.batch = None
        self.checkpoints = []
        self.ark = None
        self.kinds = {}
        self.spends = {}
        self.virtual = {}
        self.rate = 1000
        self.tip = (0, 0)
        self.confirmed = {}
        self.children = {}
        self.claims = {}

    def on_entry(self, entry) -> None:
        kind = entry["t"]
        if kind == "http":
            self.on_http(entry)
        elif kind == "sse":
            if entry["stream"] == "batch/events" and self.batch is not None:
                for name, data in entry["event"].items():
                    self.batch.on_event(name, data)
            elif "event" in entry["event"]:
                self.on_notice(entry["event"]["event"])
        elif kind == "identity":
            self.asked.append(entry)
        elif kind == "identity-result":
            self.on_signed(entry)
        elif kind == "session":
            self.on_session(entry)
        else:
            equal("entry", kind, "error")
            require(not any(self.mature(txid) for txid in self.confirmed), "too early to claim")

    def finish(self) -> None:
        require(not self.asked, "every request to the signer was answered")

    def on_session(self, entry) -> None:
        if entry["call"] == "init":
            self.batch.on_session_init(entry["args"])
        elif entry["call"] == "aggregatedNonces":
            self.batch.on_aggregated_nonces(entry["args"])

    def on_notice(self, notice) -> None:
        """New VTXOs that the indexer reports are outputs of what was built here."""
        known = {}
        if self.ark is not None:
            known[to_hex_txid(self.ark.txid())] = self.ark
        if self.batch is not None and self.batch.tree is not None:
            for leaf in self.batch.tree.leaves():
                known[to_hex_txid(leaf.txid)] = leaf.tx
        for vtxo in notice["newVtxos"]:
            tx = known.get(vtxo["outpoint"]["txid"])
            if tx is not None:
                output = tx.outputs[vtxo["outpoint"]["vout"]]
                equal(
                    "new VTXO",
                    [output.amount_sat, output.script.hex()],
                    [int(vtxo["amount"]), vtxo["script"]],
                )
            else:
                require(bytes.fromhex(vtxo["script"]) != self.vtxo_script.script_pubkey, "whose?")

    def mature(self, txid: str) -> bool:
        """True when the exit leaf of an output of this transaction can be spent."""
        status = self.confirmed[txid]
        height, time = status["block_height"], status["block_time"]
        return is_mature(self.operator.exit_sequence, height, time, self.tip[0], self.tip[1])

    def on_signed(self, entry) -> None:
        """The signer's answer: nothing changed but signatures, and each of them is valid."""
        signed = Psbt.from_base64(entry["psbt"])
        matching = [one for one in self.asked if one["txid"] == entry["txid"]]
        require(matching, "a request for this transaction")
        self.asked.remove(matching[0])
        asked = Psbt.from_base64(matching[0]["psbt"])
        equal("signed transaction", signed.tx.serialize(False), asked.tx.serialize(False).hex())
        equal("txid", to_hex_txid(signed.tx.txid()), entry["txid"])
        message = signed.globals.get(GLOBAL_SIGNED_MESSAGE)
        if message is not None:
            intent_proof.verify(signed, message.decode(), [self.operator.signer_key])
        self.check_signatures(asked, signed, matching[0]["inputIndexes"])
        if signed.tx.version == 3 and tap_key_sig(signed.inputs[-1]):
            self.children[entry["txid"]] = signed
        elif signed.tx.version == 2 and message is None:
            self.claims[entry["txid"]] = signed

    def check_signatures(self, asked: Psbt, signed: Psbt, indexes) -> None:
        prevouts = signed.prevouts()
        for index, entries in enumerate(signed.inputs):
            added = tap_script_sigs(entries)
            before = tap_script_sigs(asked.inputs[index])
            own = [one for one in added if one not in before]
            for key, leaf, signature in own:
                equal("signing key", key, self.own_key.hex())
                self.check_leaf_signature(signed, index, prevouts, leaf, signature)
            key_sig = tap_key_sig(entries)
            if key_sig:
                own.append(key_sig)
                message = taproot_sighash(signed.tx, index, prevouts)
                key = prevouts[index].script[2:]
                require(secp256k1.verify_schnorr(key, message, key_sig), "key path signature")
            require(own or index not in (indexes or []), f"input {index} is signed")

    def check_leaf_signature(self, signed, index, prevouts, leaf, signature) -> None:
        for control, script in tap_leaf_scripts(signed.inputs[index]):
            if leaf_hash(script) == leaf:
                spend = LeafSpend(signed.tx, index, prevouts, script, control)
                spend.check_leaf()
                allowed = (SIGHASH_DEFAULT, SIGHASH_ALL)
                valid = spend.is_signed_by(self.own_key, signature, allowed)
                require(valid, "leaf signature")
                return
        require(False, "a signature without its leaf")

    def on_http(self, entry) -> None:
        path = entry["path"]
        self.check_scripts(entry)
        handlers = [
            ("/v1/info", self.on_info),
            ("/v1/batch/registerIntent", self.on_register),
            ("/v1/batch/deleteIntent", self.on_delete),
            ("/v1/batch/ack", self.on_ack),
            ("/v1/batch/tree/submitNonces", self.on_nonces),
            ("/v1/batch/tree/submitSignatures", self.on_partials),
            ("/v1/batch/submitForfeitTxs", self.on_forfeits),
            ("/v1/tx/submit", self.on_submit),
            ("/v1/tx/finalize", self.on_finalize),
            ("/v1/indexer/virtualTx/", self.on_virtual),
            ("/esplora/fee-estimates", self.on_rate),
            ("/esplora/txs/package", self.on_package),
            ("/esplora/blocks", self.on_tip),
        ]
        for prefix, handler in handlers:
            if path.startswith(prefix):
                handler(entry)
                return
        if path.endswith("/chain"):
            for link in entry["response"]["chain"]:
                self.kinds[link["txid"]] = KINDS.get(link["type"].split("_")[-1])
                self.spends[link["txid"]] = link["spends"]
        elif path.endswith("/status") and entry["response"]["confirmed"]:
            self.confirmed[path.split("/")[-2]] = entry["response"]
        elif path == "/esplora/tx" and entry["method"] == "POST":
            self.on_claim(entry)

    def check_scripts(self, entry) -> None:
        """Whatever the wallet asks about is one of the three scripts we derive from its key."""
        own = [self.vtxo_script.script_pubkey, self.boarding_script.script_pubkey]
        asked = list((entry.get("query") or {}).get("scripts", []))
        request = entry.get("request")
        if isinstance(request, dict):
            asked += request.get("scripts", [])
        for text in asked:
            require(bytes.fromhex(text) in own, "script " + text)
        parts = entry["path"].split("/")
        if "address" in parts:
            address = parts[parts.index("address") + 1]
            scripts = own + [self.onchain_script]
            known = [segwit_address(self.operator.hrp, script) for script in scripts]
            require(address in known, "address " + address)

    def on_info(self, entry) -> None:
        equal("info", entry["response"], self.operator.info)

    def on_register(self, entry) -> None:
        intent = entry["request"]["intent"]
        proof = Psbt.from_base64(intent["proof"])
        intent_proof.verify(proof, intent["message"], [self.operator.signer_key])
        self.batch = BatchReplay(self.operator, proof, intent["message"])
        self.batch.intent_id = entry["response"]["intentId"]

    def on_ack(self, entry) -> None:
        equal("acknowledged intent", entry["request"]["intentId"], self.batch.intent_id)

    def on_delete(self, entry) -> None:
        intent = entry["request"]["intent"]
        proof = Psbt.from_base64(intent["proof"])
        intent_proof.verify(proof, intent["message"], [self.operator.signer_key])

    def on_nonces(self, entry) -> None:
        self.batch.on_submit_nonces(entry["request"])

    def on_partials(self, entry) -> None:
        self.batch.on_submit_signatures(entry["request"])

    def on_forfeits(self, entry) -> None:
        self.batch.on_submit_forfeits(entry["request"])

    def on_submit(self, entry) -> None:
        """Request and response of an off-chain payment."""
        request, response = entry["request"], entry["response"]
        psbts = [Psbt.from_base64(text) for text in request["checkpointTxs"]]
        self.checkpoints = [self.rebuilt_checkpoint(psbt) for psbt in psbts]
        signed = Psbt.from_base64(request["signedArkTx"])
        outputs = signed.tx.outputs[:-1]
        self.ark = ark_tx(self.checkpoints, outputs, len(outputs))
        equal("ark", signed.tx.serialize(False), self.ark.serialize(False).hex())
        check_ark_txid(self.ark.txid(), from_hex_txid(response["arkTxid"]))
        cosigned = Psbt.from_base64(response["finalArkTx"])
        for index in range(len(self.checkpoints)):
            spend = ark_spend(self.ark, index, self.checkpoints)
            leaf = leaf_hash(spend.leaf_script)
            own = signatures_of(signed, index, leaf)
            spend.check_signatures(own, (self.operator.signer_key,))
            both = signatures_of(cosigned, index, leaf)
            spend.check_signatures(both)
            check_operator_signature(spend, both, [self.operator.signer_key])
        returned = [Psbt.from_base64(text) for text in response["signedCheckpointTxs"]]
        order = match_checkpoints(self.checkpoints, [psbt.tx.txid() for psbt in returned])
        for position, one in enumerate(self.checkpoints):
            leaf = leaf_hash(one.vtxo.leaf_script)
            signatures = signatures_of(returned[order[position]], 0, leaf)
            check_operator_signature(one.spend(), signatures, [self.operator.signer_key])

    def rebuilt_checkpoint(self, psbt: Psbt):
        control, script = tap_leaf_scripts(psbt.inputs[0])[0]
        vtxo = VtxoInput(psbt.tx.inputs[0].outpoint, psbt.prevouts()[0], script, control)
        one = checkpoint(vtxo, self.operator.checkpoint_leaf)
        equal("checkpoint", psbt.tx.serialize(False), one.tx.serialize(False).hex())
        return one

    def on_finalize(self, entry) -> None:
        check_ark_txid(self.ark.txid(), from_hex_txid(entry["request"]["arkTxid"]))
        final = [Psbt.from_base64(text) for text in entry["request"]["finalCheckpointTxs"]]
        order = match_checkpoints(self.checkpoints, [psbt.tx.txid() for psbt in final])
        for position, one in enumerate(self.checkpoints):
            leaf = leaf_hash(one.vtxo.leaf_script)
            one.spend().check_signatures(signatures_of(final[order[position]], 0, leaf))

    def on_virtual(self, entry) -> None:
        for text in entry["response"]["txs"]:
            psbt = Psbt.from_base64(text)
            name = to_hex_txid(psbt.tx.txid())
            self.virtual[name] = psbt
            parents = [to_hex_txid(txin.txid) for txin in psbt.tx.inputs]
            equal("parents in the chain", sorted(self.spends[name]), sorted(parents))

    def on_rate(self, entry) -> None:
        self.rate = int(round(1000 * entry["response"]["1"]))

    def on_tip(self, entry) -> None:
        self.tip = (entry["response"][0]["height"], entry["response"][0]["mediantime"])

    def on_package(self, entry) -> None:
        """Parent and child of an exit step are those that we would have made."""
        parent, child = [Tx.parse(bytes.fromhex(text)) for text in entry["request"]]
        name = to_hex_txid(parent.txid())
        psbt = Psbt.parse(self.virtual[name].serialize())
        final = unroll.finalize_psbt(psbt, self.kinds[name])
        equal("parent", parent.serialize(), final.serialize().hex())
        self.check_tree_signature(parent, self.kinds[name])
        signed = self.children[to_hex_txid(child.txid())]
        prevouts = signed.prevouts()
        coins = [
            FundingCoin(txin.outpoint, prevouts[index])
            for index, txin in enumerate(child.inputs)
            if index
        ]
        rebuilt = fund_child(parent, coins, self.onchain_script, self.rate)
        equal("child", child.serialize(False), rebuilt.tx.serialize(False).hex())
        for index in range(1, len(child.inputs)):
            message = rebuilt.sighash(index)
            key, signature = self.onchain_script[2:], child.inputs[index].witness[0]
            require(secp256k1.verify_schnorr(key, message, signature), "child signature")

    def check_tree_signature(self, parent: Tx, kind) -> None:
        """A tree transaction is signed for the output it spends, where that is in the record."""
        above = self.virtual.get(to_hex_txid(parent.inputs[0].txid))
        if kind != unroll.TREE or above is None:
            return
        prevout = above.tx.outputs[parent.inputs[0].vout]
        message = taproot_sighash(parent, 0, [prevout])
        signature = parent.inputs[0].witness[0]
        valid = secp256k1.verify_schnorr(prevout.script[2:], message, signature)
        require(valid, "tree signature")

    def on_claim(self, entry) -> None:
        """The final claim: rebuilt from its coins, fee and witness included."""
        tx = Tx.parse(bytes.fromhex(entry["request"]))
        equal("response", entry["response"], to_hex_txid(tx.txid()))
        signed = self.claims[to_hex_txid(tx.txid())]
        prevouts = signed.prevouts()
        coins = []
        for index, txin in enumerate(tx.inputs):
            control, script = tap_leaf_scripts(signed.inputs[index])[0]
            equal("exit leaf", script, self.vtxo_script.exit_leaf.hex())
            require(self.mature(to_hex_txid(txin.txid)), "the delay is over")
            coins.append(ExitCoin(txin.outpoint, prevouts[index], script, control))
        rate = -(-self.rate // 1000) * 1000
        fee_sat = claim_fee(coins, self.onchain_script, rate)
        claim = claim_tx(coins, self.onchain_script, fee_sat)
        for index, spend in enumerate(claim.spends):
            signatures = signatures_of(signed, index, leaf_hash(spend.leaf_script))
            spend.check_signatures(signatures)
            claim.tx.inputs[index].witness = spend.witness(signatures)
        equal("claim", tx.serialize(), claim.tx.serialize().hex())
