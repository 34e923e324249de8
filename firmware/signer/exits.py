"""Leaving alone: the start, the children that pay for packages, the claim (invariants I5, I6).

The owner presses once to leave. From then on fees within the allowance of that press, and claims
to own keys, need no button; nothing here can pay anybody but the owner and the miners.
"""

import secp256k1
from arkcore.claim import ExitCoin, claim_fee, claim_tx
from arkcore.cpfp import FundingCoin, build_child, child_vsize
from arkcore.nodes import anchor
from arkcore.tx import Tx, TxIn, TxOut

from signer import ledger, limits, text
from signer.errors import Refused
from signer.ledger_records import KIND_BOARDING, KIND_VTXO
from signer.own_scripts import ark_script

# Witness of a tree transaction: marker and flag, one stack item, a signature of 64 bytes.
_TREE_WITNESS_BYTES = 2 + 1 + 65


def refuse_reserved(device, outpoint: bytes) -> None:
    """Raises Refused `vtxo-single-purpose` for a coin of the batch session at work."""
    if device.batch is not None and device.batch.has_input(outpoint):
        raise Refused("vtxo-single-purpose", "in a batch session")


def start_exit(device, outpoint: bytes) -> None:
    """Raises Refused `input-unknown`, `exit-not-forfeited`, `vtxo-single-purpose`, UserRefused."""
    coin = device.ledger.get_vtxo(outpoint)
    refuse_reserved(device, outpoint)
    ledger.moved(coin, ledger.EVENT_EXIT)
    if coin.state == ledger.EXITING:
        return
    budget = text.amount(limits.EXIT_BUDGET_SAT)[0]
    device.screen.confirm(
        "Leave alone",
        [
            ["Take out of Ark"] + text.amount(coin.amount_sat),
            ["without the operator.", "Fees up to", budget, "need no other press."],
        ],
    )
    device.ledger.start_exit(outpoint)
    device.ledger.exit_allowance_sat += limits.EXIT_BUDGET_SAT


def sign_cpfp(device, params: dict) -> "list[bytes]":
    """Signatures (64 bytes) of the funding inputs of a package's child.

    Raises Refused `cpfp-no-exit`, `cpfp-duplicate-input`, `exit-fee-range`, SigningError `cpfp-*`.
    """
    if not device.ledger.is_leaving():
        # Without an exit there is nothing to pay for: a host could burn the owner's coins.
        raise Refused("cpfp-no-exit")
    parent = _parent(params["parent"])
    coins, keys = _funding(device, params["funding"])
    change_script = device.keystore.onchain_script(params["change_index"])
    fee_sat = params["fee_sat"]
    child = build_child(parent, coins, change_script, fee_sat)
    stripped = len(parent.serialize(False))
    vsize = stripped + (_TREE_WITNESS_BYTES + 3) // 4 + child_vsize(len(coins), change_script)
    _approve_fee(device, "Package fee", fee_sat, vsize, device.ledger.exit_allowance_sat)
    left_sat = device.ledger.exit_allowance_sat - fee_sat
    device.ledger.exit_allowance_sat = max(0, left_sat)
    return [_sign(device, key, child.sighash(position + 1)) for position, key in enumerate(keys)]


def _parent(facts: dict) -> Tx:
    inputs = [TxIn(item["outpoint"], item["sequence"]) for item in facts["inputs"]]
    outputs = [TxOut(item["amount_sat"], item["script"]) for item in facts["outputs"]]
    if outputs[-1] != anchor():
        raise Refused("cpfp-parent", "no anchor at the end")
    return Tx(3, inputs, outputs, facts["locktime"])


def _funding(device, items) -> "tuple[list[FundingCoin], list[bytes]]":
    coins, keys = [], []
    for item in items:
        if any(coin.outpoint == item["outpoint"] for coin in coins):
            raise Refused("cpfp-duplicate-input")
        script = device.keystore.onchain_script(item["index"])
        coins.append(FundingCoin(item["outpoint"], TxOut(item["amount_sat"], script)))
        keys.append(device.keystore.onchain_spend_key(item["index"])[0])
    return coins, keys


