"""On-chain outputs that want into a batch, checked against the chain (spec/arkade.md 7.4)."""

from __future__ import annotations

from collections.abc import Sequence

from arkcore import closures, delays
from arkcore.codec import parse_outpoint_text
from arkcore.tx import Tx, TxOut

from stanchion.chain.port import TxStatus
from stanchion.operator.config import UNLIMITED
from stanchion.operator.context import OperatorContext
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.script_policy import check_vtxo_script
from stanchion.rounds.intent import IntentInput

_EXIT_MARGIN_SECONDS = 300


def check_boarding_input(
    context: OperatorContext, coin: IntentInput, scripts: Sequence[bytes], prevout: TxOut
) -> None:
    """Raises OperatorError unless the coin is confirmed, unspent, ours to co-sign and not too old.

    Once its exit delay is over, the owner could take the coin back while the batch waits for its
    confirmation.
    """
    config = context.config
    point = parse_outpoint_text(coin.outpoint)
    raw = context.chain.raw_tx(point[:32])
    status = context.chain.tx_status(point[:32])
    if raw is None or not status.confirmed:
        raise OperatorError(Code.TX_NOT_FOUND, f"tx of {coin.outpoint} is not confirmed")
    outputs = Tx.parse(raw).outputs
    vout = int.from_bytes(point[32:], "little")
    if vout >= len(outputs) or outputs[vout] != prevout:
        raise OperatorError(Code.INVALID_INTENT_PSBT, f"witness utxo of {coin.outpoint} differs")
    if context.chain.spender(point) is not None:
        raise OperatorError(Code.VTXO_ALREADY_SPENT, f"{coin.outpoint} already spent")
    sequence = config.vtxo_exit_sequence if coin.unrolled else config.boarding_exit_sequence
    check_vtxo_script(scripts, prevout.script, context.keys.signer_xonly, sequence)
    _check_age(context, coin, scripts, status)
    if config.utxo_max_sat == 0:
        raise OperatorError(Code.AMOUNT_TOO_HIGH, "boarding is disabled")
    if coin.amount_sat < config.utxo_min_sat:
        raise OperatorError(Code.AMOUNT_TOO_LOW, f"{coin.amount_sat} sat")
    if config.utxo_max_sat != UNLIMITED and coin.amount_sat > config.utxo_max_sat:
        raise OperatorError(Code.AMOUNT_TOO_HIGH, f"{coin.amount_sat} sat")


def _check_age(
    context: OperatorContext, coin: IntentInput, scripts: Sequence[bytes], status: TxStatus
) -> None:
    sequences = [closures.decode(script).sequence for script in scripts]
    spans = [delays.decode(sequence) for sequence in sequences if sequence is not None]
    unit, value = min(spans, key=lambda span: span[1])
    tip = context.chain.tip()
    if unit == "blocks":
        over = tip.height + 1 >= (status.height or 0) + value
    else:
        margin = _EXIT_MARGIN_SECONDS if coin.unrolled else 0
        over = tip.time + margin >= (status.block_time or 0) + value
    if over:
        raise OperatorError(Code.INVALID_PSBT_INPUT, f"tx of {coin.outpoint} expired")
