"""The claim: the owner's delayed leaf sends the coin to an own address, signed by the signer."""

from arkcore.claim import claim_fee, claim_tx
from arkcore.errors import ArkError
from arkcore.tx import Tx
from arkcore.weights import fee_at

from stanchion.chain.policy import INCREMENTAL_SAT_PER_KVB
from stanchion.chain.port import ChainError, ChainSource, FeeInfo, TxRejected
from stanchion.exits.cpfp import OnchainCoins
from stanchion.exits.errors import (
    ClaimFeeExceedsOutput,
    ClaimSigningError,
    ExitPackageBroadcastFailure,
    TransactionRetrievalFailure,
)
from stanchion.exits.plan import ExitPlan
from stanchion.exits.progress import P2TR_DUST_SAT
from stanchion.signers.port import ExitSigner, SignerRefused


class Claimer:
    """Builds, has signed and broadcasts claims of single coins."""

    def __init__(self, chain: ChainSource, signer: ExitSigner, coins: OnchainCoins) -> None:
        self._chain = chain
        self._signer = signer
        self._coins = coins

    def claim(
        self, plan: ExitPlan, destination_index: int, fee_rate: int, waiting: FeeInfo | None
    ) -> Tx:
        """Broadcasts a claim at `fee_rate` (sat per 1000 vB); `waiting` is the one it replaces.

        Raises ClaimFeeExceedsOutput, ClaimSigningError, ExitPackageBroadcastFailure,
        TransactionRetrievalFailure.
        """
        fee_sat = claim_fee([plan.claim.coin], self._coins.script(destination_index), fee_rate)
        if waiting is not None:
            step_sat = fee_at(INCREMENTAL_SAT_PER_KVB, waiting.vsize)
            fee_sat = max(fee_sat, waiting.fee_sat + step_sat)
        if fee_sat + P2TR_DUST_SAT > plan.amount_sat:
            raise ClaimFeeExceedsOutput(fee_sat + P2TR_DUST_SAT, plan.amount_sat)
        tx = self._signed(plan, destination_index, fee_sat)
        try:
            self._chain.submit(tx.serialize())
        except TxRejected as error:
            raise ExitPackageBroadcastFailure(tx.txid(), error.reason) from error
        except ChainError as error:
            raise TransactionRetrievalFailure(tx.txid(), error.reason) from error
        return tx

    def _signed(self, plan: ExitPlan, destination_index: int, fee_sat: int) -> Tx:
        recipe = plan.claim
        try:
            destination = self._coins.script(destination_index)
            claim = claim_tx([recipe.coin], destination, fee_sat)
            signature = self._signer.sign_claim(
                recipe.kind,
                plan.vtxo_id,
                plan.amount_sat,
                recipe.key_index,
                destination_index,
                fee_sat,
            )
            return plan.finalize_claim(claim, signature)
        except (ArkError, SignerRefused) as error:
            raise ClaimSigningError(str(error)) from error
