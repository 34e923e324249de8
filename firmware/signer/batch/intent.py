"""What an intent means: own inputs, outputs, and what leaves the owner (invariants I4, I6)."""

import secp256k1
from arkcore.address import ark_address, segwit_address
from arkcore.codec import MAX_MONEY_SAT
from arkcore.errors import ArkError
from arkcore.nodes import is_p2tr
from arkcore.taproot import leaf_hash
from wire.terms import (
    OUTPUT_FOREIGN_ONCHAIN,
    OUTPUT_OWN_ONCHAIN,
    OUTPUT_OWN_VTXO,
)

from signer import ledger, limits, networks, text
from signer.errors import Refused
from signer.ledger_records import KIND_BOARDING, KIND_VTXO
from signer.own_scripts import ark_script

# A claim takes about 120 vB and leaves dust at least (arkcore.claim).
MIN_OWN_VTXO_SAT = 546 + 120
# A host that leaps to the last key index would leave none for later batches.
ONCHAIN_INDEX_STEP = 1_000


class IntentInput:
    """A coin of the owner: `script` is its scriptPubKey, `leaf_hash` that of its forfeit leaf."""

    __slots__ = ("kind", "outpoint", "amount_sat", "index", "script", "leaf_hash")

    def __init__(self, device, item: dict) -> None:
        self.kind = item["kind"]
        self.outpoint = item["outpoint"]
        self.amount_sat = item["amount_sat"]
        self.index = item["index"]
        script = ark_script(device.keystore, device.operator, self.kind, self.index)
        self.script = script.script_pubkey
        self.leaf_hash = leaf_hash(script.forfeit_leaf)


class IntentOutput:
    """`kind` OUTPUT_*; `index` of the own key, -1 for a foreign script."""

    __slots__ = ("kind", "amount_sat", "index", "script")

    def __init__(self, kind: int, amount_sat: int, index: int, script: bytes) -> None:
        self.kind = kind
        self.amount_sat = amount_sat
        self.index = index
        self.script = script

    @property
    def is_own(self) -> bool:
        return self.kind in (OUTPUT_OWN_VTXO, OUTPUT_OWN_ONCHAIN)

    @property
    def is_onchain(self) -> bool:
        return self.kind in (OUTPUT_OWN_ONCHAIN, OUTPUT_FOREIGN_ONCHAIN)


class Intent:
    """Inputs, outputs and the validity window in unix seconds; `is_approved` by a button."""

    __slots__ = ("inputs", "outputs", "valid_at", "expire_at", "is_approved")

    def __init__(self, inputs, outputs, valid_at: int, expire_at: int) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.valid_at = valid_at
        self.expire_at = expire_at
        self.is_approved = False

    def boarding_inputs(self) -> "list[IntentInput]":
        return [coin for coin in self.inputs if coin.kind == KIND_BOARDING]

    def has_forfeits(self) -> bool:
        return any(coin.kind == KIND_VTXO for coin in self.inputs)

    def tree_outputs(self) -> "list[IntentOutput]":
        return [output for output in self.outputs if not output.is_onchain]

    def onchain_outputs(self) -> "list[IntentOutput]":
        return [output for output in self.outputs if output.is_onchain]

    def has_tree(self) -> bool:
        return bool(self.tree_outputs())

    def input_sat(self) -> int:
        return sum([coin.amount_sat for coin in self.inputs])

    def fee_sat(self) -> int:
        return self.input_sat() - sum([output.amount_sat for output in self.outputs])


def read_inputs(device, items) -> "list[IntentInput]":
    """Raises Refused `intent-duplicate-input`, `input-unknown`, `input-mismatch`,
    `vtxo-single-purpose`, `operator-pinned`."""
    inputs = []
    for item in items:
        point = item["outpoint"]
        for earlier in inputs:
            if earlier.outpoint == point:
                raise Refused("intent-duplicate-input")
        _check_coin(device, item)
        inputs.append(IntentInput(device, item))
    if not inputs:
        raise Refused("intent-empty", "no inputs")
    return inputs


def _check_coin(device, item: dict) -> None:
    coin = device.ledger.find(item["outpoint"])
    if coin is None:
        if item["kind"] == KIND_BOARDING:
            # A boarding output is not in the ledger: its script is derived, and a false amount
            # makes the signature worthless, since it commits to the amount.
            return
        raise Refused("input-unknown")
    if coin.kind != item["kind"]:
        raise Refused("input-mismatch", "kind")
    ledger.moved(coin, ledger.EVENT_PLEDGED)
    if coin.kind == KIND_BOARDING:
        return
    if coin.amount_sat != item["amount_sat"] or coin.index != item["index"]:
        raise Refused("input-mismatch", "amount or key index")
    if coin.operator_id != device.operator.operator_id:
        # The script holds the key of the operator that made it; under another profile the device
        # would sign for a script that is not this coin's.
        raise Refused("operator-pinned", "VTXO of another operator")


