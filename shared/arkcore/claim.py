"""The last step of an exit: the owner's delayed leaf sends the coin where the owner wants it."""

from arkcore import closures, delays
from arkcore.errors import SigningError
from arkcore.tapsigs import LeafSpend
from arkcore.tx import Tx, TxIn, TxOut
from arkcore.weights import WeightEstimate, fee_at

CLAIM_VERSION = 2
DUST_SAT = 546
SIGNATURE_BYTES = 64


class ExitCoin:
    """A confirmed VTXO or boarding output with its exit leaf.

    `outpoint` (36 bytes), `output` (TxOut), `leaf_script`, `control` block. Raises SigningError
    `claim-leaf` when the leaf is no delayed one.
    """

    __slots__ = ("outpoint", "output", "leaf_script", "control", "sequence")

    def __init__(self, point: bytes, output: TxOut, leaf_script: bytes, control: bytes) -> None:
        sequence = closures.decode(leaf_script).sequence
        if sequence is None:
            raise SigningError("claim-leaf", "no relative lock")
        self.outpoint = point
        self.output = output
        self.leaf_script = leaf_script
        self.control = control
        self.sequence = sequence


def is_mature(
    sequence: int, confirmed_height: int, confirmed_time: int, tip_height: int, tip_time: int
) -> bool:
    """True when a coin's delay (BIP-68 `sequence`) is over.

    Blocks count from the confirming block, seconds between the times given: median times past for
    consensus, block times for the estimate that wallets show.
    """
    kind, value = delays.decode(sequence)
    if kind == "blocks":
        return tip_height >= confirmed_height + value
    return tip_time >= confirmed_time + value


def exit_leaf_index(
    scripts: "list[bytes]",
    confirmed_height: int,
    confirmed_time: int,
    tip_height: int,
    tip_time: int,
) -> int:
    """Index of the first exit leaf of a script tree that is mature.

    Raises SigningError `claim-immature` when none is.
    """
    for index, script in enumerate(scripts):
        sequence = closures.decode(script).sequence
        if sequence is not None and is_mature(
            sequence, confirmed_height, confirmed_time, tip_height, tip_time
        ):
            return index
    raise SigningError("claim-immature", "no exit leaf can be spent yet")


def claim_fee(coins: "list[ExitCoin]", destination_script: bytes, rate_sat_per_kvb: int) -> int:
    """Fee in sat of a claim of these coins."""
    estimate = WeightEstimate()
    for coin in coins:
        estimate.add_leaf_input(SIGNATURE_BYTES, len(coin.leaf_script), len(coin.control))
    estimate.add_output(destination_script)
    return fee_at(rate_sat_per_kvb, estimate.vsize())


class Claim:
    """An unsigned claim: `tx`, and `spends` (LeafSpend, one an input)."""

    __slots__ = ("tx", "spends")

    def __init__(self, tx: Tx, spends: "list[LeafSpend]") -> None:
        self.tx = tx
        self.spends = spends


def claim_tx(coins: "list[ExitCoin]", destination_script: bytes, fee_sat: int) -> Claim:
    """Sends all coins, less the fee, to one script: version 2, each input with its own delay.

    Raises SigningError `claim-funds`: no coins, or less than dust (546 sat) would arrive.
    """
    sent_sat = sum(coin.output.amount_sat for coin in coins) - fee_sat
    if not coins or fee_sat < 0 or sent_sat < DUST_SAT:
        raise SigningError("claim-funds", "%d sat would arrive" % sent_sat)
    inputs = [TxIn(coin.outpoint, coin.sequence) for coin in coins]
    tx = Tx(CLAIM_VERSION, inputs, [TxOut(sent_sat, destination_script)])
    prevouts = [coin.output for coin in coins]
    spends = [
        LeafSpend(tx, index, prevouts, coin.leaf_script, coin.control)
        for index, coin in enumerate(coins)
    ]
    return Claim(tx, spends)
