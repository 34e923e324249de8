"""Forfeit transactions: the old VTXO and a connector go to the operator (spec/arkade.md 5).

The transaction is always built here from its meaning; nobody signs one that came from outside.
"""

from arkcore.nodes import anchor
from arkcore.sighash import SIGHASH_ALL_ANYONECANPAY, SIGHASH_DEFAULT, taproot_sighash
from arkcore.tx import SEQUENCE_FINAL, SEQUENCE_LOCKTIME, Tx, TxIn, TxOut

VTXO_INPUT = 0


def vtxo_sequence(locktime: int) -> int:
    """Sequence of an input whose leaf has the absolute lock `locktime` (0: none)."""
    return SEQUENCE_LOCKTIME if locktime else SEQUENCE_FINAL


def forfeit_tx(
    vtxo_outpoint: bytes,
    vtxo_amount_sat: int,
    connector_outpoint: bytes,
    connector_amount_sat: int,
    forfeit_script: bytes,
    locktime: int = 0,
) -> Tx:
    """The unsigned forfeit: VTXO first, connector second, all value to `forfeit_script`.

    Outpoints are 36 bytes. `locktime` is the absolute lock of the VTXO's forfeit leaf, if it has
    one; then the VTXO input gets the sequence that lets it take effect.
    """
    return Tx(
        3,
        [TxIn(vtxo_outpoint, vtxo_sequence(locktime)), TxIn(connector_outpoint)],
        [TxOut(vtxo_amount_sat + connector_amount_sat, forfeit_script), anchor()],
        locktime,
    )


def forfeit_sighash(tx: Tx, vtxo: TxOut, connector: TxOut, leaf_hash: bytes) -> bytes:
    """What the owner signs of `forfeit_tx` (32 bytes): tapscript, DEFAULT, input 0.

    DEFAULT commits to the connector's outpoint, so the signature is void without it.
    """
    return taproot_sighash(tx, VTXO_INPUT, [vtxo, connector], leaf_hash, SIGHASH_DEFAULT)


def delegated_forfeit_tx(
    vtxo_outpoint: bytes,
    vtxo_amount_sat: int,
    dust_sat: int,
    forfeit_script: bytes,
    locktime: int = 0,
) -> Tx:
    """A forfeit that waits for its connector: one input, output = VTXO + dust (13.3)."""
    return Tx(
        3,
        [TxIn(vtxo_outpoint, vtxo_sequence(locktime))],
        [TxOut(vtxo_amount_sat + dust_sat, forfeit_script), anchor()],
        locktime,
    )


def delegated_forfeit_sighash(tx: Tx, vtxo: TxOut, leaf_hash: bytes) -> bytes:
    """What the owner signs of `delegated_forfeit_tx`: ALL|ANYONECANPAY (0x81).

    Any input of `dust_sat` completes such a forfeit, connector or not: whoever signs it trusts
    delegate and operator together.
    """
    return taproot_sighash(tx, VTXO_INPUT, [vtxo], leaf_hash, SIGHASH_ALL_ANYONECANPAY)
