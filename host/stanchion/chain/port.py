"""What the bridge asks of a chain, whoever answers: the engine in process, a node, an index server.

Hashes and txids are 32 bytes in internal order, outpoints 36 bytes (`arkcore.codec.outpoint`).
"Not found" is an answer; every failure to answer is an exception, so that an unreachable source is
never mistaken for a transaction that does not exist (spec/bark.md section 9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from arkcore.codec import to_hex_txid


class ChainError(Exception):
    """A chain source could not do what was asked. `tag` is stable, `reason` is for people."""

    tag = "chain-error"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChainUnavailable(ChainError):
    """The source did not answer; nothing is known about the question."""

    tag = "chain-unavailable"


class BlockNotFound(ChainError):
    """No block of the active chain has this height."""

    tag = "block-not-found"


class InsufficientFunds(ChainError):
    """The wallet has too few spendable coins."""

    tag = "insufficient-funds"


class Refusal(Enum):
    """Why a broadcast was refused, as far as the sender has to act on it (spec/bark.md 1.8)."""

    ALREADY_KNOWN = "already-known"
    MISSING_OR_SPENT_INPUTS = "missing-or-spent-inputs"
    INSUFFICIENT_REPLACEMENT_FEE = "insufficient-replacement-fee"
    INSUFFICIENT_FEE = "insufficient-fee"
    OTHER = "other"


_MARKS = (
    ("txn-already-known", Refusal.ALREADY_KNOWN),
    ("txn-already-in-mempool", Refusal.ALREADY_KNOWN),
    ("txn-same-nonwitness-data-in-mempool", Refusal.ALREADY_KNOWN),
    ("already in block chain", Refusal.ALREADY_KNOWN),
    ("already in utxo set", Refusal.ALREADY_KNOWN),
    ("bad-txns-inputs-missingorspent", Refusal.MISSING_OR_SPENT_INPUTS),
    ("insufficient fee, rejecting replacement", Refusal.INSUFFICIENT_REPLACEMENT_FEE),
    ("insufficient fee (including sibling eviction)", Refusal.INSUFFICIENT_REPLACEMENT_FEE),
    ("replacement-failed", Refusal.INSUFFICIENT_REPLACEMENT_FEE),
    ("min relay fee not met", Refusal.INSUFFICIENT_FEE),
    ("mempool min fee not met", Refusal.INSUFFICIENT_FEE),
)


def classify(reason: str) -> Refusal:
    """Reads a node's reject reason; unknown texts are OTHER."""
    lowered = reason.lower()
    for mark, refusal in _MARKS:
        if mark in lowered:
            return refusal
    return Refusal.OTHER


class TxRejected(ChainError):
    """One transaction was refused. `reason` is the node's or the engine's own text."""

    tag = "tx-rejected"

    @property
    def refusal(self) -> Refusal:
        return classify(self.reason)


class PackageRejected(ChainError):
    """A parent with its child was refused as a package.

    `message` is the verdict on the package, `results` holds (txid, reason or None) in package
    order. `reason` is the root cause: the first real error, because a child's missing input is
    only a consequence of its refused parent. Transactions that were already known are no error.
    """

    tag = "package-rejected"

    def __init__(self, message: str, results: Sequence[tuple[bytes, str | None]]) -> None:
        self.message = message
        self.results = tuple(results)
        errors = [reason for _, reason in self.results if reason is not None]
        real = [text for text in errors if classify(text) is not Refusal.ALREADY_KNOWN]
        super().__init__((real + errors + [message])[0])

    @property
    def refusal(self) -> Refusal:
        return classify(self.reason)


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block of the active chain. `hash` is 32 bytes, internal order."""

    height: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.height}:{to_hex_txid(self.hash)}"


@dataclass(frozen=True, slots=True)
class Tip:
    """The best block. `time` is its timestamp, `median_time` the BIP-113 median (seconds)."""

    height: int
    hash: bytes
    time: int
    median_time: int

    @property
    def ref(self) -> BlockRef:
        return BlockRef(self.height, self.hash)


@dataclass(frozen=True, slots=True)
class TxStatus:
    """Where a transaction is. Neither `block` nor `in_mempool` means: not found.

    `block_time` is the timestamp of the confirming block in seconds.
    """

    block: BlockRef | None = None
    block_time: int | None = None
    in_mempool: bool = False

    @property
    def confirmed(self) -> bool:
        return self.block is not None

    @property
    def height(self) -> int | None:
        return None if self.block is None else self.block.height

    @property
    def found(self) -> bool:
        return self.confirmed or self.in_mempool


NOT_FOUND = TxStatus()
IN_MEMPOOL = TxStatus(in_mempool=True)


@dataclass(frozen=True, slots=True)
class Utxo:
    """An output that neither the chain nor the mempool spends; no `height` while unconfirmed."""

    outpoint: bytes
    amount_sat: int
    script: bytes
    height: int | None


@dataclass(frozen=True, slots=True)
class Spend:
    """The transaction that spends an outpoint, and where it is."""

    txid: bytes
    status: TxStatus


@dataclass(frozen=True, slots=True)
class FeeInfo:
    """What a mempool transaction pays together with its unconfirmed ancestors, itself included."""

    fee_sat: int
    vsize: int

    @property
    def rate_sat_per_kvb(self) -> int:
        """Rounded down: what this package is sure to pay."""
        return self.fee_sat * 1000 // self.vsize


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Rates in sat per 1000 vB for the next block, 3 blocks and 6 blocks."""

    fast: int
    regular: int
    slow: int


class ChainSource(Protocol):
    """Raises ChainUnavailable from any method when the source cannot answer."""

    def tip(self) -> Tip:
        """The best block."""

    def block_ref(self, height: int) -> BlockRef:
        """The block of the active chain at `height`. Raises BlockNotFound."""

    def median_time(self, height: int) -> int:
        """BIP-113 median time past (seconds) of the block at `height`. Raises BlockNotFound."""

    def tx_status(self, txid: bytes) -> TxStatus:
        """Where the transaction is; an unknown one is not an error."""

    def raw_tx(self, txid: bytes) -> bytes | None:
        """The serialised transaction with witness, None when not found."""

    def spender(self, outpoint: bytes) -> Spend | None:
        """Who spends an outpoint on the chain or in the mempool."""

    def unspent(self, script: bytes) -> list[Utxo]:
        """Unspent outputs of a script, confirmed first, then by outpoint."""

    def ancestor_fee(self, txid: bytes) -> FeeInfo | None:
        """What a waiting transaction and its unconfirmed ancestors pay; None when not waiting."""

    def fee_rates(self) -> FeeRates:
        """Current fee rates."""

    def submit(self, raw: bytes) -> bytes:
        """Broadcasts one transaction and returns its txid. Raises TxRejected."""

    def submit_package(self, parent: bytes, child: bytes) -> None:
        """Broadcasts a parent with the child that pays for it. Raises PackageRejected."""
