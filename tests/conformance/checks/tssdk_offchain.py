"""Checkpoints and ark transactions of the SDK vectors, and what is believed of a response.

Vectors: offchain.json of the TypeScript SDK. `error` cases without `in` carry a label only.
"""

import secp256k1
from arkcore import arkfields
from arkcore.closures import decode
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.errors import ArkError
from arkcore.offchain import (
    VtxoInput,
    ark_spend,
    ark_tx,
    check_ark_txid,
    check_operator_signature,
    checkpoint,
    match_checkpoints,
    match_pending,
    match_txids,
)
from arkcore.psbt import Psbt, tap_leaf_scripts
from arkcore.taproot import TapTree, leaf_hash
from arkcore.tapsigs import LeafSpend
from arkcore.tx import TxOut
from arkcore.unroll import LeafInput, finalize_leaf_tx

from tests.conformance.mismatch import equal, must_refuse, require, tag_of_refusal
from tests.conformance.reading import (
    equal_psbt_tx,
    equal_tx,
    hexes,
    point,
    sign,
    signatures_of,
    txout,
)

SERVER_KEY = "serverPrivateKeyForTests"
PSBT_OF = {"user": "psbtUserSigned", "server": "psbtServerSigned"}


def cases(document):
    return [(case["id"], case) for case in document["cases"]]


def check(case):
    if case["kind"] == "offchain":
        Transfer(case["in"]).check(case["out"])
    else:
        equal("kind", case["kind"], "error")
        check_error(case)


def vtxo_input(entry) -> VtxoInput:
    tree = TapTree(hexes(entry["scripts"]))
    equal("VTXO script", tree.script_pubkey(), entry["pkScript"])
    leaf = bytes.fromhex(entry["spendLeaf"])
    control = tree.control_block(tree.scripts.index(leaf))
    equal("control block", control, entry["controlBlock"])
    equal("taptree", arkfields.decode_taptree(bytes.fromhex(entry["tapTree"])), tree.scripts)
    return VtxoInput(point(entry), TxOut(entry["value"], tree.script_pubkey()), leaf, control)


class Transfer:
    """One payment: checkpoints below, the ark transaction above."""

    def __init__(self, given) -> None:
        self.given = given
        self.operator_leaf = bytes.fromhex(given["serverUnrollScript"])
        self.vtxos = [vtxo_input(entry) for entry in given["vtxos"]]
        self.checkpoints = [checkpoint(vtxo, self.operator_leaf) for vtxo in self.vtxos]
        self.outputs = [txout(entry) for entry in given["outputs"]]
        self.ark = self.build(False)
        self.server_key = bytes.fromhex(given["serverXonly"])

    def build(self, lock_every_input: bool):
        return ark_tx(self.checkpoints, self.outputs, len(self.outputs), lock_every_input)

    def check(self, wanted) -> None:
        if any(decode(vtxo.leaf_script).locktime for vtxo in self.vtxos):
            # The SDK locks every input as soon as one has a lock; arkd, and we, only that one.
            self.ark = self.build(True)
        equal_tx("ark", self.ark, wanted["arkTx"], [one.output for one in self.checkpoints])
        equal("ark txid", to_hex_txid(self.ark.txid()), wanted["arkTxid"])
        equal("checkpoints", len(self.checkpoints), len(wanted["checkpoints"]))
        for index, described in enumerate(wanted["checkpoints"]):
            self.check_checkpoint(self.checkpoints[index], described)
        self.check_ark(wanted)
        self.check_pending(wanted)

    def check_ark(self, wanted) -> None:
        equal_psbt_tx("unsigned ark", wanted["arkPsbtUnsigned"], self.ark)
        user = equal_psbt_tx("user's ark", wanted["arkPsbtUserSigned"], self.ark)
        both = equal_psbt_tx("cosigned ark", wanted["arkPsbtCosigned"], self.ark)
        spends = [ark_spend(self.ark, i, self.checkpoints) for i in range(len(self.checkpoints))]
        for described in wanted["arkInputs"]:
            self.check_leaf(spends[described["input"]], described)
        for entry in wanted["arkSignatures"]:
            index = entry["input"]
            self.check_signature(spends[index], user, index, entry, "userPrivateKey")
        final = []
        for index, spend in enumerate(spends):
            signatures = signatures_of(both, index, leaf_hash(spend.leaf_script))
            spend.check_signatures(signatures, self.unknown_owners(index))
            check_operator_signature(spend, signatures, [self.server_key])
            without = {key: sig for key, sig in signatures.items() if key != self.server_key}
            must_refuse("no operator", check_operator_signature, spend, without, [self.server_key])
            final.append(LeafInput(spend.leaf_script, spend.control, signatures))
            taptree = arkfields.taptree(both.inputs[index])
            equal("checkpoint taptree", taptree, self.checkpoints[index].tree.scripts)
        if wanted.get("arkFinalRaw"):
            raw = finalize_leaf_tx(Psbt.parse(both.serialize()).tx, final)
            equal("final ark", raw.serialize(), wanted["arkFinalRaw"]["hex"])
            equal("final ark txid", to_hex_txid(raw.txid()), wanted["arkFinalRaw"]["txid"])
            equal("final ark vsize", raw.vsize(), wanted["arkFinalRaw"]["vsize"])

    def unknown_owners(self, index) -> "tuple[bytes, ...]":
        """Keys that do not sign in this case: other owners than the user."""
        user = bytes.fromhex(self.given["userPrivateKey"])
        keys = decode(self.vtxos[index].leaf_script).keys
        known = (self.server_key, x_of(user))
        return tuple(key for key in keys if key not in known)

    def check_leaf(self, spend: LeafSpend, described) -> None:
        equal("leaf", spend.leaf_script, described["leafScript"])
        equal("leaf hash", leaf_hash(spend.leaf_script), described["leafHash"])
        equal("control block", spend.control, described["controlBlock"])
        equal("sighash", spend.sighash(), described["sighashDefault"])
        spend.check_leaf()

    def check_signature(self, spend, psbt, index, entry, seckey_name) -> None:
        seckey = bytes.fromhex(self.given[seckey_name])
        signature = bytes.fromhex(entry["sig"])
        key = bytes.fromhex(entry["pubKey"])
        require(spend.is_signed_by(key, signature), "signature is valid")
        if x_of(seckey) == key:
            equal("signature", sign(seckey, spend.sighash()), entry["sig"])
        equal("leaf hash of the signature", leaf_hash(spend.leaf_script), entry["leafHash"])
        signatures = signatures_of(psbt, index, leaf_hash(spend.leaf_script))
        equal("signature in the PSBT", signatures.get(key), signature)

    def check_checkpoint(self, one, described) -> None:
        equal_tx("checkpoint", one.tx, described["tx"], [one.vtxo.output])
        equal("output scripts", [s.hex() for s in one.tree.scripts], described["outputScripts"])
        self.check_leaf(one.spend(), described)
        unsigned = equal_psbt_tx("unsigned checkpoint", described["psbtUnsigned"], one.tx)
        equal("leaf field", tap_leaf_scripts(unsigned.inputs[0]), leaf_field(one))
        # The user's parts are missing where somebody else owns the VTXO.
        for who, seckey_name in (("user", "userPrivateKey"), ("server", SERVER_KEY)):
            text = described[PSBT_OF[who]]
            if text:
                psbt = equal_psbt_tx(who + "'s checkpoint", text, one.tx)
                for entry in described[who + "Signatures"]:
                    self.check_signature(one.spend(), psbt, 0, entry, seckey_name)
        if described.get("finalRaw"):
            final = equal_psbt_tx("final checkpoint", described["psbtFinal"], one.tx)
            signatures = signatures_of(final, 0, leaf_hash(one.vtxo.leaf_script))
            spend = LeafInput(one.vtxo.leaf_script, one.vtxo.control, signatures)
            raw = finalize_leaf_tx(Psbt.parse(final.serialize()).tx, [spend])
            equal("final checkpoint", raw.serialize(), described["finalRaw"]["hex"])
            equal("final txid", to_hex_txid(raw.txid()), described["finalRaw"]["txid"])
            witness = [item.hex() for item in raw.inputs[0].witness]
            equal("witness", witness, described["finalRaw"]["witness"])

    def check_pending(self, wanted) -> None:
        """A client that lost its state recognises the payment in the operator's answer."""
        txs = [Psbt.from_base64(one["psbtUnsigned"]).tx for one in wanted["checkpoints"]]
        leaves = [self.operator_leaf]
        found = match_pending(self.vtxos, leaves, self.ark, txs, self.outputs)
        equal("pending", [one.txid for one in found.checkpoints], self.txids())
        more = self.outputs + [self.outputs[0]]
        must_refuse("paid once", match_pending, self.vtxos, leaves, self.ark, txs, more)
        order = match_checkpoints(self.checkpoints, list(reversed(self.txids())))
        equal("order", order, list(reversed(range(len(self.checkpoints)))))

    def txids(self) -> "list[bytes]":
        return [one.txid for one in self.checkpoints]


