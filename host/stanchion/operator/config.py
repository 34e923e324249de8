"""What an operator decides before it starts: network, delays, limits, time for a session."""

from __future__ import annotations

from dataclasses import dataclass

from arkcore import delays
from arkcore.address import ARK_HRP_MAINNET, ARK_HRP_TEST

UNLIMITED = -1

_SEGWIT_HRP = {
    "bitcoin": "bc",
    "testnet": "tb",
    "signet": "tb",
    "mutinynet": "tb",
    "regtest": "bcrt",
}


@dataclass(frozen=True)
class OperatorConfig:
    """Delays and the batch expiry are in the operator's raw form (< 512 blocks, else seconds).

    The session time is split as spec/arkade.md 8.8 says. Fee rates are sat per vB.
    """

    name: str = "stanchion reference operator"
    version: str = "0.1.0"
    network: str = "regtest"
    session_seconds: int = 30
    min_participants: int = 1
    max_participants: int = 128
    batch_expiry: int = 604672
    unilateral_exit_delay: int = 86016
    boarding_exit_delay: int = 604672
    checkpoint_exit_delay: int = 86016
    dust_sat: int = 330
    utxo_min_sat: int = 330
    utxo_max_sat: int = UNLIMITED
    vtxo_min_sat: int = 1
    vtxo_max_sat: int = UNLIMITED
    max_proof_weight: int = 40_000
    max_op_return_outputs: int = 3
    commitment_fee_rate: int = 1

    @property
    def segwit_hrp(self) -> str:
        return _SEGWIT_HRP[self.network]

    @property
    def ark_hrp(self) -> str:
        return ARK_HRP_MAINNET if self.network == "bitcoin" else ARK_HRP_TEST

    @property
    def expiry_sequence(self) -> int:
        """BIP-68 sequence of the sweep leaf."""
        return delays.from_operator_value(self.batch_expiry)

    @property
    def vtxo_exit_sequence(self) -> int:
        return delays.from_operator_value(self.unilateral_exit_delay)

    @property
    def boarding_exit_sequence(self) -> int:
        return delays.from_operator_value(self.boarding_exit_delay)

    @property
    def checkpoint_exit_sequence(self) -> int:
        return delays.from_operator_value(self.checkpoint_exit_delay)

    def check(self) -> None:
        """Raises ValueError for settings that no client could follow."""
        delay_values = (
            self.batch_expiry,
            self.unilateral_exit_delay,
            self.boarding_exit_delay,
            self.checkpoint_exit_delay,
        )
        for value in delay_values:
            delays.from_operator_value(value)
        if len({value < delays.SECONDS_UNIT for value in delay_values}) != 1:
            raise ValueError("all delays must be blocks, or all seconds")
        if self.unilateral_exit_delay == self.boarding_exit_delay:
            raise ValueError("unilateral and boarding exit delay must differ")
        if self.network not in _SEGWIT_HRP:
            raise ValueError(f"unknown network {self.network}")
