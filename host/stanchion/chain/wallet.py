"""A one-key wallet on the chain: BIP-86 key path, used to mine to, to fund and by the operator.

The key is in this process's memory: money of the owner does not belong here.
"""

import os
from dataclasses import dataclass

import secp256k1
from arkcore.sighash import taproot_sighash
from arkcore.taproot import p2tr_script, tweak_hash
from arkcore.tx import Tx, TxIn, TxOut
from arkcore.weights import fee_at

from stanchion.chain.policy import dust_limit_sat
from stanchion.chain.port import ChainSource, InsufficientFunds, Utxo

_KEY_PATH_WITNESS_BYTES = 64


def tweaked_seckey(seckey: bytes, merkle_root: bytes = b"") -> bytes:
    """Secret key (32 bytes) of the BIP-341 output key of `seckey`; BIP-86 has no merkle root."""
    point = secp256k1.pubkey_create(seckey)
    even = secp256k1.scalar_negate(seckey) if point[0] == 3 else seckey
    return secp256k1.scalar_add(even, tweak_hash(point[1:], merkle_root))


@dataclass(frozen=True, slots=True)
class KeyPathKey:
    """A BIP-86 key: its output `script` (34 bytes) and a way to sign for it."""

    seckey: bytes

    @property
    def script(self) -> bytes:
        return p2tr_script(secp256k1.pubkey_create(tweaked_seckey(self.seckey))[1:])

    def sign(self, tx: Tx, index: int, prevouts: list[TxOut]) -> bytes:
        """BIP-340 signature (64 bytes, SIGHASH_DEFAULT) over input `index`."""
        message = taproot_sighash(tx, index, prevouts)
        return secp256k1.sign_schnorr(tweaked_seckey(self.seckey), message, os.urandom(32))

    def __repr__(self) -> str:
        return f"KeyPathKey({self.script.hex()})"


class Wallet:
    """Coins of one key on a chain source. `min_confirmations` 0 spends unconfirmed change too."""

    def __init__(self, chain: ChainSource, seckey: bytes) -> None:
        self._chain = chain
        self.key = KeyPathKey(seckey)
        self.script = self.key.script
        self._reserved: set[bytes] = set()

    def coins(self, min_confirmations: int = 1) -> list[Utxo]:
        """Spendable coins, largest first."""
        tip = self._chain.tip().height
        fit = []
        for coin in self._chain.unspent(self.script):
            depth = 0 if coin.height is None else tip - coin.height + 1
            if depth >= min_confirmations and coin.outpoint not in self._reserved:
                fit.append(coin)
        return sorted(fit, key=lambda coin: (-coin.amount_sat, coin.outpoint))

    def balance_sat(self, min_confirmations: int = 1) -> int:
        return sum(coin.amount_sat for coin in self.coins(min_confirmations))

    def reserve(self, outpoints: list[bytes]) -> None:
        """Keeps coins out of selection, for a transaction that is not broadcast yet."""
        self._reserved.update(outpoints)

    def release(self, outpoints: list[bytes]) -> None:
        self._reserved.difference_update(outpoints)

    def build(
        self, outputs: list[TxOut], sat_per_kvb: int = 1000, min_confirmations: int = 1
    ) -> tuple[Tx, list[TxOut]]:
        """Unsigned version 2 transaction paying `outputs`, change last, and its prevouts.

        Raises InsufficientFunds.
        """
        target_sat = sum(txout.amount_sat for txout in outputs)
        chosen: list[Utxo] = []
        for coin in self.coins(min_confirmations):
            chosen.append(coin)
            inputs = [TxIn(one.outpoint, 0xFFFFFFFD) for one in chosen]
            tx = Tx(2, inputs, [*outputs, TxOut(0, self.script)])
            fee_sat = fee_at(sat_per_kvb, self._signed_vsize(tx))
            change_sat = sum(one.amount_sat for one in chosen) - target_sat - fee_sat
            if change_sat >= dust_limit_sat(self.script):
                tx.outputs[-1].amount_sat = change_sat
                return tx, [TxOut(one.amount_sat, self.script) for one in chosen]
        raise InsufficientFunds(
            f"{target_sat} sat and fee wanted, {self.balance_sat(min_confirmations)} sat spendable"
        )

    @staticmethod
    def _signed_vsize(tx: Tx) -> int:
        witness = 2 + len(tx.inputs) * (2 + _KEY_PATH_WITNESS_BYTES)
        return (4 * len(tx.serialize(False)) + witness + 3) // 4

    def sign(self, tx: Tx, prevouts: list[TxOut]) -> None:
        """Puts witnesses on all inputs whose prevout is this wallet's."""
        for index, prevout in enumerate(prevouts):
            if prevout.script == self.script:
                tx.inputs[index].witness = [self.key.sign(tx, index, prevouts)]

    def pay(self, outputs: list[TxOut], sat_per_kvb: int = 1000, min_confirmations: int = 1) -> Tx:
        """Builds, signs and broadcasts. Raises InsufficientFunds, TxRejected."""
        tx, prevouts = self.build(outputs, sat_per_kvb, min_confirmations)
        self.sign(tx, prevouts)
        self._chain.submit(tx.serialize())
        return tx
