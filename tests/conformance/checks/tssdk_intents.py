"""Intent proofs as the TypeScript SDK builds and signs them.

Vectors: tssdk/intents.json. Compared: message text and hash, to_spend, the proof, its PSBT fields,
fee, sighashes and signatures; then our verifier judges the signed proof, and a damaged one.
"""

import secp256k1
from arkcore import arkfields, closures, intent, intent_message, intent_proof, psbt
from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.psbt import Psbt
from arkcore.scripts import LeafSet
from arkcore.sighash import SIGHASH_ALL, taproot_sighash
from arkcore.taproot import leaf_hash
from arkcore.tx import SEQUENCE_FINAL, TxOut

from tests.conformance.checks.leaf_sets import unhex
from tests.conformance.mismatch import equal, must_refuse, require, tag_of_refusal


def cases(document):  # type: ignore[no-untyped-def]
    found = []
    for case in document["cases"]:
        runnable = "in" in case or any(part in (case.get("label") or "") for part in REFUSALS)
        found.append((case["id"], case if runnable else None))
    return found


def check(case) -> None:  # type: ignore[no-untyped-def]
    if "in" not in case:
        check_refusal(case["label"])
    elif "error" in case["out"]:
        must_refuse(case["label"], build, case["in"])
    else:
        check_intent(case["in"], case["out"])


def message_of(given) -> str:  # type: ignore[no-untyped-def]
    if "raw" in given:
        return given["raw"]
    return intent_message.message_of(given, given["type"]).encode()


def sequence_for(leaf: bytes) -> int:
    """The SDK's rule: the lock of the leaf, even an absolute one, goes into the sequence."""
    closure = closures.decode(leaf)
    if closure.sequence is not None:
        return closure.sequence
    return SEQUENCE_FINAL if closure.locktime is None else closure.locktime


def coin_of(given) -> intent_proof.ProofCoin:  # type: ignore[no-untyped-def]
    scripts = arkfields.decode_taptree(unhex(given["tapTree"]))
    leaf_set = LeafSet(scripts)
    equal("scriptPubKey", leaf_set.script_pubkey, given["pkScript"])
    leaf = unhex(given["spendLeaf"])
    coin = intent_proof.ProofCoin(
        outpoint(from_hex_txid(given["txid"]), given["vout"]),
        TxOut(given["value"], leaf_set.script_pubkey),
        sequence_for(leaf),
    )
    coin.leaf = leaf
    coin.control = leaf_set.tree.control_block(scripts.index(leaf))
    coin.scripts = scripts
    if given.get("extraWitness"):
        coin.condition = [unhex(item) for item in given["extraWitness"]]
    return coin


def build(given) -> Psbt:  # type: ignore[no-untyped-def]
    outputs = [TxOut(one["amount"], unhex(one["script"])) for one in given["outputs"]]
    coins = [coin_of(one) for one in given["inputs"]]
    return intent_proof.build_proof(message_of(given["message"]), coins, outputs)


def check_intent(given, out) -> None:  # type: ignore[no-untyped-def]
    message = message_of(given["message"])
    equal("tag", intent.MESSAGE_TAG, given.get("tag", intent.MESSAGE_TAG))
    equal("message", message, out["encodedMessage"])
    equal("message hash", intent.message_hash(message), out["messageHash"])
    proof = build(given)
    to_spend = intent.to_spend_tx(message, proof.prevouts()[1].script)
    equal("to_spend", to_spend.serialize(), out["toSpend"]["rawTx"])
    equal("to_spend txid", to_hex_txid(to_spend.txid()), out["toSpend"]["txid"])
    equal("scriptSig", to_spend.inputs[0].script_sig, out["toSpend"]["scriptSig"])
    check_tx(proof, out["tx"])
    equal("fee", intent_proof.proof_fee(proof), out["fee"])
    check_unsigned(proof, Psbt.from_base64(out["psbtUnsigned"]))
    equal("message field", proof.globals.get(b"\x09"), out["psbtUnsignedGlobals09"].encode())
    check_signatures(proof, given, out)
    check_verdict(message, given, out)


def check_tx(proof: Psbt, expected) -> None:  # type: ignore[no-untyped-def]
    tx = proof.tx
    equal("txid", to_hex_txid(tx.txid()), expected["txid"])
    equal("version", tx.version, expected["version"])
    equal("lock time", tx.locktime, expected["lockTime"])
    equal("inputs", len(tx.inputs), len(expected["inputs"]))
    for index, one in enumerate(expected["inputs"]):
        txin, txout = tx.inputs[index], psbt.witness_utxo(proof.inputs[index])
        equal("input txid", to_hex_txid(txin.txid), one["txid"])
        equal("input vout", txin.vout, one["vout"])
        equal("sequence", txin.sequence, one["sequence"])
        equal("sighash type", psbt.sighash_type(proof.inputs[index]), one["sighashType"])
        equal("spent amount", txout.amount_sat, one["witnessUtxo"]["amount"])
        equal("spent script", txout.script, one["witnessUtxo"]["script"])
    got = [{"amount": one.amount_sat, "script": one.script.hex()} for one in tx.outputs]
    equal("outputs", got, expected["outputs"])


