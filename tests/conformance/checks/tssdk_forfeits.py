"""Forfeits and boarding inputs of the SDK vectors: transactions, sighashes, signatures, witnesses.

Vectors: forfeits.json of the TypeScript SDK. `error` cases carry a label and no data.
"""

import secp256k1
from arkcore import closures
from arkcore.codec import to_hex_txid
from arkcore.commitment import CommitmentStream, OwnInput, read_commitment
from arkcore.forfeit import forfeit_sighash, forfeit_tx
from arkcore.forfeit_check import ForfeitCollector
from arkcore.offchain import VtxoInput
from arkcore.psbt import Psbt, tap_leaf_scripts, tap_script_sigs
from arkcore.sighash import taproot_sighash
from arkcore.taproot import TapTree, leaf_hash
from arkcore.tapsigs import LeafSpend
from arkcore.tree_validation import validate_connector_tree
from arkcore.treeflat import rebuild
from arkcore.tx import SEQUENCE_FINAL, Tx, TxIn, TxOut

from tests.conformance.mismatch import equal, must_refuse, require, tag_of_refusal
from tests.conformance.reading import (
    equal_psbt_tx,
    equal_tx,
    flat_nodes,
    hexes,
    key_path_seckey,
    point,
    sign,
    signatures_of,
    txout,
)


def cases(document):
    for case in document["cases"]:
        yield case["id"], (case, document)


def check(case_and_document):
    case, document = case_and_document
    if case["kind"] == "forfeit":
        check_forfeit(case["in"], case["out"], document)
    elif case["kind"] == "boarding-commitment":
        check_boarding(case["in"], case["out"])
    elif case["kind"] == "forfeit-finalized":
        check_finalized(case["in"], case["out"])
    else:
        equal("kind", case["kind"], "error")
        check_error(case)


def vtxo_of(given) -> VtxoInput:
    entry = given["vtxo"]
    tree = TapTree(hexes(entry["scripts"]))
    equal("VTXO script", tree.script_pubkey(), entry["pkScript"])
    leaf = bytes.fromhex(entry["forfeitLeaf"])
    control = tree.control_block(tree.scripts.index(leaf))
    equal("control block", control, entry["controlBlock"])
    return VtxoInput(point(entry), TxOut(entry["value"], tree.script_pubkey()), leaf, control)


def check_forfeit(given, wanted, document) -> None:
    vtxo = vtxo_of(given)
    connector_point, connector = point(given["connector"]), txout(given["connector"])
    locktime = closures.decode(vtxo.leaf_script).locktime or 0
    equal("locktime", locktime, given["lockTime"])
    forfeit_script = bytes.fromhex(given["forfeitScript"])
    tx = forfeit_tx(
        vtxo.outpoint,
        vtxo.output.amount_sat,
        connector_point,
        connector.amount_sat,
        forfeit_script,
        locktime,
    )
    if locktime:
        # The SDK leaves the sequence final; arkd, and we, switch the lock on with it.
        tx.inputs[0].sequence = SEQUENCE_FINAL
    equal_tx("forfeit", tx, wanted["tx"], [vtxo.output, connector])
    leaf = leaf_hash(vtxo.leaf_script)
    equal("leaf hash", leaf, wanted["leafHash"])
    message = forfeit_sighash(tx, vtxo.output, connector, leaf)
    equal("sighash", message, wanted["sighashDefault"])
    signature = sign(bytes.fromhex(given["privateKey"]), message)
    own_key = bytes.fromhex(given["userXonly"])
    check_signature_list(wanted["signatures"], 0, {own_key: signature}, leaf)
    equal_psbt_tx("unsigned", wanted["psbtUnsigned"], tx)
    signed = equal_psbt_tx("signed", wanted["psbtSigned"], tx)
    equal("leaf", tap_leaf_scripts(signed.inputs[0]), [(vtxo.control, vtxo.leaf_script)])
    signatures = signatures_of(signed, 0, leaf)
    equal("signature in the PSBT", signatures[own_key], signature)
    collect(given, tx, vtxo, connector_point, connector, signatures, locktime)
    if "operatorCosigned" in wanted:
        cosigned = equal_psbt_tx("cosigned", wanted["operatorCosigned"]["psbt"], tx)
        spend = LeafSpend(tx, 0, [vtxo.output, connector], vtxo.leaf_script, vtxo.control)
        every = signatures_of(cosigned, 0, leaf)
        spend.check_signatures(every)
        check_signature_list(wanted["operatorCosigned"]["signatures"], 0, every, leaf)
    check_connector_is_known(document, connector_point)


