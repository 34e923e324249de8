"""The signer port over a device: facts become requests, refusals keep their tag and sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Concatenate, ParamSpec, TypeVar

from arkcore.tx import TxOut
from wire.terms import MAX_COSIGNER_CHUNK

from stanchion.device import shapes
from stanchion.device.commands import Commands
from stanchion.device.errors import DeviceError, DeviceRefused
from stanchion.signers.facts import (
    AddressFacts,
    AddressKind,
    BatchFact,
    ClaimKind,
    ConnectorNodeFact,
    FundingFact,
    InputFact,
    NodeFact,
    OpenedIntent,
    OperatorFacts,
    OutputFact,
    ParentFact,
    PrevoutFact,
    VtxoFacts,
    VtxoState,
)
from stanchion.signers.port import SignerRefused, SignerUnavailable

_KEY_BYTES = 33
_P = ParamSpec("_P")
_R = TypeVar("_R")


def _translated(
    method: Callable[Concatenate[DeviceSigner, _P], _R],
) -> Callable[Concatenate[DeviceSigner, _P], _R]:
    """Turns the device client's errors into the port's."""

    def guarded(self: DeviceSigner, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return method(self, *args, **kwargs)
        except DeviceRefused as error:
            raise SignerRefused(error.tag, error.detail, error.sentence, error.stage) from error
        except DeviceError as error:
            raise SignerUnavailable(str(error)) from error

    return guarded


def _outputs(outputs: Sequence[TxOut]) -> list[shapes.TxOutput]:
    return [{"amount_sat": one.amount_sat, "script": one.script} for one in outputs]


def _intent_inputs(inputs: Sequence[InputFact]) -> list[shapes.IntentInput]:
    return [
        {
            "kind": int(one.kind),
            "outpoint": one.outpoint,
            "amount_sat": one.amount_sat,
            "index": one.index,
        }
        for one in inputs
    ]


def _intent_output(output: OutputFact) -> shapes.IntentOutput:
    if output.kind.own:
        return {
            "kind": int(output.kind),
            "amount_sat": output.amount_sat,
            "index": output.index,
        }
    return {"kind": int(output.kind), "amount_sat": output.amount_sat, "script": output.script}


def _commitment_input(fact: PrevoutFact) -> shapes.CommitmentInput:
    if fact.prevout is None:
        return {"outpoint": fact.outpoint, "sequence": fact.sequence}
    return {
        "outpoint": fact.outpoint,
        "sequence": fact.sequence,
        "amount_sat": fact.prevout.amount_sat,
        "script": fact.prevout.script,
    }


class DeviceSigner:
    """A device as the signer of rounds and exits; `client` is connected already."""

    def __init__(self, client: Commands) -> None:
        self.client = client

    # -- wallet ---------------------------------------------------------------------------------

    @_translated
    def enroll_operator(self, operator: OperatorFacts) -> bytes:
        return self.client.enroll_operator(**asdict(operator))["operator_id"]

    @_translated
    def get_operator(self) -> OperatorFacts:
        found = self.client.get_operator()
        return OperatorFacts(
            found["name"],
            found["signer_key"],
            found["forfeit_key"],
            found["forfeit_script"],
            found["unilateral_exit_delay"],
            found["boarding_exit_delay"],
            found["checkpoint_exit_delay"],
            found["min_batch_expiry"],
            found["dust_sat"],
        )

    @_translated
    def get_address(self, kind: AddressKind, index: int) -> AddressFacts:
        found = self.client.get_address(kind=int(kind), index=index, show=False)
        return AddressFacts(found["script"], found["address"], found["owner_key"])

    @_translated
    def list_vtxos(self) -> tuple[VtxoFacts, ...]:
        items: list[shapes.LedgerVtxo] = []
        start: int | None = 0
        while start is not None:
            page = self.client.list_vtxos(start=start)
            items += page["items"]
            start = page.get("next")
        return tuple(
            VtxoFacts(
                item["outpoint"],
                item["amount_sat"],
                item["index"],
                VtxoState(item["state"]),
                item["batch_expiry"],
                item["commitment_txid"],
                item["depth"],
            )
            for item in items
        )

    @_translated
    def release_vtxo(self, outpoint: bytes) -> None:
        self.client.release_vtxo(outpoint=outpoint)

    # -- batch ----------------------------------------------------------------------------------

    @_translated
    def open_intent(
        self,
        inputs: Sequence[InputFact],
        outputs: Sequence[OutputFact],
        valid_at: int,
        expire_at: int,
    ) -> OpenedIntent:
        found = self.client.open_intent(
            inputs=_intent_inputs(inputs),
            outputs=[_intent_output(output) for output in outputs],
            valid_at=valid_at,
            expire_at=expire_at,
        )
        key = found.get("cosigner_key", b"")
        return OpenedIntent(found["session"], key, tuple(found["signatures"]))

    @_translated
    def sign_intent_deletion(
        self, session: int, inputs: Sequence[InputFact], expire_at: int
    ) -> tuple[bytes, ...]:
        found = self.client.sign_intent_deletion(inputs=_intent_inputs(inputs), expire_at=expire_at)
        return tuple(found["signatures"])

    @_translated
    def open_batch(self, session: int, batch: BatchFact) -> None:
        self.client.open_batch(
            session=session,
            txid=batch.txid,
            batch_expiry=batch.expiry,
            input_count=batch.input_count,
            output_count=batch.output_count,
            version=batch.version,
            locktime=batch.locktime,
        )

    @_translated
    def feed_commitment_inputs(self, session: int, inputs: Sequence[PrevoutFact]) -> None:
        facts = [_commitment_input(one) for one in inputs]
        self.client.feed_commitment_inputs(session=session, inputs=facts)

    @_translated
    def feed_commitment_outputs(self, session: int, outputs: Sequence[TxOut]) -> None:
        self.client.feed_commitment_outputs(session=session, outputs=_outputs(outputs))

    @_translated
    def feed_node(self, session: int, node: NodeFact) -> bytes:
        keys = b"".join(node.cosigners)
        step = MAX_COSIGNER_CHUNK * _KEY_BYTES
        for start in range(0, len(keys), step):
            self.client.feed_cosigners(session=session, keys=keys[start : start + step])
        found = self.client.feed_node(
            session=session,
            child_index=node.child_index,
            outputs=_outputs(node.outputs),
            is_leaf=node.is_leaf,
        )
        return found["txid"]

    @_translated
    def get_nonces(self, session: int) -> tuple[bytes, ...]:
        return tuple(self.client.get_nonces(session=session)["nonces"])

    @_translated
    def sign_tree(self, session: int, agg_nonces: Sequence[bytes]) -> tuple[bytes, ...]:
        found = self.client.sign_tree(session=session, agg_nonces=list(agg_nonces))
        return tuple(found["partial_signatures"])

    @_translated
    def feed_tree_signatures(
        self, session: int, signatures: Sequence[bytes], commitment_txid: bytes
    ) -> None:
        self.client.feed_tree_signatures(
            session=session, signatures=list(signatures), commitment_txid=commitment_txid
        )

    @_translated
    def feed_connector(
        self,
        session: int,
        input_index: int,
        nodes: Sequence[ConnectorNodeFact],
        connector: bytes,
    ) -> None:
        facts: list[shapes.ConnectorNode] = [
            {"child_index": node.child_index, "outputs": _outputs(node.outputs)} for node in nodes
        ]
        self.client.feed_connector(
            session=session, input_index=input_index, nodes=facts, connector=connector
        )

    @_translated
    def sign_forfeit(self, session: int, input_index: int) -> bytes:
        return self.client.sign_forfeit(session=session, input_index=input_index)["signature"]

    @_translated
    def sign_boarding(self, session: int, input_index: int) -> bytes:
        return self.client.sign_boarding(session=session, input_index=input_index)["signature"]

    @_translated
    def close_batch(self, session: int) -> tuple[bytes, ...]:
        return tuple(self.client.close_batch(session=session)["vtxos"])

    @_translated
    def abort_batch(self, session: int) -> None:
        self.client.abort_batch(session=session)

    # -- exit -----------------------------------------------------------------------------------

    @_translated
    def start_exit(self, outpoint: bytes) -> None:
        self.client.start_exit(outpoint=outpoint)

    @_translated
    def sign_cpfp(
        self,
        parent: ParentFact,
        funding: Sequence[FundingFact],
        change_index: int,
        fee_sat: int,
    ) -> tuple[bytes, ...]:
        skeleton: shapes.Parent = {
            "inputs": [{"outpoint": i.outpoint, "sequence": i.sequence} for i in parent.inputs],
            "locktime": parent.locktime,
            "outputs": _outputs(parent.outputs),
        }
        coins: list[shapes.Funding] = [
            {"outpoint": coin.outpoint, "amount_sat": coin.amount_sat, "index": coin.index}
            for coin in funding
        ]
        found = self.client.sign_cpfp(
            parent=skeleton, funding=coins, change_index=change_index, fee_sat=fee_sat
        )
        return tuple(found["signatures"])

    @_translated
    def sign_claim(
        self,
        kind: ClaimKind,
        outpoint: bytes,
        amount_sat: int,
        index: int,
        destination_index: int,
        fee_sat: int,
    ) -> bytes:
        found = self.client.sign_claim(
            kind=int(kind),
            outpoint=outpoint,
            amount_sat=amount_sat,
            index=index,
            destination_index=destination_index,
            fee_sat=fee_sat,
        )
        return found["signature"]
