"""The plan of a bark VTXO: its genesis chain, and the claim by the policy's leaf of the user.

Families differ in the plan alone: the machine that carries it out is the same (spec/bark.md 9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arkcore.bark.policy import PUBKEY
from arkcore.bark.vtxo import BarkVtxo
from arkcore.claim import Claim, ExitCoin
from arkcore.errors import ArkError
from arkcore.tx import Tx, TxOut

from stanchion.exits.errors import (
    ClaimMissingSignableClause,
    NonStandardVtxo,
    VtxoScriptPubKeyInvalid,
)
from stanchion.exits.plan import ClaimRecipe, ExitStep
from stanchion.signers.facts import ClaimKind

_USER_LEAF = 0


@dataclass(frozen=True)
class BarkPlan:
    """`encoded` is the VTXO in bark's encoding, `funding` the transaction that it starts from.

    `key_index` is the index of the user's key in the wallet. Only the pubkey policy can be claimed:
    the others need a preimage or an absolute lock that the claim does not carry.
    """

    encoded: bytes
    funding: bytes
    key_index: int

    @cached_property
    def vtxo(self) -> BarkVtxo:
        """Raises VtxoScriptPubKeyInvalid."""
        try:
            return BarkVtxo.parse(self.encoded)
        except ArkError as error:
            raise VtxoScriptPubKeyInvalid(str(error)) from error

    @property
    def vtxo_id(self) -> bytes:
        return self.vtxo.point

    @property
    def amount_sat(self) -> int:
        return self.vtxo.amount_sat

    @cached_property
    def steps(self) -> Sequence[ExitStep]:
        try:
            return [ExitStep.of(step.tx) for step in self.vtxo.exit_txs()]
        except ArkError as error:
            raise VtxoScriptPubKeyInvalid(str(error)) from error

    @cached_property
    def claim(self) -> ClaimRecipe:
        """Raises ClaimMissingSignableClause for a policy other than pubkey."""
        self._require_claimable()
        output = self.vtxo.output
        leaf, control = output.tree.scripts[_USER_LEAF], output.control(_USER_LEAF)
        coin = ExitCoin(self.vtxo.point, TxOut(self.amount_sat, output.script), leaf, control)
        return ClaimRecipe(coin, ClaimKind.VTXO, self.key_index)

    def check(self) -> None:
        """Every signature down to the VTXO holds, nodes relay every step, the end can be claimed.

        Raises NonStandardVtxo, VtxoScriptPubKeyInvalid, ClaimMissingSignableClause.
        """
        try:
            self.vtxo.validate(Tx.parse(self.funding))
        except ArkError as error:
            raise VtxoScriptPubKeyInvalid(str(error)) from error
        try:
            self.vtxo.check_standard()
        except ArkError as error:
            raise NonStandardVtxo(self.vtxo_id, str(error)) from error
        self._require_claimable()

    def _require_claimable(self) -> None:
        if self.vtxo.policy.kind != PUBKEY:
            raise ClaimMissingSignableClause(self.vtxo_id)

    def finalize_claim(self, claim: Claim, signature: bytes) -> Tx:
        owner_xonly = self.vtxo.policy.user_key[1:]
        claim.tx.inputs[0].witness = claim.spends[0].witness({owner_xonly: signature})
        return claim.tx

    def is_claimed_by(self, raw_tx: bytes) -> bool:
        leaf = self.claim.coin.leaf_script
        for txin in Tx.parse(raw_tx).inputs:
            if txin.outpoint == self.vtxo_id:
                return len(txin.witness) >= 2 and txin.witness[-2] == leaf
        return False

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "bark",
            "vtxo": self.vtxo.serialize().hex(),
            "funding": self.funding.hex(),
            "key_index": self.key_index,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "BarkPlan":
        """Raises VtxoScriptPubKeyInvalid for a record that does not decode."""
        try:
            plan = cls(
                bytes.fromhex(record["vtxo"]),
                bytes.fromhex(record["funding"]),
                int(record["key_index"]),
            )
            plan.vtxo.exit_txs()
        except (KeyError, TypeError, ValueError, ArkError) as error:
            raise VtxoScriptPubKeyInvalid(f"stored plan: {error}") from error
        return plan
