"""From a proof and a message to a registered intent (spec/arkade.md 7.4, in that order)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from arkcore import arkfields, closures, intent
from arkcore.address import segwit_address
from arkcore.codec import outpoint_text, to_hex_txid
from arkcore.errors import ArkError
from arkcore.intent_message import IntentMessage, parse_message
from arkcore.intent_proof import proof_fee, verify
from arkcore.nodes import is_p2tr
from arkcore.psbt import Psbt, tap_leaf_scripts
from arkcore.tx import TxOut

from stanchion.operator.boarding import check_boarding_input
from stanchion.operator.config import UNLIMITED
from stanchion.operator.context import OperatorContext
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.script_policy import check_vtxo_script
from stanchion.operator.vtxos import Vtxo
from stanchion.rounds.intent import Intent, IntentInput, Receiver

_EMPTY_RETURN = b"\x6a"
_SIGNATURE_WEIGHT = 66


class Proof:
    """A parsed proof and the message that it proves, in canonical form."""

    def __init__(self, proof_text: str, message_text: str, kind: str) -> None:
        """Raises OperatorError INVALID_INTENT_PSBT, INVALID_INTENT_MESSAGE."""
        self.text = proof_text
        try:
            self.message: IntentMessage = parse_message(message_text, kind)
            self.canonical = self.message.encode()
        except ArkError as error:
            raise OperatorError(Code.INVALID_INTENT_MESSAGE, str(error)) from error
        try:
            self.psbt = Psbt.from_base64(proof_text)
            self.prevouts = self.psbt.prevouts()
        except ArkError as error:
            raise OperatorError(Code.INVALID_INTENT_PSBT, str(error)) from error
        if len(self.psbt.inputs) < 2:
            raise OperatorError(Code.INVALID_INTENT_PSBT, "proof has no inputs")

    @property
    def outpoints(self) -> list[bytes]:
        """The proven coins, in order."""
        return [txin.outpoint for txin in self.psbt.tx.inputs[1:]]

    def check(self, signer_xonly: bytes) -> None:
        """Raises OperatorError INVALID_INTENT_PROOF unless every coin is proven."""
        try:
            verify(self.psbt, self.canonical, [signer_xonly])
        except ArkError as error:
            raise OperatorError(Code.INVALID_INTENT_PROOF, str(error)) from error

    def scripts(self, index: int) -> list[bytes]:
        """Leaves of proof input `index`. Raises OperatorError INVALID_INTENT_PSBT."""
        try:
            leaves = arkfields.taptree(self.psbt.inputs[index])
        except ArkError as error:
            raise OperatorError(Code.INVALID_INTENT_PSBT, str(error)) from error
        if leaves is None:
            raise OperatorError(Code.INVALID_INTENT_PSBT, f"missing taptree of input {index}")
        return list(leaves)


def check_time(message: IntentMessage, now: int) -> None:
    """Raises OperatorError INVALID_INTENT_TIMERANGE."""
    if message.valid_at and now < message.valid_at:
        raise OperatorError(Code.INVALID_INTENT_TIMERANGE, "proof is not valid yet")
    if message.expire_at and now >= message.expire_at:
        raise OperatorError(Code.INVALID_INTENT_TIMERANGE, "proof has expired")


def build_intent(context: OperatorContext, proof_text: str, message_text: str) -> Intent:
    """The intent that a proof registers. Raises OperatorError."""
    proof = Proof(proof_text, message_text, intent.REGISTER)
    check_time(proof.message, context.now)
    inputs = _inputs(context, proof)
    proof.check(context.keys.signer_xonly)
    _check_weight(context, proof)
    receivers = _receivers(context, proof)
    _check_cosigners(context, proof.message, receivers)
    _check_fee(context, proof, inputs, receivers)
    for index, coin in enumerate(inputs, 1):
        if coin.boarding:
            check_boarding_input(context, coin, proof.scripts(index), proof.prevouts[index])
    return Intent(
        id=str(uuid.uuid4()),
        proof=proof.text,
        message=proof.canonical,
        txid=to_hex_txid(proof.psbt.tx.txid()),
        inputs=tuple(inputs),
        receivers=tuple(receivers),
        cosigners=tuple(key.hex() for key in proof.message.cosigners),
        valid_at=proof.message.valid_at,
        expire_at=proof.message.expire_at,
    )


def estimate_fee(context: OperatorContext, proof_text: str, message_text: str) -> int:
    """What the described intent would cost, in sat; nothing is proven. Raises OperatorError."""
    proof = Proof(proof_text, message_text, intent.ESTIMATE_FEE)
    check_time(proof.message, context.now)
    return context.fees.fee_sat(_inputs(context, proof), _receivers(context, proof))


def _inputs(context: OperatorContext, proof: Proof) -> list[IntentInput]:
    found: list[IntentInput] = []
    seen: set[bytes] = set()
    for index, point in enumerate(proof.outpoints, 1):
        if point in seen:
            raise OperatorError(Code.INVALID_INTENT_PROOF, "duplicated input in the proof")
        seen.add(point)
        vtxo = context.vtxos.get(point)
        if vtxo is None:
            if proof.message.onchain_indexes:
                message = "cannot include onchain inputs and outputs"
                raise OperatorError(Code.INVALID_INTENT_PSBT, message)
            coin = _coin(outpoint_text(point), proof.prevouts[index], boarding=True)
        else:
            coin = _vtxo_input(context, proof, index, vtxo)
        if context.convictions.is_banned(coin.script, context.now):
            raise OperatorError(Code.VTXO_BANNED, f"{coin.outpoint} is banned")
        found.append(coin)
    return found


def _coin(point: str, prevout: TxOut, **flags: bool) -> IntentInput:
    return IntentInput(point, prevout.amount_sat, prevout.script.hex(), **flags)


def _vtxo_input(context: OperatorContext, proof: Proof, index: int, vtxo: Vtxo) -> IntentInput:
    prevout = proof.prevouts[index]
    if vtxo.spent:
        raise OperatorError(Code.VTXO_ALREADY_SPENT, f"{vtxo.text} already spent")
    if prevout != TxOut(vtxo.amount_sat, vtxo.script):
        raise OperatorError(Code.INVALID_INTENT_PSBT, f"witness utxo of {vtxo.text} differs")
    expired = vtxo.expired(context.now, context.chain.tip().height)
    coin = _coin(
        vtxo.text,
        prevout,
        boarding=vtxo.unrolled,
        swept=vtxo.swept,
        expired=expired,
        unrolled=vtxo.unrolled,
    )
    if coin.requires_forfeit:
        check_vtxo_script(
            proof.scripts(index),
            vtxo.script,
            context.keys.signer_xonly,
            context.config.vtxo_exit_sequence,
        )
    return coin


def _check_weight(context: OperatorContext, proof: Proof) -> None:
    """Raises OperatorError TX_TOO_LARGE: a proof must stay below what a block would take."""
    weight = proof.psbt.tx.weight()
    for fields in proof.psbt.inputs:
        for control, script in tap_leaf_scripts(fields):
            keys = len(closures.decode(script).keys)
            weight += keys * _SIGNATURE_WEIGHT + len(script) + len(control)
    if weight > context.config.max_proof_weight:
        raise OperatorError(Code.TX_TOO_LARGE, f"{weight} over {context.config.max_proof_weight}")


def _receivers(context: OperatorContext, proof: Proof) -> list[Receiver]:
    outputs = proof.psbt.tx.outputs
    if [txout.script for txout in outputs] == [_EMPTY_RETURN]:
        raise OperatorError(Code.INVALID_INTENT_PROOF, "proof does not contain outputs")
    onchain = set(proof.message.onchain_indexes)
    if onchain - set(range(len(outputs))):
        raise OperatorError(Code.INVALID_INTENT_MESSAGE, "onchain output index out of range")
    return [
        _onchain_receiver(context, txout) if index in onchain else _vtxo_receiver(context, txout)
        for index, txout in enumerate(outputs)
    ]


def _onchain_receiver(context: OperatorContext, txout: TxOut) -> Receiver:
    config = context.config
    try:
        segwit_address(config.segwit_hrp, txout.script)
    except ArkError as error:
        raise OperatorError(Code.INVALID_PKSCRIPT, str(error)) from error
    check_amount(txout.amount_sat, config.utxo_min_sat, config.utxo_max_sat)
    return Receiver(txout.script.hex(), txout.amount_sat, onchain=True)


def _vtxo_receiver(context: OperatorContext, txout: TxOut) -> Receiver:
    config = context.config
    if not is_p2tr(txout.script):
        raise OperatorError(Code.INVALID_PKSCRIPT, "offchain output is not P2TR")
    check_amount(txout.amount_sat, config.dust_sat, config.vtxo_max_sat)
    return Receiver(txout.script.hex(), txout.amount_sat)


def check_amount(amount_sat: int, least_sat: int, most_sat: int) -> None:
    """Raises OperatorError AMOUNT_TOO_LOW, AMOUNT_TOO_HIGH; -1 sets no limit."""
    if amount_sat < least_sat:
        raise OperatorError(Code.AMOUNT_TOO_LOW, f"{amount_sat} sat, at least {least_sat}")
    if most_sat != UNLIMITED and amount_sat > most_sat:
        raise OperatorError(Code.AMOUNT_TOO_HIGH, f"{amount_sat} sat, at most {most_sat}")


def _check_cosigners(
    context: OperatorContext, message: IntentMessage, receivers: Sequence[Receiver]
) -> None:
    offchain = any(not receiver.onchain for receiver in receivers)
    if offchain and not message.cosigners:
        raise OperatorError(Code.INVALID_INTENT_MESSAGE, "missing cosigners public keys")
    if context.keys.tree[1:] in [key[1:] for key in message.cosigners]:
        raise OperatorError(Code.INVALID_INTENT_MESSAGE, "the operator's own key is no cosigner")


def _check_fee(
    context: OperatorContext,
    proof: Proof,
    inputs: Sequence[IntentInput],
    receivers: Sequence[Receiver],
) -> None:
    required = context.fees.fee_sat(inputs, receivers)
    try:
        paid = proof_fee(proof.psbt)
    except ArkError as error:
        raise OperatorError(Code.INTENT_INSUFFICIENT_FEE, str(error)) from error
    if paid < required:
        metadata = {"min_fee": str(required), "actual_fee": str(paid)}
        raise OperatorError(Code.INTENT_INSUFFICIENT_FEE, f"{paid} of {required} sat", metadata)