def plain_fields(entries: psbt.PsbtMap):  # type: ignore[no-untyped-def]
    return sorted([entry for entry in entries.items() if entry[0][0] != 0xDE])


def check_unsigned(proof: Psbt, expected: Psbt) -> None:
    """Ark's fields are compared by meaning; some versions repeat those of coin 0 on input 0."""
    equal("unsigned tx", proof.tx.serialize(), expected.tx.serialize())
    equal("globals", sorted(proof.globals.items()), sorted(expected.globals.items()))
    for index, entries in enumerate(expected.inputs):
        equal("fields", plain_fields(proof.inputs[index]), plain_fields(entries))
        repeated = index == 0 and arkfields.taptree(entries) is not None
        ours = proof.inputs[1 if repeated else index]
        equal("taptree", arkfields.taptree(ours), arkfields.taptree(entries))
        if index:
            equal("condition", arkfields.condition(ours), arkfields.condition(entries))


def check_signatures(proof: Psbt, given, out) -> None:  # type: ignore[no-untyped-def]
    prevouts = proof.prevouts()
    signatures = {one["input"]: one for one in out["signatures"]}
    for one in out["inputs"]:
        index = one["input"]
        control, leaf = psbt.tap_leaf_scripts(proof.inputs[index])[0]
        equal("leaf", leaf, one["leafScript"])
        equal("leaf hash", leaf_hash(leaf), one["leafHash"])
        equal("control block", control, one["controlBlock"])
        equal("signed", one["signed"], index in signatures)
        if not one["signed"]:
            continue
        sighash = taproot_sighash(proof.tx, index, prevouts, leaf_hash(leaf), SIGHASH_ALL)
        equal("sighash", sighash, one["sighashAll"])
        secret, aux = unhex(given["privateKey"]), unhex(out["auxRand"])
        signature = secp256k1.sign_schnorr(secret, sighash, aux) + bytes((SIGHASH_ALL,))
        equal("signature", signature, signatures[index]["sig"])
        key = secp256k1.pubkey_create(secret)[1:]
        equal("key", key, signatures[index]["pubKey"])
        psbt.add_tap_script_sig(proof.inputs[index], key, leaf_hash(leaf), signature)


def check_verdict(message: str, given, out) -> None:  # type: ignore[no-untyped-def]
    """The signed proof holds without the other parties; with a damaged signature it does not."""
    signed = Psbt.from_base64(out["psbtSigned"])
    own = [unhex(one["pubKey"]) for one in out["signatures"]]
    others = []
    for one in given["inputs"]:
        keys = closures.decode(unhex(one["spendLeaf"])).keys
        others.extend([key for key in keys if key not in own])
    equal("refusal", tag_of_refusal(intent_proof.verify, signed, message, others), "")
    must_refuse("other message", intent_proof.verify, signed, message + " ", others)
    for index, entries in enumerate(signed.inputs):
        for key, leaf, signature in psbt.tap_script_sigs(entries):
            damaged = bytes((signature[0] ^ 1,)) + signature[1:]
            psbt.add_tap_script_sig(entries, key, leaf, damaged)
            tag = tag_of_refusal(intent_proof.verify, signed, message, others)
            require(tag == "intent-signature", f"damaged signature of input {index}: {tag}")
            psbt.add_tap_script_sig(entries, key, leaf, signature)
            return


COIN = (bytes(36), TxOut(10_000, b"\x51\x20" + bytes(32)), SEQUENCE_FINAL)
# Part of a label -> coins, outputs that our code must refuse; such cases come without input.
REFUSALS = {
    "no inputs": ([], []),
    "without index": ([(bytes(32), COIN[1], SEQUENCE_FINAL)], []),
    "without txid": ([(bytes(4), COIN[1], SEQUENCE_FINAL)], []),
    "without witness": ([(COIN[0], None, SEQUENCE_FINAL)], []),
    "exceed": ([COIN], [TxOut(10_001, b"\x51\x20" + bytes(32))]),
}


def check_refusal(label: str) -> None:
    for part in sorted(REFUSALS):
        if part in label:
            coins, outputs = REFUSALS[part]
            must_refuse(label, build_with_fee, coins, outputs)


def build_with_fee(coins, outputs) -> int:  # type: ignore[no-untyped-def]
    proof = [intent_proof.ProofCoin(*coin) for coin in coins]
    return intent_proof.proof_fee(intent_proof.build_proof("", proof, outputs))
