"""Leaving with bark VTXOs: their keys are in this process's memory, children are signed elsewhere.

The device rebuilds Arkade's outputs only and signs nothing else, so bark's claims are not for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import secp256k1
from arkcore.claim import claim_tx

from stanchion.exits.bark_plan import BarkPlan
from stanchion.signers.facts import ClaimKind, FundingFact, ParentFact
from stanchion.signers.port import ExitSigner, SignerRefused


class BarkSigner:
    """An `ExitSigner` for the plans that it was told.

    `secret` gives the 32-byte key for a key index, `destination` the script of an own on-chain
    address; `children` signs the children.
    """

    def __init__(
        self,
        children: ExitSigner,
        secret: Callable[[int], bytes],
        destination: Callable[[int], bytes],
    ) -> None:
        self._children = children
        self._secret = secret
        self._destination = destination
        self._plans: dict[bytes, BarkPlan] = {}

    def learn(self, plan: BarkPlan) -> None:
        self._plans[plan.vtxo_id] = plan

    def start_exit(self, outpoint: bytes) -> None:
        self._plan(outpoint)

    def sign_cpfp(
        self,
        parent: ParentFact,
        funding: Sequence[FundingFact],
        change_index: int,
        fee_sat: int,
    ) -> tuple[bytes, ...]:
        return self._children.sign_cpfp(parent, funding, change_index, fee_sat)

    def sign_claim(
        self,
        kind: ClaimKind,
        outpoint: bytes,
        amount_sat: int,
        index: int,
        destination_index: int,
        fee_sat: int,
    ) -> bytes:
        plan = self._plan(outpoint)
        if (kind, amount_sat, index) != (plan.claim.kind, plan.amount_sat, plan.key_index):
            raise SignerRefused("input-unknown", "not this VTXO's facts")
        claim = claim_tx([plan.claim.coin], self._destination(destination_index), fee_sat)
        digest = claim.spends[0].sighash()
        signature: bytes = secp256k1.sign_schnorr(self._secret(index), digest, bytes(32))
        return signature

    def _plan(self, outpoint: bytes) -> BarkPlan:
        plan = self._plans.get(outpoint)
        if plan is None:
            raise SignerRefused("input-unknown")
        return plan
