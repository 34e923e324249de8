"""The child that pays for an exit: one anchor, funding inputs, one change output (arkade.md 11).

Tree, ark and checkpoint transactions pay no fee themselves. Each travels with a child of version 3
that spends its anchor; nodes take the two as one package.
"""

from arkcore.codec import outpoint
from arkcore.errors import SigningError
from arkcore.nodes import ANCHOR_SCRIPT
from arkcore.sighash import taproot_sighash
from arkcore.tx import Tx, TxIn, TxOut
from arkcore.weights import WeightEstimate, fee_at

MIN_CHANGE_SAT = 546
MIN_RATE_SAT_PER_KVB = 1000
MAX_CHILD_VSIZE = 1000
ANCHOR_INPUT = 0


class FundingCoin:
    """A confirmed on-chain coin of the owner's: `outpoint` (36 bytes) and `output` (TxOut)."""

    __slots__ = ("outpoint", "output")

    def __init__(self, point: bytes, output: TxOut) -> None:
        self.outpoint = point
        self.output = output


def _anchor_vout(parent: Tx) -> int:
    found = [vout for vout, txout in enumerate(parent.outputs) if txout.script == ANCHOR_SCRIPT]
    if len(found) != 1:
        raise SigningError("cpfp-anchor", "%d anchors" % len(found))
    return found[0]


def anchor_outpoint(parent: Tx) -> bytes:
    """Outpoint (36 bytes) of the parent's anchor; Arkade's are empty, bark's may hold a fee.

    Raises SigningError `cpfp-anchor` without a P2A, or with two: nodes relay one at most.
    """
    return outpoint(parent.txid(), _anchor_vout(parent))


def child_vsize(coin_count: int, change_script: bytes) -> int:
    """Estimated virtual size of a child with this many funding inputs."""
    estimate = WeightEstimate()
    estimate.add_anchor_input()
    for _ in range(coin_count):
        estimate.add_key_input()
    estimate.add_output(change_script)
    return estimate.vsize()


class Child:
    """A child transaction: `tx` (unsigned), `fee_sat`, and `prevouts` of all its inputs."""

    __slots__ = ("tx", "fee_sat", "prevouts")

    def __init__(self, tx: Tx, fee_sat: int, prevouts: "list[TxOut]") -> None:
        self.tx = tx
        self.fee_sat = fee_sat
        self.prevouts = prevouts

    def sighash(self, index: int) -> bytes:
        """What the owner signs for funding input `index` (1 ..): key path, DEFAULT (32 bytes)."""
        return taproot_sighash(self.tx, index, self.prevouts)


def build_child(
    parent: Tx, coins: "list[FundingCoin]", change_script: bytes, fee_sat: int
) -> Child:
    """The child of `parent` that pays `fee_sat` for both and returns the rest to the owner.

    What the anchor holds pays along with the coins.

    Raises SigningError `cpfp-anchor`, `cpfp-funds` (no coins, or less than 546 sat would come
    back), `cpfp-size` (over 1000 vB, which version 3 forbids).
    """
    paid_anchor = parent.outputs[_anchor_vout(parent)]
    total_sat = paid_anchor.amount_sat + sum(coin.output.amount_sat for coin in coins)
    change_sat = total_sat - fee_sat
    if not coins or fee_sat < 0 or change_sat < MIN_CHANGE_SAT:
        raise SigningError("cpfp-funds", "change would be %d sat" % change_sat)
    if child_vsize(len(coins), change_script) > MAX_CHILD_VSIZE:
        raise SigningError("cpfp-size", "%d funding inputs" % len(coins))
    inputs = [TxIn(anchor_outpoint(parent))]
    inputs += [TxIn(coin.outpoint) for coin in coins]
    tx = Tx(3, inputs, [TxOut(change_sat, change_script)])
    return Child(tx, fee_sat, [paid_anchor] + [coin.output for coin in coins])


def package_fee(
    parent_vsize: int, coin_count: int, change_script: bytes, rate_sat_per_kvb: int
) -> int:
    """Fee in sat with which parent and child together reach the rate (at least 1 sat/vB)."""
    rate = max(rate_sat_per_kvb, MIN_RATE_SAT_PER_KVB)
    return fee_at(rate, parent_vsize + child_vsize(coin_count, change_script))


def select_coins(
    coins: "list[FundingCoin]", parent_vsize: int, change_script: bytes, rate_sat_per_kvb: int
) -> "list[FundingCoin]":
    """Coins, largest first, until they exceed the fee of a child with one of them.

    Raises SigningError `cpfp-funds`. `coins` must be confirmed: a version 3 child has one
    unconfirmed parent only.
    """
    target_sat = package_fee(parent_vsize, 1, change_script, rate_sat_per_kvb)
    selected: list[FundingCoin] = []
    total_sat = 0
    for coin in sorted(coins, key=_amount, reverse=True):
        selected.append(coin)
        total_sat += coin.output.amount_sat
        if total_sat > target_sat:
            return selected
    raise SigningError("cpfp-funds", "%d sat of %d" % (total_sat, target_sat))


def _amount(coin: FundingCoin) -> int:
    return coin.output.amount_sat


def fund_child(
    parent: Tx, coins: "list[FundingCoin]", change_script: bytes, rate_sat_per_kvb: int
) -> Child:
    """Selects coins and builds the child of a finalised `parent`. Raises SigningError `cpfp-*`."""
    parent_vsize = parent.vsize()
    selected = select_coins(coins, parent_vsize, change_script, rate_sat_per_kvb)
    fee_sat = package_fee(parent_vsize, len(selected), change_script, rate_sat_per_kvb)
    return build_child(parent, selected, change_script, fee_sat)
