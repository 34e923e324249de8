"""The owner's host in a few lines: takes one intent through a batch, step by step.

`Run.finish` does what is left; a test stops before a step, changes one fact of `run.batch`, and
goes on. `device` is anything with `call(name, **params)`: the objects in this process, or a client
on a serial line.
"""

import hashlib
from typing import Any, Protocol

from arkcore.codec import outpoint
from arkcore.nodes import CONNECTOR_OUTPUT_INDEX, node_tx
from arkcore.scripts import VtxoScript
from arkcore.tx import TxOut
from wire import terms

from tests.batch.operator import Batch, Wish, build, enrolment, public

VALID_AT = 1_750_000_000
EXPIRE_AT = VALID_AT + 600


class DeviceLike(Protocol):
    def call(self, name: str, **params: Any) -> dict[str, Any]: ...


def facts(outputs: list[TxOut]) -> list[dict[str, Any]]:
    return [{"amount_sat": one.amount_sat, "script": one.script} for one in outputs]


def own_script(device: DeviceLike, kind: int, index: int) -> bytes:
    script: bytes = device.call("get_address", kind=kind, index=index, show=False)["script"]
    return script


def vtxo_script(device: DeviceLike, kind: int, index: int) -> VtxoScript:
    """The whole script, rebuilt here from the owner key that the device names."""
    terms_of = enrolment()
    is_boarding = kind == terms.COIN_BOARDING
    delay = terms_of["boarding_exit_delay" if is_boarding else "unilateral_exit_delay"]
    address = terms.ADDRESS_BOARDING if is_boarding else terms.ADDRESS_VTXO
    key = device.call("get_address", kind=address, index=index, show=False)["owner_key"]
    return VtxoScript(key, public("signer")[1:], delay)


def boarding_input(name: str, amount_sat: int, index: int = 0) -> dict[str, Any]:
    point = outpoint(hashlib.sha256(name.encode()).digest(), 1)
    return {
        "kind": terms.COIN_BOARDING,
        "outpoint": point,
        "amount_sat": amount_sat,
        "index": index,
    }


def vtxo_input(item: dict[str, Any]) -> dict[str, Any]:
    """The input that spends an item of list_vtxos."""
    return {
        "kind": terms.COIN_VTXO,
        "outpoint": item["outpoint"],
        "amount_sat": item["amount_sat"],
        "index": item["index"],
    }


def own_vtxo(amount_sat: int, index: int) -> dict[str, Any]:
    return {"kind": terms.OUTPUT_OWN_VTXO, "amount_sat": amount_sat, "index": index}


def own_onchain(amount_sat: int, index: int) -> dict[str, Any]:
    return {"kind": terms.OUTPUT_OWN_ONCHAIN, "amount_sat": amount_sat, "index": index}


def ledger_of(device: DeviceLike) -> list[dict[str, Any]]:
    """All VTXOs of the device, in its order."""
    items: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        page = device.call("list_vtxos", start=start)
        items += page["items"]
        start = page.get("next")
    return items


def live(device: DeviceLike) -> list[dict[str, Any]]:
    return [item for item in ledger_of(device) if item["state"] == terms.VTXO_LIVE]


def end_of(commitment_txid: bytes, path: list[tuple[int, list[TxOut]]]) -> bytes:
    """Outpoint of the connector that a path from the commitment's output 1 leads to."""
    point = outpoint(commitment_txid, CONNECTOR_OUTPUT_INDEX)
    for step, outputs in path:
        point = outpoint(node_tx(point, outputs).txid(), step)
    return point


