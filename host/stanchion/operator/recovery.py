"""Starting again on the journal of earlier rounds."""

from __future__ import annotations

from arkcore.codec import from_hex_txid, parse_outpoint_text

from stanchion.chain.port import ChainError, ChainUnavailable
from stanchion.operator.context import OperatorContext
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.finalization import book_vtxos, settle_inputs
from stanchion.rounds.events import BatchSwept
from stanchion.rounds.round import Round


def recover(context: OperatorContext) -> None:
    """Rebuilds the VTXO set, sends commitments that never got out, fails what was cut off."""
    for round_id in context.journal.round_ids():
        round_ = context.journal.load(round_id)
        if round_.is_ended:
            _resend(context, round_)
        if round_.is_ended:
            book_vtxos(context, round_)
        elif round_.is_started:
            reason = str(OperatorError(Code.INTERNAL_ERROR, "operator restarted"))
            context.journal.append(round_id, round_.fail(reason, context.now))


def recover_spends(context: OperatorContext) -> None:
    """Once the off-chain VTXOs are booked, too: what rounds took in and what was swept."""
    for round_id in context.journal.round_ids():
        round_ = context.journal.load(round_id)
        if round_.is_ended:
            settle_inputs(context, round_)
            _note_sweeps(context, round_)


def _resend(context: OperatorContext, round_: Round) -> None:
    if context.chain.tx_status(from_hex_txid(round_.txid)).found:
        return
    try:
        context.chain.submit(bytes.fromhex(round_.commitment_tx))
    except ChainUnavailable:
        # Nothing is known about the transaction: the next start sends it again.
        return
    except ChainError as error:
        reason = str(OperatorError(Code.INTERNAL_ERROR, f"failed to broadcast: {error}"))
        context.journal.append(round_.id, round_.fail(reason, context.now))


def _note_sweeps(context: OperatorContext, round_: Round) -> None:
    for event in round_.changes:
        if not isinstance(event, BatchSwept):
            continue
        leaves = {parse_outpoint_text(point)[:32] for point in event.leaf_vtxos}
        others = {parse_outpoint_text(point) for point in event.preconfirmed_vtxos}
        for vtxo in context.vtxos:
            if vtxo.outpoint[:32] in leaves or vtxo.outpoint in others:
                vtxo.swept = True