def sign_claim(device, params: dict) -> bytes:
    """Signature (64 bytes) that takes an exited VTXO, or a boarding output, to an own key.

    Raises Refused `input-unknown`, `input-mismatch`, `exit-not-forfeited`,
    `vtxo-single-purpose`, `exit-fee-range`, SigningError `claim-*`.
    """
    outpoint, index = params["outpoint"], params["index"]
    refuse_reserved(device, outpoint)
    profile = _claim_profile(device, params)
    script = ark_script(device.keystore, profile, params["kind"], index)
    output = TxOut(params["amount_sat"], script.script_pubkey)
    coins = [ExitCoin(outpoint, output, script.exit_leaf, script.exit_control())]
    destination = device.keystore.onchain_script(params["destination_index"])
    claim = claim_tx(coins, destination, params["fee_sat"])
    vsize = claim_fee(coins, destination, 1000)
    limit_sat = limits.exit_fee_limit_sat(params["amount_sat"])
    _approve_fee(device, "Claim fee", params["fee_sat"], vsize, limit_sat)
    if params["kind"] == KIND_BOARDING:
        device.ledger.claim_boarding(outpoint)
    else:
        device.ledger.claim(outpoint)
    return _sign(device, device.keystore.owner_key(index)[0], claim.spends[0].sighash())


def _claim_profile(device, params: dict):
    """The operator under whose terms the coin was made, after checking that it may be claimed."""
    coin = device.ledger.find(params["outpoint"])
    if params["kind"] == KIND_BOARDING:
        if coin is not None and coin.kind != KIND_BOARDING:
            raise Refused("input-mismatch", "kind")
        if coin is not None and coin.state == ledger.FORFEITED:
            raise Refused("exit-not-forfeited")
        return device.require_operator()
    coin = device.ledger.get_vtxo(params["outpoint"])
    ledger.moved(coin, ledger.EVENT_CLAIM)
    if coin.amount_sat != params["amount_sat"] or coin.index != params["index"]:
        raise Refused("input-mismatch", "amount or key index")
    return device.operator_of(coin.operator_id)


def release(device, outpoint: bytes) -> None:
    """Takes back what was given to a batch that never confirmed; of a void VTXO, undoes that.

    Raises Refused `input-unknown`, `vtxo-single-purpose`, UserRefused.
    """
    refuse_reserved(device, outpoint)
    coin = device.ledger.find(outpoint)
    if coin is None:
        raise Refused("input-unknown")
    if coin.state == ledger.VOID:
        lines = ["This batch is on", "chain after all.", "Its old coins are", "given away again."]
        device.screen.confirm("Batch confirmed", [_describe(coin), lines])
        device.ledger.restore(outpoint)
        return
    device.ledger.check_release(coin)
    # The forfeit needs a connector of the batch's own commitment transaction: if that never
    # confirms, the operator holds nothing. If it did confirm, only the new VTXOs are the owner's.
    lines = ["Only if its batch is", "NOT on chain and", "never will be. New", "coins go void."]
    device.screen.confirm("Take coin back", [_describe(coin), lines])
    device.ledger.release(outpoint)


def _describe(coin) -> "list[str]":
    if coin.kind == KIND_VTXO:
        return ["VTXO of"] + text.amount(coin.amount_sat)
    return ["Boarding output"] + text.groups(bytes(reversed(coin.outpoint[:32])).hex()[:32])


def _approve_fee(device, title: str, fee_sat: int, vsize: int, limit_sat: int) -> None:
    if fee_sat > vsize * limits.MAX_FEERATE_SAT_VB:
        # No press makes such a fee sensible; it can only be a way to hurt.
        raise Refused("exit-fee-range", "%d sat for %d vB" % (fee_sat, vsize))
    if fee_sat > limit_sat:
        rate = "%d sat/vB" % (fee_sat // vsize)
        device.screen.confirm(title, [["HIGH FEE"] + text.amount(fee_sat) + [rate]])


def _sign(device, secret: bytes, digest: bytes) -> bytes:
    return secp256k1.sign_schnorr(secret, digest, device.random(32))
