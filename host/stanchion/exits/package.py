"""An exit transaction together with the child that pays for it (spec/bark.md 1.4)."""

from dataclasses import dataclass

from arkcore.tx import Tx

from stanchion.chain.port import FeeInfo
from stanchion.exits.plan import ExitStep
from stanchion.exits.statuses import ExitTxOrigin


@dataclass(slots=True)
class ChildTransactionInfo:
    """The child of a package; `fee_info` is never stored, the mempool tells it again."""

    tx: Tx
    txid: bytes
    origin: ExitTxOrigin
    fee_info: FeeInfo | None = None


@dataclass(slots=True)
class ExitTransactionPackage:
    """One parent, at most one child."""

    exit: ExitStep
    child: ChildTransactionInfo | None = None


@dataclass(frozen=True, slots=True)
class RbfRequirement:
    """What a replacement has to beat: the rate asked for, and what the package pays now."""

    min_fee_rate: int
    current_package_fee: FeeInfo
