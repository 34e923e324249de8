"""What has to be true of an off-chain transaction before it is signed (spec/arkade.md 10.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arkcore import arkfields, closures, conditions
from arkcore.codec import outpoint, outpoint_text
from arkcore.errors import ArkError, SigningError
from arkcore.nodes import anchor, is_p2tr
from arkcore.offchain import (
    LOCKTIME_SECONDS,
    Checkpoint,
    VtxoInput,
    ark_spend,
    ark_tx,
    checkpoint,
)
from arkcore.psbt import Psbt, PsbtMap
from arkcore.scripts import subdust_script
from arkcore.tapsigs import LeafSpend
from arkcore.tx import TxOut

from stanchion.operator.config import UNLIMITED
from stanchion.operator.context import OperatorContext
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.script_policy import check_vtxo_script
from stanchion.operator.settlement import SignedLeaf, read_leaf
from stanchion.operator.vtxos import Vtxo

_SUBDUST_PREFIX = subdust_script(bytes(32))[:2]
_SUBDUST_BYTES = 34


@dataclass(frozen=True)
class CheckpointRequest:
    """A checkpoint as submitted (`psbt`), the VTXO that it spends, and it as rebuilt here."""

    psbt: Psbt
    vtxo: Vtxo
    rebuilt: Checkpoint


def parse_psbt(text: object, code: Code) -> Psbt:
    """Raises OperatorError with `code`."""
    try:
        if not isinstance(text, str):
            raise OperatorError(code, "base64 PSBT expected")
        return Psbt.from_base64(text)
    except ArkError as error:
        raise OperatorError(code, str(error)) from error


def is_subdust(txout: TxOut) -> bool:
    """An output below dust stands as OP_RETURN with the VTXO key (spec/arkade.md 2.8)."""
    return len(txout.script) == _SUBDUST_BYTES and txout.script[:2] == _SUBDUST_PREFIX


def check_checkpoint(context: OperatorContext, psbt: Psbt) -> CheckpointRequest:
    """Raises OperatorError; the checkpoint is rebuilt from the VTXO and the operator's own leaf."""
    if len(psbt.tx.inputs) != 1:
        raise OperatorError(Code.INVALID_CHECKPOINT_PSBT, "one input expected")
    point = psbt.tx.inputs[0].outpoint
    vtxo = context.vtxos.get(point)
    if vtxo is None:
        raise OperatorError(Code.VTXO_NOT_FOUND, f"{outpoint_text(point)} not found")
    _check_spendable(context, vtxo)
    try:
        [prevout] = psbt.prevouts()
        leaf = read_leaf(psbt.inputs[0])
        scripts = arkfields.taptree(psbt.inputs[0])
    except ArkError as error:
        raise OperatorError(Code.INVALID_PSBT_INPUT, str(error)) from error
    if prevout != TxOut(vtxo.amount_sat, vtxo.script):
        raise OperatorError(Code.INVALID_PSBT_INPUT, f"witness utxo of {vtxo.text} differs")
    if scripts is None or leaf.script not in scripts:
        raise OperatorError(Code.INVALID_PSBT_INPUT, f"taptree of {vtxo.text} lacks the leaf")
    sequence = context.config.vtxo_exit_sequence
    check_vtxo_script(scripts, vtxo.script, context.keys.signer_xonly, sequence)
    _check_lock(context, leaf.script)
    return CheckpointRequest(psbt, vtxo, _rebuilt(context, psbt, vtxo, leaf))


def _rebuilt(context: OperatorContext, psbt: Psbt, vtxo: Vtxo, leaf: SignedLeaf) -> Checkpoint:
    spent = VtxoInput(vtxo.outpoint, TxOut(vtxo.amount_sat, vtxo.script), leaf.script, leaf.control)
    try:
        rebuilt = checkpoint(spent, context.keys.checkpoint_leaf(context.config))
        rebuilt.spend().check_leaf()
    except ArkError as error:
        raise OperatorError(Code.INVALID_VTXO_SCRIPT, str(error)) from error
    if rebuilt.txid != psbt.tx.txid():
        raise OperatorError(Code.CHECKPOINT_MISMATCH, f"checkpoint of {vtxo.text} differs")
    return rebuilt


def _check_spendable(context: OperatorContext, vtxo: Vtxo) -> None:
    if context.convictions.is_banned(vtxo.script.hex(), context.now):
        raise OperatorError(Code.VTXO_BANNED, f"{vtxo.text} is banned")
    if vtxo.spent:
        raise OperatorError(Code.VTXO_ALREADY_SPENT, f"{vtxo.text} already spent")
    if vtxo.unrolled:
        raise OperatorError(Code.VTXO_ALREADY_UNROLLED, f"{vtxo.text} already unrolled")
    if vtxo.swept or vtxo.expired(context.now, context.chain.tip().height):
        raise OperatorError(Code.VTXO_RECOVERABLE, f"{vtxo.text} is recoverable")