def read_outputs(device, items) -> "list[IntentOutput]":
    """Raises Refused `intent-output`, `onchain-index`, `amount-dust`, `amount-range`."""
    outputs = []
    for item in items:
        floor_sat = device.operator.dust_sat
        if item["kind"] == OUTPUT_OWN_VTXO:
            # Smaller, it could enter Ark unattended and never leave it without the operator.
            floor_sat = max(floor_sat, MIN_OWN_VTXO_SAT)
        if item["amount_sat"] < floor_sat:
            raise Refused("amount-dust", "%d sat" % item["amount_sat"])
        if item["amount_sat"] > MAX_MONEY_SAT:
            raise Refused("amount-range")
        outputs.append(_read_output(device, item))
    if not outputs:
        raise Refused("intent-empty", "no outputs")
    return outputs


def _read_output(device, item: dict) -> IntentOutput:
    kind = item["kind"]
    index = item.get("index")
    script = item.get("script")
    if kind in (OUTPUT_OWN_VTXO, OUTPUT_OWN_ONCHAIN):
        if index is None or script is not None:
            # An own output is derived here. A script beside it could only be somebody's wish
            # that another one be taken for the owner's.
            raise Refused("intent-output", "own output takes an index alone")
        if kind == OUTPUT_OWN_VTXO:
            script = ark_script(device.keystore, device.operator, KIND_VTXO, index).script_pubkey
        else:
            script = device.keystore.onchain_script(index)
            _check_onchain_index(device, index)
        return IntentOutput(kind, item["amount_sat"], index, script)
    if script is None or index is not None:
        raise Refused("intent-output", "foreign output takes a script alone")
    destination(device, kind, script)
    return IntentOutput(kind, item["amount_sat"], -1, script)


def _check_onchain_index(device, index: int) -> None:
    """Raises Refused `onchain-index`.

    An output on chain is bound to no session, as one in the tree is by its cosigner key. Were the
    same script agreed twice, two coins could be given for one output, even of a batch long past.
    """
    lowest = device.ledger.next_onchain_index
    if not lowest <= index < lowest + ONCHAIN_INDEX_STEP:
        raise Refused("onchain-index", "%d, next is %d" % (index, lowest))


def destination(device, kind: int, script: bytes) -> str:
    """Address of a foreign output. Raises Refused `intent-output`: nobody could judge it."""
    try:
        if kind == OUTPUT_FOREIGN_ONCHAIN:
            return segwit_address(networks.segwit_hrp(device.keystore.network), script)
        if not is_p2tr(script):
            raise Refused("intent-output", "VTXO is not P2TR")
        secp256k1.lift_x(script[2:])
        return ark_address(device.operator.hrp, device.operator.signer_xonly, script[2:])
    except (secp256k1.CurveError, ArkError) as error:
        raise Refused("intent-output", str(error))


def check_window(valid_at: int, expire_at: int) -> None:
    """Raises Refused `intent-expiry-range`.

    The device has no clock: it bounds how long a register message lives, so that an operator
    cannot keep one and bring it up when it suits him.
    """
    if not 0 < valid_at < expire_at or expire_at - valid_at > limits.INTENT_WINDOW_SECONDS:
        raise Refused("intent-expiry-range", "%d to %d" % (valid_at, expire_at))


def approve(device, intent: Intent) -> None:
    """Lets pass what returns to the owner within the fee limit; asks the screen for the rest.

    Raises Refused `intent-overspend`, UserRefused.
    """
    fee_sat = intent.fee_sat()
    if fee_sat < 0:
        raise Refused("intent-overspend", "%d sat more out than in" % -fee_sat)
    outward = [output for output in intent.outputs if not output.is_own]
    fee_title = _fee_title(device, intent)
    if not outward and not fee_title:
        return
    pages = []
    for output in outward:
        way = "on chain" if output.is_onchain else "in Ark"
        pages.append(["Pay " + way] + text.amount(output.amount_sat))
        address = destination(device, output.kind, output.script)
        pages += text.pages(text.groups(address))
    pages.append([fee_title or "Fee"] + text.amount(fee_sat))
    device.screen.confirm("Send" if outward else "Renew", pages)
    intent.is_approved = True


def _fee_title(device, intent: Intent) -> str:
    """What the screen says of the fee when it has to ask; "" within the limits."""
    fee_sat = intent.fee_sat()
    if fee_sat > limits.intent_fee_limit_sat(intent.input_sat()):
        return "HIGH FEE"
    # Many small fees are a large one: without this a host could refresh a wallet away.
    if device.ledger.unattended_fee_sat + fee_sat > limits.UNATTENDED_FEE_SAT:
        return "FEES ADD UP"
    return ""