def collect(given, tx, vtxo, connector_point, connector, signatures, locktime) -> None:
    """The operator takes it, once; with a lock that is not switched on it must not."""
    operator_keys = (bytes.fromhex(given["serverXonly"]),)
    forfeit_script = bytes.fromhex(given["forfeitScript"])
    collector = ForfeitCollector(
        [vtxo], {connector_point: connector}, forfeit_script, operator_keys
    )
    if locktime:
        equal("CLTV forfeit", tag_of_refusal(collector.add, tx, signatures), "forfeit-form")
        return
    must_refuse("unsigned forfeit", collector.add, tx, {})
    equal("collected", collector.add(tx, signatures), vtxo.outpoint.hex())
    require(not collector.missing(), "nothing is missing")
    must_refuse("second forfeit", collector.add, tx, signatures)


def check_connector_is_known(document, connector_point) -> None:
    """The connectors of the file descend from the file's commitment."""
    if "connectorsFlatTree" not in document:
        return
    commitment = Psbt.from_base64(document["commitmentTx"]).tx
    tree = rebuild(flat_nodes(document["connectorsFlatTree"]))
    found = validate_connector_tree(tree, commitment.txid(), commitment.outputs[1])
    require(connector_point in [one.outpoint for one in found], "connector of the commitment")


def check_signature_list(entries, index, signatures, leaf) -> None:
    got = [[index, key.hex(), leaf.hex(), sig.hex()] for key, sig in signatures.items()]
    wanted = [[e["input"], e["pubKey"], e["leafHash"], e["sig"]] for e in entries]
    equal("signatures", sorted(got), sorted(wanted))


def check_boarding(given, wanted) -> None:
    tree = TapTree(hexes(given["boardingScripts"]))
    leaf = leaf_hash(tree.scripts[0])
    equal("leaf hash", leaf, wanted["leafHash"])
    equal("control block", tree.control_block(0), wanted["controlBlock"])
    psbt = Psbt.from_base64(given["commitmentTx"])
    own = [
        OwnInput(point(entry), TxOut(entry["value"], tree.script_pubkey()))
        for entry in given["boardingInputs"]
    ]
    stream = CommitmentStream(len(psbt.tx.inputs), len(psbt.tx.outputs), own, [], True, False)
    txid = read_commitment(psbt.tx, psbt.prevouts(), stream)
    equal("streamed txid", txid, psbt.tx.txid().hex())
    messages = {one.index: stream.sighash(one.index, leaf) for one in own}
    described = {entry["input"]: entry["sighashDefault"] for entry in wanted["inputs"]}
    equal("sighashes", {i: messages[i].hex() for i in messages}, described)
    signed = equal_psbt_tx("signed", wanted["psbtSigned"], psbt.tx)
    own_key = bytes.fromhex(given["userXonly"])
    equal("signatures", len(wanted["signatures"]), len(own))
    for entry in wanted["signatures"]:
        message = messages[entry["input"]]
        signature = sign(bytes.fromhex(given["privateKey"]), message)
        equal("signature", signature, entry["sig"])
        equal("its key and leaf", [entry["pubKey"], entry["leafHash"]], [own_key.hex(), leaf.hex()])
        in_psbt = signatures_of(signed, entry["input"], leaf)
        equal("signature in the PSBT", in_psbt[own_key], signature)


def check_finalized(given, wanted) -> None:
    psbt = Psbt.from_base64(given["psbt"])
    tx, prevouts = psbt.tx, psbt.prevouts()
    control, script = tap_leaf_scripts(psbt.inputs[0])[0]
    spend = LeafSpend(tx, 0, prevouts, script, control)
    signatures = signatures_of(psbt, 0, leaf_hash(script))
    spend.check_signatures(signatures)
    tx.inputs[0].witness = spend.witness(signatures)
    message = taproot_sighash(tx, 1, prevouts)
    equal("connector sighash", message, wanted["connectorSighash"])
    seckey = bytes.fromhex(given["connectorPrivateKey"])
    if not given["connectorKeyIsUntweakedOutputKey"]:
        seckey = key_path_seckey(seckey)
    signature = sign(seckey, message)
    equal("connector signature", signature, wanted["connectorSig"])
    valid = secp256k1.verify_schnorr(prevouts[1].script[2:], message, signature)
    require(valid, "connector signature is valid")
    tx.inputs[1].witness = [signature]
    equal("raw", tx.serialize(), wanted["rawTx"])
    equal("txid", to_hex_txid(tx.txid()), wanted["txid"])
    equal("vsize", tx.vsize(), wanted["vsize"])
    equal("witness", [item.hex() for item in tx.inputs[0].witness], wanted["witness0"])


def check_error(case) -> None:
    """The labels name misuse of a PSBT signer; of that, this one can be tried without data."""
    require("out" in case and case.get("label"), "a label and a result")
    psbt = Psbt(Tx(3, [TxIn(bytes(36))], [TxOut(0, b"")]))
    if "without witnessUtxo" in case["label"]:
        must_refuse("input without its output", psbt.prevouts)
    equal("own signatures", tap_script_sigs(psbt.inputs[0]), [])
