"""Exits of the SDK vectors: CPFP children, size estimates, the next step, the final claim.

Vectors: unroll.json of the TypeScript SDK. Fees, transactions and signatures agree byte for byte.
"""

import secp256k1
from arkcore import unroll
from arkcore.address import segwit_address
from arkcore.claim import ExitCoin, claim_fee, claim_tx, exit_leaf_index
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.cpfp import FundingCoin, fund_child
from arkcore.errors import ArkError, SigningError
from arkcore.psbt import Psbt
from arkcore.taproot import TapTree, output_key, p2tr_script
from arkcore.tx import Tx, TxOut
from arkcore.weights import WeightEstimate, fee_at

from tests.conformance.mismatch import equal, require
from tests.conformance.reading import hexes, key_path_seckey, onchain_script, point, sign

MIN_RATE = 1


def cases(document):
    return [(case["id"], case) for case in document["cases"]]


def check(case):
    checks = {"bump": bump, "step": step, "sweep": sweep}
    if case["kind"] == "weight":
        check_weight(case["in"], case["out"])
        return
    require(case["kind"] in checks, "unknown kind " + case["kind"])
    try:
        got = checks[case["kind"]](case["in"])
    except ArkError as error:
        require("error" in case["out"], "refused: " + str(error))
        return
    require("error" not in case["out"], "accepted, must be refused: " + str(case["label"]))
    for name in sorted(got):
        if name in case["out"]:
            equal(name, got[name], case["out"][name])


def per_kvb(rate) -> int:
    """Sat per 1000 vB from sat per vB, at least the relay minimum."""
    if not rate or rate < MIN_RATE:
        rate = MIN_RATE
    return int(round(rate * 1000))


def own_script(seckey: bytes) -> bytes:
    """scriptPubKey of the SDK's on-chain wallet: the key alone, without scripts."""
    return p2tr_script(output_key(secp256k1.pubkey_create(seckey)[1:], b"")[0])


def funded(parent: Tx, given, rate) -> Tx:
    """The signed child of a final parent."""
    seckey = bytes.fromhex(given["privateKey"])
    script = own_script(seckey)
    coins = [FundingCoin(point(coin), TxOut(coin["value"], script)) for coin in given["coins"]]
    child = fund_child(parent, coins, script, per_kvb(rate))
    for index in range(1, len(child.tx.inputs)):
        signature = sign(key_path_seckey(seckey), child.sighash(index))
        child.tx.inputs[index].witness = [signature]
    return child.tx


def bump(given):
    parent = Tx.parse(bytes.fromhex(given["parentHex"]))
    equal("parent", to_hex_txid(parent.txid()), given["parentTxid"])
    script = own_script(bytes.fromhex(given["privateKey"]))
    hrp = given["onchainAddress"].split("1")[0]
    equal("address", segwit_address(hrp, script), given["onchainAddress"])
    equal("minimum rate", given["minFeeRate"], MIN_RATE)
    child = funded(parent, given, given["feeRateFromProvider"])
    spent = sum(value_of(given["coins"], txin) for txin in child.inputs[1:])
    return {
        "parentHex": parent.serialize(),
        "childHex": child.serialize(),
        "childTxid": to_hex_txid(child.txid()),
        "childVersion": child.version,
        "inputs": [describe_input(txin) for txin in child.inputs],
        "change": child.outputs[0].amount_sat,
        "fee": spent - child.outputs[0].amount_sat,
        "parentVsize": parent.vsize(),
        "childRealVsize": child.vsize(),
    }


def value_of(coins, txin) -> int:
    for coin in coins:
        if point(coin) == txin.outpoint:
            return coin["value"]
    return 0


def describe_input(txin):
    witness = [item.hex() for item in txin.witness]
    return {"txid": to_hex_txid(txin.txid), "vout": txin.vout, "witness": witness}


def check_weight(given, wanted) -> None:
    estimate = WeightEstimate()
    for _ in range(given["p2aInputs"]):
        estimate.add_anchor_input()
    for _ in range(given["keySpendInputs"]):
        estimate.add_key_input()
    for leaf in given["tapscriptInputs"]:
        script_bytes = leaf["leafScriptSizeWithVersion"] - 1
        estimate.add_leaf_input(leaf["witnessSize"], script_bytes, leaf["controlBlockSize"])
    for address in given["outputs"]:
        estimate.add_output(onchain_script(address))
    equal("vsize", estimate.vsize(), wanted["vsize"])
    equal("fee", fee_at(3000, estimate.vsize()), wanted["feeAt3"])


KINDS = {"TREE": unroll.TREE, "ARK": unroll.ARK, "CHECKPOINT": unroll.CHECKPOINT}


def step(given):
    chain = []
    for entry in given["chain"]:
        kind = KINDS.get(entry["type"].split("_")[-1], unroll.COMMITMENT)
        chain.append(unroll.ChainLink(from_hex_txid(entry["txid"]), kind))
    confirmed = {
        from_hex_txid(txid): status["confirmed"] for txid, status in given["onchainStatus"].items()
    }
    found = unroll.next_step(chain, confirmed)
    txid = to_hex_txid(found.link.txid)
    if found.action == unroll.WAIT:
        return {"step": "WAIT", "txid": txid}
    if found.action == unroll.DONE:
        return {"step": "DONE", "vtxoTxid": txid}
    text = given["virtualTxs"].get(txid)
    if text is None:
        raise SigningError("unroll-signature", "the transaction is not known")
    parent = unroll.finalize_psbt(Psbt.from_base64(text), found.link.kind)
    child = funded(parent, given, given["feeRate"])
    return {
        "step": "UNROLL",
        "txid": txid,
        "parentHex": parent.serialize(),
        "childHex": child.serialize(),
    }


def sweep(given):
    seckey = bytes.fromhex(given["privateKey"])
    coins = [exit_coin(vtxo, given) for vtxo in given["vtxos"]]
    destination = onchain_script(given["outputAddress"])
    # The SDK rounds the rate up to whole sat per vB here.
    rate = -(-per_kvb(given["feeRate"]) // 1000) * 1000
    fee_sat = claim_fee(coins, destination, rate)
    claim = claim_tx(coins, destination, fee_sat)
    key = secp256k1.pubkey_create(seckey)[1:]
    for index, spend in enumerate(claim.spends):
        spend.check_leaf()
        signatures = {key: sign(seckey, spend.sighash())}
        claim.tx.inputs[index].witness = spend.witness(signatures)
    return {
        "txid": to_hex_txid(claim.tx.txid()),
        "rawTx": claim.tx.serialize(),
        "fee": fee_sat,
        "vsize": claim.tx.vsize(),
    }


def exit_coin(vtxo, given) -> ExitCoin:
    status = given["status"].get(vtxo["txid"])
    if not vtxo["isUnrolled"] or not status or not status["confirmed"]:
        raise SigningError("claim-immature", "not on chain")
    tree = TapTree(hexes(vtxo["scripts"]))
    tip = given["chainTip"]
    index = exit_leaf_index(
        tree.scripts, status["blockHeight"], status["blockTime"], tip["height"], tip["time"]
    )
    output = TxOut(vtxo["value"], tree.script_pubkey())
    return ExitCoin(point(vtxo), output, tree.scripts[index], tree.control_block(index))
