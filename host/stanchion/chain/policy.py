"""Relay policy of one transaction, as Bitcoin Core 29 and later apply it where Ark depends on it.

Texts of the refusals are the node's own, so that callers read one language whatever the source.
Sources: policy/policy.cpp, policy/truc_policy.cpp, policy/ephemeral_policy.cpp; BIP-68, BIP-113,
BIP-431.
"""

from arkcore.claim import is_mature
from arkcore.nodes import ANCHOR_SCRIPT, is_p2tr
from arkcore.tx import Tx, TxIn, TxOut

from stanchion.chain.blocks import is_coinbase
from stanchion.chain.port import TxRejected

MIN_RELAY_SAT_PER_KVB = 1000
INCREMENTAL_SAT_PER_KVB = 1000
TRUC_VERSION = 3
TRUC_MAX_VSIZE = 10_000
TRUC_CHILD_MAX_VSIZE = 1_000
MAX_CLUSTER_TXS = 25
MAX_REPLACED_TXS = 100
_MAX_WEIGHT = 400_000
_MIN_STRIPPED_BYTES = 65
_DUST_SAT_PER_KVB = 3000
_MAX_TAPSCRIPT_ITEM = 80
_SEQUENCE_DISABLED = 1 << 31
_LOCKTIME_THRESHOLD = 500_000_000


def _is_witness_program(script: bytes) -> bool:
    if len(script) < 4 or len(script) > 42 or script[1] != len(script) - 2:
        return False
    return script[0] == 0 or 0x51 <= script[0] <= 0x60


def dust_limit_sat(script: bytes) -> int:
    """Least amount worth spending at 3 sat/vB: 330 for P2TR, 294 for P2WPKH, 240 for P2A."""
    if script[:1] == b"\x6a":
        return 0
    spend_vsize = 67 if _is_witness_program(script) else 148
    return (8 + 1 + len(script) + spend_vsize) * _DUST_SAT_PER_KVB // 1000


def dust_outputs(tx: Tx) -> list[int]:
    """Indexes of outputs under their dust limit (ephemeral anchors are such)."""
    return [
        index
        for index, txout in enumerate(tx.outputs)
        if txout.amount_sat < dust_limit_sat(txout.script)
    ]


def _is_standard_script(script: bytes) -> bool:
    p2pkh = len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac"
    p2sh = len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87"
    return p2pkh or p2sh or script[:1] == b"\x6a" or _is_witness_program(script)


def check_standard(tx: Tx) -> None:
    """Raises TxRejected unless the transaction has a form that nodes relay."""
    if is_coinbase(tx):
        raise TxRejected("coinbase")
    if not tx.inputs:
        raise TxRejected("bad-txns-vin-empty")
    if not tx.outputs:
        raise TxRejected("bad-txns-vout-empty")
    if tx.version < 1 or tx.version > TRUC_VERSION:
        raise TxRejected("version")
    if tx.weight() > _MAX_WEIGHT:
        raise TxRejected("tx-size")
    if len(tx.serialize(False)) < _MIN_STRIPPED_BYTES:
        raise TxRejected("tx-size-small")
    if len({txin.outpoint for txin in tx.inputs}) != len(tx.inputs):
        raise TxRejected("bad-txns-inputs-duplicate")
    if not all(_is_standard_script(txout.script) for txout in tx.outputs):
        raise TxRejected("scriptpubkey")
    if len(dust_outputs(tx)) > 1:
        raise TxRejected("dust")


def check_witnesses(tx: Tx, prevouts: list[TxOut]) -> None:
    """Raises TxRejected for witnesses that are valid but not relayed."""
    for txin, prevout in zip(tx.inputs, prevouts, strict=True):
        if prevout.script == ANCHOR_SCRIPT and txin.witness:
            raise TxRejected("bad-witness-nonstandard")
        if is_p2tr(prevout.script):
            _check_taproot_witness(txin.witness)


def _check_taproot_witness(witness: list[bytes]) -> None:
    if len(witness) >= 2 and witness[-1][:1] == b"\x50":
        raise TxRejected("bad-witness-nonstandard")
    if len(witness) >= 2 and any(len(item) > _MAX_TAPSCRIPT_ITEM for item in witness[:-2]):
        raise TxRejected("bad-witness-nonstandard")


def check_final(tx: Tx, next_height: int, median_time: int) -> None:
    """Raises TxRejected `non-final` when the next block may not hold the transaction (BIP-113)."""
    if tx.locktime == 0 or all(txin.sequence == 0xFFFFFFFF for txin in tx.inputs):
        return
    now = next_height if tx.locktime < _LOCKTIME_THRESHOLD else median_time
    if tx.locktime >= now:
        raise TxRejected("non-final")


def check_sequence_lock(
    txin: TxIn, coin_height: int, coin_median_time: int, next_height: int, median_time: int
) -> None:
    """Raises TxRejected `non-BIP68-final` when this input's relative lock has not run off.

    `coin_median_time` is the median time of the block before the one that holds the coin.
    """
    if txin.sequence & _SEQUENCE_DISABLED:
        return
    if not is_mature(txin.sequence, coin_height, coin_median_time, next_height, median_time):
        raise TxRejected("non-BIP68-final")


def truc_violation(detail: str) -> TxRejected:
    return TxRejected("TRUC-violation, " + detail)


def check_ephemeral_fee(tx: Tx, fee_sat: int) -> None:
    """Dust outputs are for transactions that pay nothing, so nobody mines one without its child."""
    if fee_sat != 0 and dust_outputs(tx):
        raise TxRejected("dust, tx with dust output must be 0-fee")
