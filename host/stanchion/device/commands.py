"""One typed method for each command of the device.

Written by `python -m stanchion.wiredocs` from shared/wire/methods.py; a test fails when stale.
"""

from typing import Any, cast

from stanchion.device import shapes


class Commands:
    """Every command, by name; `call` does the work. Bounds and errors: docs/protocol.md."""

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        raise NotImplementedError

    def hello(self, *, min_version: int, max_version: int, client: str) -> shapes.HelloResult:
        """Open a link session: agree on a version, learn limits and what the device can do."""
        result = self.call("hello", min_version=min_version, max_version=max_version, client=client)
        return cast(shapes.HelloResult, result)

    def get_status(self) -> shapes.GetStatusResult:
        """What the device holds and where its batch session stands; asks nobody."""
        result = self.call("get_status")
        return cast(shapes.GetStatusResult, result)

    def create_wallet(
        self,
        *,
        network: int,
        word_count: int,
        entropy: bytes,
    ) -> shapes.CreateWalletResult:
        """Make a new seed from mixed entropy and show its words on the screen."""
        result = self.call("create_wallet", network=network, word_count=word_count, entropy=entropy)
        return cast(shapes.CreateWalletResult, result)

    def restore_wallet(self, *, network: int, word_count: int) -> shapes.RestoreWalletResult:
        """Let the owner enter the words of an existing seed on the device."""
        result = self.call("restore_wallet", network=network, word_count=word_count)
        return cast(shapes.RestoreWalletResult, result)

    def enroll_operator(
        self,
        *,
        name: str,
        signer_key: bytes,
        forfeit_key: bytes,
        forfeit_script: bytes,
        unilateral_exit_delay: int,
        boarding_exit_delay: int,
        checkpoint_exit_delay: int,
        min_batch_expiry: int,
        dust_sat: int,
    ) -> shapes.EnrollOperatorResult:
        """Show an operator's keys and delays on the screen, and pin them."""
        result = self.call(
            "enroll_operator",
            name=name,
            signer_key=signer_key,
            forfeit_key=forfeit_key,
            forfeit_script=forfeit_script,
            unilateral_exit_delay=unilateral_exit_delay,
            boarding_exit_delay=boarding_exit_delay,
            checkpoint_exit_delay=checkpoint_exit_delay,
            min_batch_expiry=min_batch_expiry,
            dust_sat=dust_sat,
        )
        return cast(shapes.EnrollOperatorResult, result)

    def get_operator(self) -> shapes.GetOperatorResult:
        """The operator that is pinned."""
        result = self.call("get_operator")
        return cast(shapes.GetOperatorResult, result)

    def get_address(self, *, kind: int, index: int, show: bool) -> shapes.GetAddressResult:
        """Derive one of the owner's addresses; on request show it on the screen."""
        result = self.call("get_address", kind=kind, index=index, show=show)
        return cast(shapes.GetAddressResult, result)

    def list_vtxos(self, *, start: int) -> shapes.ListVtxosResult:
        """One page of the ledger of the owner's VTXOs."""
        result = self.call("list_vtxos", start=start)
        return cast(shapes.ListVtxosResult, result)

    def open_intent(
        self,
        *,
        inputs: list[shapes.IntentInput],
        outputs: list[shapes.IntentOutput],
        valid_at: int,
        expire_at: int,
    ) -> shapes.OpenIntentResult:
        """Say which coins go into a batch and what shall come out; the device builds the intent
        message and its proof, shows what leaves the owner, and signs every proof input.
        """
        result = self.call(
            "open_intent",
            inputs=inputs,
            outputs=outputs,
            valid_at=valid_at,
            expire_at=expire_at,
        )
        return cast(shapes.OpenIntentResult, result)

    def sign_intent_deletion(
        self,
        *,
        inputs: list[shapes.IntentInput],
        expire_at: int,
    ) -> shapes.SignIntentDeletionResult:
        """Sign the proof by which the operator drops a queued intent over these coins; needs no
        session, so that a forgotten intent can be withdrawn after a restart.
        """
        result = self.call("sign_intent_deletion", inputs=inputs, expire_at=expire_at)
        return cast(shapes.SignIntentDeletionResult, result)

    def open_batch(
        self,
        *,
        session: int,
        batch_expiry: int,
        input_count: int,
        output_count: int,
        version: int,
        locktime: int,
        txid: bytes,
    ) -> None:
        """Announce a batch that holds the intent, and the size of its commitment."""
        self.call(
            "open_batch",
            session=session,
            batch_expiry=batch_expiry,
            input_count=input_count,
            output_count=output_count,
            version=version,
            locktime=locktime,
            txid=txid,
        )

    def feed_commitment_inputs(self, *, session: int, inputs: list[shapes.CommitmentInput]) -> None:
        """The next inputs of the commitment transaction, in order."""
        self.call("feed_commitment_inputs", session=session, inputs=inputs)

    def feed_commitment_outputs(self, *, session: int, outputs: list[shapes.TxOutput]) -> None:
        """The next outputs of the commitment transaction, in order; the last ones give the txid."""
        self.call("feed_commitment_outputs", session=session, outputs=outputs)

    def feed_cosigners(self, *, session: int, keys: bytes) -> shapes.FeedCosignersResult:
        """Cosigner keys of the next tree node; repeat until all are there."""
        result = self.call("feed_cosigners", session=session, keys=keys)
        return cast(shapes.FeedCosignersResult, result)

    def feed_node(
        self,
        *,
        session: int,
        child_index: int,
        outputs: list[shapes.TxOutput],
        is_leaf: bool,
    ) -> shapes.FeedNodeResult:
        """The next transaction of the owner's branch, root first, after its cosigner keys."""
        result = self.call(
            "feed_node",
            session=session,
            child_index=child_index,
            outputs=outputs,
            is_leaf=is_leaf,
        )
        return cast(shapes.FeedNodeResult, result)

    def get_nonces(self, *, session: int) -> shapes.GetNoncesResult:
        """Public nonces of the owner's cosigner key, one for each node of the branch."""
        result = self.call("get_nonces", session=session)
        return cast(shapes.GetNoncesResult, result)

    def sign_tree(self, *, session: int, agg_nonces: list[bytes]) -> shapes.SignTreeResult:
        """Partial signatures over the branch, against the aggregate nonces."""
        result = self.call("sign_tree", session=session, agg_nonces=agg_nonces)
        return cast(shapes.SignTreeResult, result)

    def feed_tree_signatures(
        self,
        *,
        session: int,
        signatures: list[bytes],
        commitment_txid: bytes,
    ) -> None:
        """The final signatures of the branch; once they verify, the owner can leave alone."""
        self.call(
            "feed_tree_signatures",
            session=session,
            signatures=signatures,
            commitment_txid=commitment_txid,
        )

    def feed_connector(
        self,
        *,
        session: int,
        input_index: int,
        nodes: list[shapes.ConnectorNode],
        connector: bytes,
    ) -> None:
        """The branch of the connector tree that ends in the connector for one forfeited input."""
        self.call(
            "feed_connector",
            session=session,
            input_index=input_index,
            nodes=nodes,
            connector=connector,
        )

    def sign_forfeit(self, *, session: int, input_index: int) -> shapes.SignForfeitResult:
        """Give up one VTXO input; only after the branch and its connector verified."""
        result = self.call("sign_forfeit", session=session, input_index=input_index)
        return cast(shapes.SignForfeitResult, result)

    def sign_boarding(self, *, session: int, input_index: int) -> shapes.SignBoardingResult:
        """Sign one boarding input of the commitment transaction."""
        result = self.call("sign_boarding", session=session, input_index=input_index)
        return cast(shapes.SignBoardingResult, result)

    def close_batch(self, *, session: int) -> shapes.CloseBatchResult:
        """End a batch that went through; its new VTXOs enter the ledger."""
        result = self.call("close_batch", session=session)
        return cast(shapes.CloseBatchResult, result)

    def abort_batch(self, *, session: int) -> None:
        """End a batch or an intent that failed; its nonces are wiped."""
        self.call("abort_batch", session=session)

    def start_exit(self, *, outpoint: bytes) -> None:
        """Mark a VTXO as leaving, by button or policy; it can be forfeited no more."""
        self.call("start_exit", outpoint=outpoint)

    def sign_cpfp(
        self,
        *,
        parent: shapes.Parent,
        funding: list[shapes.Funding],
        change_index: int,
        fee_sat: int,
    ) -> shapes.SignCpfpResult:
        """Pay for a package: sign the child that spends the parent's P2A anchor and own on-chain
        coins, and returns the rest to an own on-chain key.
        """
        result = self.call(
            "sign_cpfp",
            parent=parent,
            funding=funding,
            change_index=change_index,
            fee_sat=fee_sat,
        )
        return cast(shapes.SignCpfpResult, result)

    def sign_claim(
        self,
        *,
        kind: int,
        outpoint: bytes,
        amount_sat: int,
        index: int,
        destination_index: int,
        fee_sat: int,
    ) -> shapes.SignClaimResult:
        """Sign the transaction that takes an unrolled VTXO, or an expired boarding coin, by the
        owner's timeout leaf to an own on-chain key.
        """
        result = self.call(
            "sign_claim",
            kind=kind,
            outpoint=outpoint,
            amount_sat=amount_sat,
            index=index,
            destination_index=destination_index,
            fee_sat=fee_sat,
        )
        return cast(shapes.SignClaimResult, result)

    def release_vtxo(self, *, outpoint: bytes) -> None:
        """Ask on the screen whether the batch that took this coin never confirmed; if so it is
        live again and the batch's own VTXOs are void. Of a void VTXO, the way back.
        """
        self.call("release_vtxo", outpoint=outpoint)
