"""Children that pay for exits: coins chosen here, rebuilt, judged and signed by the signer.

Coins are the owner's on-chain (BIP-86) outputs, confirmed ones only, because a version 3 child has
one unconfirmed parent: the exit transaction (spec/bark.md 1.9).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Protocol

from arkcore.cpfp import MIN_CHANGE_SAT, Child, FundingCoin, build_child, child_vsize, package_fee
from arkcore.errors import ArkError
from arkcore.tx import Tx, TxOut
from arkcore.weights import fee_at

from stanchion.chain.policy import INCREMENTAL_SAT_PER_KVB
from stanchion.chain.port import ChainSource
from stanchion.exits.errors import ExitPackageFinalizeFailure, InsufficientConfirmedFunds
from stanchion.exits.package import RbfRequirement
from stanchion.signers.facts import AddressFacts, AddressKind, FundingFact, ParentFact
from stanchion.signers.port import ExitSigner, SignerRefused

MAX_FUNDING_COINS = 8


@dataclass(frozen=True)
class Replacement:
    """A child that waits already: what it is, and what has to be beaten."""

    child: Tx
    requirement: RbfRequirement


class CpfpProvider(Protocol):
    """Makes signed children; may take as long as a person needs to press a button."""

    def build_child(self, parent: Tx, fee_rate: int, replaces: Replacement | None = None) -> Tx:
        """Raises InsufficientConfirmedFunds, ExitPackageFinalizeFailure."""


class AddressBook(Protocol):
    """The part of a signer that knows its addresses."""

    def get_address(self, kind: AddressKind, index: int) -> AddressFacts: ...


@dataclass(frozen=True)
class OwnCoin:
    """A confirmed coin of one of the owner's on-chain keys."""

    coin: FundingCoin
    key_index: int


class OnchainCoins:
    """The owner's on-chain outputs under the first `count` address indexes."""

    def __init__(self, chain: ChainSource, addresses: AddressBook, count: int = 4) -> None:
        self._chain = chain
        self._addresses = addresses
        self._count = count
        self._indexes: dict[bytes, int] = {}
        self._known: list[OwnCoin] = []
        self._known_at = b""

    def script(self, index: int) -> bytes:
        return self._addresses.get_address(AddressKind.ONCHAIN, index).script

    def _scripts(self) -> dict[bytes, int]:
        if not self._indexes:
            self._indexes = {self.script(index): index for index in range(self._count)}
        return self._indexes

    def confirmed(self) -> list[OwnCoin]:
        """Unspent and confirmed, largest first."""
        found = [
            OwnCoin(FundingCoin(coin.outpoint, TxOut(coin.amount_sat, script)), index)
            for script, index in self._scripts().items()
            for coin in self._chain.unspent(script)
            if coin.height is not None
        ]
        return sorted(found, key=lambda own: -own.coin.output.amount_sat)

    def spendable(self) -> Iterator[OwnCoin]:
        """As `confirmed`, listed once a block; a coin that was spent meanwhile is left out."""
        tip = self._chain.tip().hash
        if tip != self._known_at:
            self._known, self._known_at = self.confirmed(), tip
        position = 0
        while position < len(self._known):
            own = self._known[position]
            if self._chain.spender(own.coin.outpoint) is not None:
                del self._known[position]
                continue
            yield own
            position += 1

    def forget(self) -> None:
        """Lists the coins anew at the next question."""
        self._known_at = b""

    def spent_by(self, child: Tx) -> list[OwnCoin]:
        """The confirmed own coins that a waiting transaction spends; its replacement may too."""
        found = []
        for txin in child.inputs:
            raw = self._chain.raw_tx(txin.txid)
            if raw is None or not self._chain.tx_status(txin.txid).confirmed:
                continue
            output = Tx.parse(raw).outputs[txin.vout]
            index = self._scripts().get(output.script)
            if index is not None:
                found.append(OwnCoin(FundingCoin(txin.outpoint, output), index))
        return found


class SignedCpfp:
    """The CpfpProvider of a signer: device or software. Change goes to `change_index`."""

    def __init__(self, coins: OnchainCoins, signer: ExitSigner, change_index: int = 0) -> None:
        self._coins = coins
        self._signer = signer
        self._change_index = change_index

    def build_child(self, parent: Tx, fee_rate: int, replaces: Replacement | None = None) -> Tx:
        change_script = self._coins.script(self._change_index)
        try:
            chosen, fee_sat = self._select(parent, change_script, fee_rate, replaces)
        except InsufficientConfirmedFunds:
            # A coin may have come free since the last block, when its child was evicted.
            self._coins.forget()
            chosen, fee_sat = self._select(parent, change_script, fee_rate, replaces)
        try:
            child = build_child(parent, [own.coin for own in chosen], change_script, fee_sat)
            signatures = self._sign(parent, chosen, fee_sat)
        except (ArkError, SignerRefused) as error:
            raise ExitPackageFinalizeFailure(str(error)) from error
        return _with_signatures(child, signatures)

    def _select(
        self,
        parent: Tx,
        change_script: bytes,
        fee_rate: int,
        replaces: Replacement | None,
    ) -> tuple[list[OwnCoin], int]:
        """Coins in order until fee and non-dust change are covered, and the fee to pay."""
        reused = [] if replaces is None else self._coins.spent_by(replaces.child)
        candidates = chain(reused, self._coins.spendable())
        chosen: list[OwnCoin] = []
        total_sat = fee_sat = 0
        for count, own in enumerate(islice(candidates, MAX_FUNDING_COINS), 1):
            chosen.append(own)
            total_sat += own.coin.output.amount_sat
            fee_sat = package_fee(parent.vsize(), count, change_script, fee_rate)
            if replaces is not None:
                fee_sat = max(fee_sat, _replacement_fee(replaces, count, change_script))
            if total_sat >= fee_sat + MIN_CHANGE_SAT:
                return chosen, fee_sat
        least_sat = fee_sat or package_fee(parent.vsize(), 1, change_script, fee_rate)
        raise InsufficientConfirmedFunds(least_sat + MIN_CHANGE_SAT, total_sat)

    def _sign(self, parent: Tx, chosen: Iterable[OwnCoin], fee_sat: int) -> tuple[bytes, ...]:
        facts = ParentFact(tuple(parent.inputs), parent.locktime, tuple(parent.outputs))
        funding = [
            FundingFact(own.coin.outpoint, own.coin.output.amount_sat, own.key_index)
            for own in chosen
        ]
        return self._signer.sign_cpfp(facts, funding, self._change_index, fee_sat)


def _replacement_fee(replaces: Replacement, coin_count: int, change_script: bytes) -> int:
    """Least fee that nodes take for a replacement: more in total, and a higher rate."""
    old = replaces.requirement.current_package_fee
    vsize = child_vsize(coin_count, change_script)
    old_vsize = replaces.child.vsize()
    more_in_total = old.fee_sat + fee_at(INCREMENTAL_SAT_PER_KVB, old.vsize - old_vsize + vsize)
    higher_rate = old.fee_sat * vsize // old_vsize + 1
    return max(more_in_total, higher_rate)


def _with_signatures(child: Child, signatures: Sequence[bytes]) -> Tx:
    if len(signatures) != len(child.tx.inputs) - 1:
        raise ExitPackageFinalizeFailure(f"{len(signatures)} signatures for one child")
    for txin, signature in zip(child.tx.inputs[1:], signatures, strict=True):
        txin.witness = [signature]
    return child.tx
