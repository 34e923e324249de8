"""What a finalized round did to VTXOs, read from the aggregate alone."""

from __future__ import annotations

from arkcore.codec import outpoint, outpoint_text
from arkcore.nodes import is_p2tr
from arkcore.psbt import Psbt
from arkcore.tx import TxOut

from stanchion.rounds.round import Round


def created_outputs(round_: Round) -> dict[bytes, TxOut]:
    """The VTXOs of an ended round by outpoint (36 bytes); none before its end."""
    created: dict[bytes, TxOut] = {}
    if not round_.is_ended:
        return created
    for leaf in round_.vtxo_tree:
        if leaf.is_leaf:
            tx = Psbt.from_base64(leaf.tx).tx
            txid = tx.txid()
            for vout, txout in enumerate(tx.outputs):
                if is_p2tr(txout.script):
                    created[outpoint(txid, vout)] = txout
    return created


def spent_vtxos(round_: Round) -> tuple[str, ...]:
    """Outpoints of the VTXOs that an ended round took in; boarding outputs are not among them."""
    if not round_.is_ended:
        return ()
    return tuple(
        coin.outpoint
        for intent in round_.intents.values()
        for coin in intent.inputs
        if not coin.boarding
    )


def is_live(vtxo: str, created_by: Round, later: list[Round], now: int) -> bool:
    """True while a VTXO (outpoint text) exists, is neither spent nor swept, and not expired.

    `later` are the rounds that may have spent it; `now` is unix seconds.
    """
    created = {outpoint_text(point) for point in created_outputs(created_by)}
    if vtxo not in created or created_by.swept or now >= created_by.expiry_timestamp:
        return False
    return not any(vtxo in spent_vtxos(round_) for round_ in later)
