"""bark VTXOs: decoded, validated against their funding transaction, exits rebuilt, re-encoded.

Vectors: unit tests of bark, both encoding versions; derived fields by an independent checker.
"""

from arkcore.bark.policy import HTLC_RECEIVE_V0, HTLC_SEND_V0
from arkcore.bark.vtxo import BarkVtxo
from arkcore.codec import outpoint_text, to_hex_txid
from arkcore.tx import Tx

from tests.conformance.mismatch import equal, must_refuse, require
from tests.conformance.reading import hexes


def cases(document):
    fundings = document["chain_anchor_txs"]
    return [(case["name"], (case, fundings[case["chain_anchor_tx"]])) for case in document["vtxos"]]


def check(case_and_funding):
    case, funding = case_and_funding
    data = bytes.fromhex(case["hex"])
    vtxo = BarkVtxo.parse(data)
    equal("encoding", vtxo.serialize(), case["v2_hex"])
    check_fields(vtxo, case)
    steps = vtxo.validate(Tx.parse(bytes.fromhex(funding)))
    equal("exit txids", [to_hex_txid(step.tx.txid()) for step in steps], case["exit_txids"])
    equal("exit txs", [step.tx.serialize().hex() for step in steps], case["exit_txs"])
    vtxo.check_standard()
    must_refuse("a byte too many", BarkVtxo.parse, data + b"\x00")
    must_refuse("a byte too few", BarkVtxo.parse, data[:-1])


def check_fields(vtxo, case) -> None:
    equal("id", outpoint_text(vtxo.point), case["id"])
    equal("anchor", outpoint_text(vtxo.anchor), case["chain_anchor"])
    for name in ("amount_sat", "expiry_height", "exit_delta"):
        equal(name, getattr(vtxo, name), case[name])
    equal("server key", vtxo.server_key, case["server_pubkey"])
    equal("depth", len(vtxo.genesis), case["exit_depth"])
    equal("transitions", [item.transition.name for item in vtxo.genesis], case["transitions"])
    equal("fees", [item.fee_sat for item in vtxo.genesis], case["item_fee_sat"])
    equal("vouts", [item.vout for item in vtxo.genesis], case["item_output_idx"])
    others = [len(item.others) for item in vtxo.genesis]
    equal("other outputs", others, case["item_nb_other_outputs"])
    funding = case["chain_anchor_output"]
    equal("anchor amount", vtxo.anchor_output().amount_sat, funding["value_sat"])
    equal("anchor script", vtxo.anchor_output().script, funding["script_pubkey"])
    equal("script", vtxo.output.script, case["final_output_script"])
    equal("leaves", vtxo.output.tree.scripts, hexes(case["final_output_leaves"]))
    check_policy(vtxo.policy, case["policy"])


def check_policy(policy, given) -> None:
    equal("policy", policy.kind, given["type_byte"])
    equal("user key", policy.user_key, given["user_pubkey"])
    legacy = policy.kind in (HTLC_SEND_V0, HTLC_RECEIVE_V0)
    require(legacy == given["kind"].endswith("-v0"), "policy kind " + given["kind"])
    if "payment_hash" in given:
        equal("payment hash", policy.payment_hash, given["payment_hash"])
        equal("HTLC expiry", policy.htlc_expiry, given["htlc_expiry"])