class Run:
    """One intent on its way through a batch."""

    def __init__(
        self,
        device: DeviceLike,
        inputs: list[dict[str, Any]],
        outputs: list[dict[str, Any]],
        **options: Any,
    ) -> None:
        self.device = device
        self.inputs = inputs
        self.outputs = outputs
        self.options = options
        self.session = 0
        self.proof: list[bytes] = []
        self.cosigner_key: bytes | None = None
        self.nonces: list[bytes] = []
        self.partials: list[bytes] = []
        self.tree_signatures: list[bytes] = []
        self.given: list[bytes] = []
        # What the operator claims where it is not the truth.
        self.announced_txid = b""
        self.shown_txid = b""
        self.shown_connector = b""
        self._batch: Batch | None = None

    @property
    def batch(self) -> Batch:
        assert self._batch is not None
        return self._batch

    def call(self, name: str, **params: Any) -> dict[str, Any]:
        return self.device.call(name, session=self.session, **params)

    def open(self) -> "Run":
        reply = self.device.call(
            "open_intent",
            inputs=self.inputs,
            outputs=self.outputs,
            valid_at=VALID_AT,
            expire_at=EXPIRE_AT,
        )
        self.session = reply["session"]
        self.cosigner_key = reply.get("cosigner_key")
        self.proof = reply["signatures"]
        self._batch = build(self._wish(), **self.options)
        return self

    def _wish(self) -> Wish:
        boarding = [one for one in self.inputs if one["kind"] == terms.COIN_BOARDING]
        coins = []
        for one in boarding:
            script = own_script(self.device, terms.ADDRESS_BOARDING, one["index"])
            coins.append((one["outpoint"], TxOut(one["amount_sat"], script)))
        tree_kinds = (terms.OUTPUT_OWN_VTXO, terms.OUTPUT_FOREIGN_VTXO)
        return Wish(
            self.cosigner_key,
            coins,
            len(self.inputs) - len(boarding),
            [self.output(one) for one in self.outputs if one["kind"] in tree_kinds],
            [self.output(one) for one in self.outputs if one["kind"] not in tree_kinds],
        )

    def output(self, item: dict[str, Any]) -> TxOut:
        if "script" in item:
            return TxOut(item["amount_sat"], item["script"])
        is_vtxo = item["kind"] == terms.OUTPUT_OWN_VTXO
        kind = terms.ADDRESS_VTXO if is_vtxo else terms.ADDRESS_ONCHAIN
        return TxOut(item["amount_sat"], own_script(self.device, kind, item["index"]))

    def announce(self) -> None:
        tx = self.batch.commitment
        self.call(
            "open_batch",
            batch_expiry=self.batch.expiry,
            input_count=len(tx.inputs),
            output_count=len(tx.outputs),
            txid=self.announced_txid or tx.txid(),
            version=tx.version,
            locktime=tx.locktime,
        )

    def feed_commitment(self) -> None:
        tx = self.batch.commitment
        boards = any(one["kind"] == terms.COIN_BOARDING for one in self.inputs)
        inputs = [
            {"outpoint": txin.outpoint, "sequence": txin.sequence, **(fact if boards else {})}
            for txin, fact in zip(tx.inputs, facts(self.batch.prevouts), strict=True)
        ]
        for start in range(0, len(inputs), 16):
            self.call("feed_commitment_inputs", inputs=inputs[start : start + 16])
        outputs = facts(tx.outputs)
        for start in range(0, len(outputs), 16):
            self.call("feed_commitment_outputs", outputs=outputs[start : start + 16])

    def feed_branch(self) -> None:
        for node in self.batch.branch:
            for start in range(0, len(node.cosigners), 64):
                chunk = node.cosigners[start : start + 64]
                self.call("feed_cosigners", keys=b"".join(chunk))
            self.call(
                "feed_node",
                child_index=node.child_index,
                outputs=facts(node.outputs),
                is_leaf=node.is_leaf,
            )

    def sign_tree(self) -> None:
        self.nonces = self.call("get_nonces")["nonces"]
        assert self.cosigner_key is not None
        self.aggregates = self.batch.aggregate_nonces(self.cosigner_key, self.nonces)
        reply = self.call("sign_tree", agg_nonces=self.aggregates)
        self.partials = reply["partial_signatures"]
        self.tree_signatures = self.batch.tree_signatures(self.partials)

    def feed_signatures(self) -> None:
        self.call(
            "feed_tree_signatures",
            signatures=self.tree_signatures,
            commitment_txid=self.shown_txid or self.batch.commitment.txid(),
        )

    def connect(self) -> None:
        paths = iter(self.batch.connectors)
        for index, one in enumerate(self.inputs):
            if one["kind"] == terms.COIN_VTXO:
                self.connect_one(index, next(paths))

    def connect_one(self, index: int, path: list[tuple[int, list[TxOut]]]) -> None:
        nodes = [{"child_index": step, "outputs": facts(outputs)} for step, outputs in path]
        connector = self.shown_connector or end_of(self.batch.commitment.txid(), path)
        self.call("feed_connector", input_index=index, nodes=nodes, connector=connector)

    def give(self) -> None:
        for index, one in enumerate(self.inputs):
            is_vtxo = one["kind"] == terms.COIN_VTXO
            reply = self.call("sign_forfeit" if is_vtxo else "sign_boarding", input_index=index)
            self.given.append(reply["signature"])

    def to_tree(self) -> "Run":
        """Up to the point where the branch is to be fed."""
        self.open()
        self.announce()
        self.feed_commitment()
        return self

    def to_exit_path(self) -> "Run":
        """Up to the point where the owner could leave alone."""
        self.to_tree()
        self.after_commitment()
        return self

    def after_commitment(self) -> None:
        if self.batch.branch:
            self.feed_branch()
            self.sign_tree()
            self.feed_signatures()

    def finish(self) -> list[bytes]:
        """From the connectors to the end; the outpoints of the new VTXOs."""
        self.connect()
        self.give()
        vtxos: list[bytes] = self.call("close_batch")["vtxos"]
        return vtxos

    def all(self) -> list[bytes]:
        return self.to_exit_path().finish()
