"""Scripts, closures, timelocks and addresses as the TypeScript SDK builds and decodes them.

Vectors: tssdk/scripts.json. Where the SDK is laxer than Bitcoin or arkd, the check itself finds the
laxity in the SDK's result and then demands that our code refuses.
"""

import secp256k1
from arkcore import address, closures, delays, notes, scripts, taproot, vhtlc
from arkcore.codec import to_hex_txid

from tests.conformance.checks.leaf_sets import check_leaf_set, sequence_of, unhex
from tests.conformance.mismatch import Mismatch, equal, require, tag_of_refusal


def cases(document):  # type: ignore[no-untyped-def]
    return [(case["id"], case) for case in document["cases"]]


def check(case) -> None:  # type: ignore[no-untyped-def]
    kind = case["kind"]
    if kind not in KINDS:
        raise Mismatch("unknown kind " + kind)
    KINDS[kind](case["in"], case["out"])


def check_vtxo(given, out) -> None:  # type: ignore[no-untyped-def]
    server = unhex(given["serverXonly"])
    sequence = sequence_of(given["csvTimelock"])
    script = scripts.VtxoScript(unhex(given["userXonly"]), server, sequence)
    equal("sequence", sequence, out["sequence"])
    equal("forfeit leaf", script.forfeit_leaf, out["forfeitScript"])
    equal("exit leaf", script.exit_leaf, out["exitScript"])
    check_leaf_set(script, out, server)


def check_delegate(given, out) -> None:  # type: ignore[no-untyped-def]
    server = unhex(given["serverXonly"])
    script = scripts.DelegateScript(
        unhex(given["userXonly"]),
        server,
        unhex(given["delegateXonly"]),
        sequence_of(given["csvTimelock"]),
    )
    equal("delegate leaf", script.delegate_leaf, out["delegateScript"])
    equal("delegate control", script.delegate_control(), script.tree.control_block(2))
    check_leaf_set(script, out, server)


def check_taptree_n(given, out) -> None:  # type: ignore[no-untyped-def]
    leaves = [unhex(script) for script in given["scripts"]]
    for script in leaves:
        equal("decoded leaf", closures.decode(script).script, script)
    check_leaf_set(scripts.LeafSet(leaves), out, unhex(given["serverXonly"]))


def check_note(given, out) -> None:  # type: ignore[no-untyped-def]
    note = notes.Note(unhex(given["preimage"]), given["value"])
    equal("text", note.text(), out["string"])
    equal("txid", to_hex_txid(note.outpoint[:32]), out["txid"])
    equal("vout", int.from_bytes(note.outpoint[32:], "little"), out["vout"])
    check_leaf_set(note.leaves(), out)
    again = notes.decode_note(out["string"])
    equal("decoded preimage", again.preimage, given["preimage"])
    equal("decoded value", again.amount_sat, given["value"])


def check_vhtlc(given, out) -> None:  # type: ignore[no-untyped-def]
    server = unhex(given["server"])
    contract = vhtlc.Vhtlc(
        unhex(given["sender"]),
        unhex(given["receiver"]),
        server,
        unhex(given["preimageHash160"]),
        given["refundLocktime"],
        sequence_of(given["unilateralClaimDelay"]),
        sequence_of(given["unilateralRefundDelay"]),
        sequence_of(given["unilateralRefundWithoutReceiverDelay"]),
    )
    check_leaf_set(contract, out, server)


def build(given) -> closures.Closure:  # type: ignore[no-untyped-def]
    """The closure that the SDK's class `given["closure"]` encodes."""
    keys = [unhex(key) for key in given["pubkeys"]]
    add = given.get("multisigType") == "CHECKSIGADD"
    name = given["closure"].replace("Tapscript", "")
    condition = unhex(given.get("conditionScript", ""))
    if name == "Multisig":
        return closures.multisig(keys, add)
    if name == "CSVMultisig":
        return closures.csv_multisig(sequence_of(given["timelock"]), keys, add)
    if name == "CLTVMultisig":
        return closures.cltv_multisig(given["absoluteTimelock"], keys, add)
    if name == "ConditionMultisig":
        return closures.condition_multisig(condition, keys, add)
    if name == "ConditionCSVMultisig":
        sequence = sequence_of(given["timelock"])
        return closures.condition_csv_multisig(condition, sequence, keys, add)
    raise Mismatch("unknown closure " + given["closure"])


def compare_decoded(closure, decoded) -> None:  # type: ignore[no-untyped-def]
    equal("type", closure.kind, decoded["type"])
    equal("keys", [key.hex() for key in closure.keys], decoded["pubkeys"])
    if "multisigType" in decoded:
        name = "CHECKSIGADD" if closure.checksigadd else "CHECKSIG"
        equal("multisig type", name, decoded["multisigType"])
    if "timelock" in decoded:
        unit, value = delays.decode(closure.sequence)
        equal("delay", [unit, value], [decoded["timelock"]["type"], decoded["timelock"]["value"]])
    if "absoluteTimelock" in decoded:
        equal("lock time", closure.locktime, decoded["absoluteTimelock"])
    if "conditionScript" in decoded:
        equal("condition", closure.condition, decoded["conditionScript"])


