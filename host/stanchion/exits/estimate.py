"""What leaving would cost now, before anything is started (spec/bark.md 1.11)."""

from collections.abc import Iterable
from dataclasses import dataclass

from arkcore.claim import claim_fee
from arkcore.cpfp import MIN_CHANGE_SAT, package_fee

from stanchion.chain.port import ChainError, ChainSource
from stanchion.exits.cpfp import OnchainCoins
from stanchion.exits.errors import TransactionRetrievalFailure
from stanchion.exits.plan import ExitPlan, ExitStep


@dataclass(frozen=True)
class ExitEstimate:
    """`fundable`: whether the confirmed on-chain coins pay for all children, change recycled.

    `rounds` is the least number of blocks until the last transaction confirms, as each level waits
    for the one above; with fewer coins than packages on a level it takes longer.
    """

    exit_broadcast_fee_sat: int
    claim_fee_sat: int
    fee_rate: int
    txs_to_broadcast: int
    rounds: int
    fundable: bool

    @property
    def total_sat(self) -> int:
        return self.exit_broadcast_fee_sat + self.claim_fee_sat


def estimate_exits(
    plans: Iterable[ExitPlan], chain: ChainSource, coins: OnchainCoins, fee_rate: int
) -> ExitEstimate:
    """Costs of several exits together: shared ancestors count once, confirmed ones not at all.

    `fee_rate` in sat per 1000 vB, for children and claims. Raises TransactionRetrievalFailure.
    """
    wanted = list(plans)
    missing: dict[bytes, ExitStep] = {}
    rounds = 0
    for plan in wanted:
        depth = 0
        for step in plan.steps:
            if step.txid in missing or not _is_confirmed(chain, step.txid):
                missing[step.txid] = step
                depth += 1
        rounds = max(rounds, depth)
    change = coins.script(0)
    fees = [package_fee(step.tx.vsize(), 1, change, fee_rate) for step in missing.values()]
    claims = sum(claim_fee([plan.claim.coin], change, fee_rate) for plan in wanted)
    amounts = [own.coin.output.amount_sat for own in coins.confirmed()]
    fundable = _pays_all(fees, amounts)
    return ExitEstimate(sum(fees), claims, fee_rate, len(fees), rounds, fundable)


def _is_confirmed(chain: ChainSource, txid: bytes) -> bool:
    try:
        return chain.tx_status(txid).confirmed
    except ChainError as error:
        raise TransactionRetrievalFailure(txid, error.reason) from error


def _pays_all(fees: list[int], amounts_sat: list[int]) -> bool:
    """Pays one child after another from the largest coin and puts the change back."""
    purse = list(amounts_sat)
    for fee_sat in fees:
        purse.sort()
        if not purse or purse[-1] < fee_sat + MIN_CHANGE_SAT:
            return False
        purse[-1] -= fee_sat
    return True
