"""Where one pre-signed exit transaction stands (spec/bark.md 1.3, newer revision)."""

from dataclasses import dataclass
from enum import Enum

from stanchion.chain.port import BlockRef


class OriginKind(Enum):
    """Who made the child: this wallet, or somebody whose child was seen waiting or in a block."""

    WALLET = "wallet"
    MEMPOOL = "mempool"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class ExitTxOrigin:
    """Where a child came from; `confirmed_in` is set once a block holds it."""

    kind: OriginKind
    confirmed_in: BlockRef | None = None

    def with_confirmed_in(self, block: BlockRef | None) -> "ExitTxOrigin":
        """A wallet's child stays the wallet's; a foreign one is told by where it is."""
        if self.kind is OriginKind.WALLET:
            return ExitTxOrigin(OriginKind.WALLET, block)
        if block is None:
            return ExitTxOrigin(OriginKind.MEMPOOL)
        return ExitTxOrigin(OriginKind.BLOCK, block)


WALLET_ORIGIN = ExitTxOrigin(OriginKind.WALLET)


@dataclass(frozen=True, slots=True)
class VerifyInputs:
    """Not looked at yet."""


@dataclass(frozen=True, slots=True)
class AwaitingInputConfirmation:
    """These parents are not confirmed; a TRUC package has one unconfirmed parent and no more."""

    txids: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class AwaitingCpfpBroadcast:
    """Ready to go as soon as a child pays for it."""


@dataclass(frozen=True, slots=True)
class AwaitingConfirmation:
    """Broadcast together with a child."""

    child_txid: bytes
    origin: ExitTxOrigin


@dataclass(frozen=True, slots=True)
class Confirmed:
    """In a block of the active chain; no child when a miner took it without one."""

    child_txid: bytes | None
    block: BlockRef
    origin: ExitTxOrigin


ExitTxStatus = (
    VerifyInputs
    | AwaitingInputConfirmation
    | AwaitingCpfpBroadcast
    | AwaitingConfirmation
    | Confirmed
)


@dataclass(frozen=True, slots=True)
class ExitTx:
    """An exit transaction (32-byte txid, internal order) with its status."""

    txid: bytes
    status: ExitTxStatus


def count_broadcast(transactions: tuple[ExitTx, ...]) -> int:
    return sum(isinstance(tx.status, AwaitingConfirmation | Confirmed) for tx in transactions)


def count_confirmed(transactions: tuple[ExitTx, ...]) -> int:
    return sum(isinstance(tx.status, Confirmed) for tx in transactions)