def _check_lock(context: OperatorContext, script: bytes) -> None:
    try:
        closure = closures.decode(script)
    except ArkError as error:
        raise OperatorError(Code.INVALID_VTXO_SCRIPT, str(error)) from error
    if closure.locktime is not None:
        by_time = closure.locktime >= LOCKTIME_SECONDS
        tip = context.chain.tip()
        if closure.locktime > (tip.median_time if by_time else tip.height):
            raise OperatorError(Code.FORFEIT_CLOSURE_LOCKED, f"locked until {closure.locktime}")


def order_checkpoints(ark: Psbt, requests: Sequence[CheckpointRequest]) -> list[CheckpointRequest]:
    """The checkpoints in the order in which the ark transaction spends them."""
    by_outpoint = {outpoint(one.rebuilt.txid, 0): one for one in requests}
    points = [txin.outpoint for txin in ark.tx.inputs]
    if len(by_outpoint) != len(requests) or set(points) != set(by_outpoint):
        raise OperatorError(Code.ARK_TX_MISMATCH, "inputs are not the submitted checkpoints")
    if len(points) != len(requests):
        raise OperatorError(Code.ARK_TX_MISMATCH, "a checkpoint is spent twice")
    return [by_outpoint[point] for point in points]


def check_ark_tx(context: OperatorContext, ark: Psbt, checkpoints: Sequence[Checkpoint]) -> None:
    """The outputs are allowed, the transaction is what would be built here, its owners signed."""
    config = context.config
    if not ark.tx.outputs or ark.tx.outputs[-1] != anchor():
        raise OperatorError(Code.MALFORMED_ARK_TX, "the last output is not the anchor")
    outputs = ark.tx.outputs[:-1]
    for txout in outputs:
        _check_output(context, txout)
    try:
        rebuilt = ark_tx(list(checkpoints), list(outputs), config.max_op_return_outputs)
    except ArkError as error:
        raise OperatorError(Code.MALFORMED_ARK_TX, str(error)) from error
    if rebuilt.txid() != ark.tx.txid():
        raise OperatorError(Code.ARK_TX_MISMATCH, "ark transaction differs from the rebuilt one")
    if ark.tx.weight() > config.max_proof_weight:
        raise OperatorError(Code.TX_TOO_LARGE, f"{ark.tx.weight()} weight units")
    signer = context.keys.signer_xonly
    for index, fields in enumerate(ark.inputs):
        check_signed(ark_spend(ark.tx, index, list(checkpoints)), fields, (signer,))


def _check_output(context: OperatorContext, txout: TxOut) -> None:
    config = context.config
    if is_subdust(txout):
        if txout.amount_sat >= config.dust_sat:
            raise OperatorError(Code.MALFORMED_ARK_TX, "OP_RETURN form above dust")
    elif not is_p2tr(txout.script):
        raise OperatorError(Code.MALFORMED_ARK_TX, "output is neither P2TR nor below dust")
    elif txout.amount_sat < config.dust_sat:
        raise OperatorError(Code.AMOUNT_TOO_LOW, f"{txout.amount_sat} sat as P2TR")
    if txout.amount_sat < config.vtxo_min_sat:
        raise OperatorError(Code.AMOUNT_TOO_LOW, f"{txout.amount_sat} sat")
    if config.vtxo_max_sat != UNLIMITED and txout.amount_sat > config.vtxo_max_sat:
        raise OperatorError(Code.AMOUNT_TOO_HIGH, f"{txout.amount_sat} sat")


def check_signed(spend: LeafSpend, fields: PsbtMap, excused: tuple[bytes, ...]) -> None:
    """Every key of the leaf but the excused ones has signed this very transaction.

    Raises OperatorError ARK_TX_INPUT_NOT_SIGNED, INVALID_SIGNATURE, INVALID_PSBT_INPUT.
    """
    try:
        leaf = read_leaf(fields)
        if leaf.script != spend.leaf_script:
            raise OperatorError(Code.INVALID_PSBT_INPUT, f"input {spend.index}, another leaf")
        spend.check_signatures(dict(leaf.signatures), excused)
        closure = closures.decode(leaf.script)
        met = not closure.condition or conditions.evaluate(
            closure.condition, arkfields.condition(fields) or []
        )
    except SigningError as error:
        missing = error.tag == "tapsig-missing"
        code = Code.ARK_TX_INPUT_NOT_SIGNED if missing else Code.INVALID_SIGNATURE
        raise OperatorError(code, f"input {spend.index}: {error}") from error
    except ArkError as error:
        raise OperatorError(Code.INVALID_PSBT_INPUT, f"input {spend.index}: {error}") from error
    if not met:
        raise OperatorError(Code.INVALID_SIGNATURE, f"input {spend.index}: condition is not met")