# The SDK takes any condition. arkd splits at the first OP_VERIFY and the SDK at the last;
# OP_SUCCESS lets anybody spend; an empty condition decides nothing.
STRICTER = ("closure-inner-verify", "closure-success", "closure-condition")


def may_refuse(tag: str, kind: str) -> bool:
    """Whether our code is right to refuse a closure (its SDK name or type) that the SDK takes."""
    return tag in STRICTER and kind.lower().startswith("condition")


def check_closure(given, out) -> None:  # type: ignore[no-untyped-def]
    tag = tag_of_refusal(build, given)
    if tag:
        require(may_refuse(tag, given["closure"]), "refused: " + tag)
        equal("refusal of the script", tag_of_refusal(closures.decode, unhex(out["script"])), tag)
        return
    closure = build(given)
    equal("script", closure.script, out["script"])
    equal("leaf hash", taproot.leaf_hash(closure.script), out["leafHash"])
    again = closures.decode(unhex(out["script"]))
    if "decoded" in out:
        compare_decoded(again, out["decoded"])
    equal("kind", again.kind, closure.kind)


def check_closure_decode(given, out) -> None:  # type: ignore[no-untyped-def]
    script = unhex(given["script"])
    tag = tag_of_refusal(closures.decode, script)
    if "error" in out:
        require(tag, "accepted, the SDK refuses")
    elif tag:
        require(may_refuse(tag, out["type"]), "refused: " + tag)
    else:
        compare_decoded(closures.decode(script), out)


def is_typed(given) -> bool:  # type: ignore[no-untyped-def]
    """Whether the numbers are integers at all; our functions take nothing else."""
    numbers = [given.get("absoluteTimelock", 0), given.get("timelock", {}).get("value", 0)]
    return all(type(number) is int for number in numbers)


def check_encode(given, out) -> None:  # type: ignore[no-untyped-def]
    """Parameters that must fail; those that the SDK lets pass may be refused here."""
    tag = tag_of_refusal(build, given) if is_typed(given) else "not an integer"
    if "error" in out:
        require(tag, "accepted, must fail")
    elif not tag:
        script = out.get("script") or out.get("accepted")
        if isinstance(script, str):
            equal("script", build(given).script, script)


def check_sequence(given, out) -> None:  # type: ignore[no-untyped-def]
    tag = tag_of_refusal(delays.decode, given["sequence"])
    if "error" in out:
        require(tag, "accepted, the SDK refuses")
    else:
        require(not tag, "refused: " + tag)
        equal("delay", list(delays.decode(given["sequence"])), [out["type"], out["value"]])


def is_on_curve(xonly: bytes) -> bool:
    try:
        secp256k1.lift_x(xonly)
    except secp256k1.CurveError:
        return False
    return True


def laxity(text: str, out) -> str:  # type: ignore[no-untyped-def]
    """Why a careful decoder refuses what the SDK accepts; "" if there is no reason."""
    if out["hrp"] not in ("ark", "tark"):
        return "address-hrp"
    if out["reencoded"] != text.lower():
        return "bech32-padding"
    if out["version"] != 0:
        return "address-version"
    if not is_on_curve(unhex(out["serverXonly"])) or not is_on_curve(unhex(out["vtxoKey"])):
        return "address-key"
    return ""


def check_address(given, out) -> None:  # type: ignore[no-untyped-def]
    text = given["address"]
    tag = tag_of_refusal(address.decode_ark_address, text)
    if "error" in out:
        require(tag, "accepted, the SDK refuses")
        return
    equal("refusal", tag, laxity(text, out))
    key = unhex(out["vtxoKey"])
    equal("script", taproot.p2tr_script(key), out["pkScript"])
    equal("sub-dust script", scripts.subdust_script(key), out["subdustPkScript"])
    if not tag:
        hrp, server, decoded = address.decode_ark_address(text)
        equal("prefix", hrp, out["hrp"])
        equal("server key", server, out["serverXonly"])
        equal("key", decoded, key)
        equal("encoded again", address.ark_address(hrp, server, decoded), out["reencoded"])


KINDS = {
    "vtxo-default": check_vtxo,
    "boarding": check_vtxo,
    "vtxo-delegate": check_delegate,
    "taptree-n": check_taptree_n,
    "arknote": check_note,
    "vhtlc": check_vhtlc,
    "closure": check_closure,
    "closure-decode": check_closure_decode,
    "encode": check_encode,
    "sequence-decode": check_sequence,
    "address-decode": check_address,
}