def leaf_field(one):
    return [(one.vtxo.control, one.vtxo.leaf_script)]


def x_of(seckey: bytes) -> bytes:
    return secp256k1.pubkey_create(seckey)[1:]


def check_error(case) -> None:
    given = case.get("in")
    if not given:
        require("out" in case and case.get("label"), "a label and a result")
        return
    if "checkpointsFromServer" in given:
        tag = tag_of_refusal(match_response, given)
    elif "response" in given:
        expected = from_hex_txid(given["expected"])
        returned = from_hex_txid(given["response"]["arkTxid"])
        tag = tag_of_refusal(check_ark_txid, expected, returned)
    elif "requiredSigners" in given:
        tag = tag_of_refusal(verify_signers, given)
    else:
        require("vtxos" in given, "an error case of a known kind")
        tag = tag_of_refusal(Transfer, given)
        if case["out"].get("accepted"):
            # The SDK builds what cannot be valid; there we may be stricter.
            return
    if case["out"].get("accepted"):
        equal("refused with", tag, "")
    else:
        require(tag, "accepted, must be refused: " + case["label"])


def match_response(given) -> None:
    expected = [from_hex_txid(txid) for txid in given["expectedCheckpointTxids"]]
    returned = [Psbt.from_base64(text).tx.txid() for text in given["checkpointsFromServer"]]
    match_txids(expected, returned)


def verify_signers(given) -> None:
    """Only `requiredSigners` must have signed; every signature that is there must be valid."""
    psbt = Psbt.from_base64(given["psbt"])
    index = given["inputIndex"]
    leaves = tap_leaf_scripts(psbt.inputs[index]) if index < len(psbt.inputs) else []
    if len(leaves) != 1:
        raise ArkError("tapsig-missing", "not one leaf")
    control, script = leaves[0]
    spend = LeafSpend(psbt.tx, index, psbt.prevouts(), script, control)
    excluded = hexes(given["excludePubkeys"])
    required = [key for key in hexes(given["requiredSigners"]) if key not in excluded]
    excused = tuple(key for key in decode(script).keys if key not in required)
    allowed = tuple(given["allowedSighashTypes"])
    signatures = signatures_of(psbt, index, leaf_hash(script))
    spend.check_signatures(signatures, excused, allowed)
    for key in required:
        if key not in signatures:
            raise ArkError("tapsig-missing", key.hex())
