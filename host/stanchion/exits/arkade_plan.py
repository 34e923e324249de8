"""The plan of an Arkade output: its stored branch of tree, checkpoint and ark transactions.

All of it is known when the batch ends; nothing is asked of the operator when it is needed. A
boarding output is on the chain already: its branch is empty, and only its delay has to run off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from arkcore import delays
from arkcore.claim import Claim, ExitCoin
from arkcore.codec import outpoint_text, parse_outpoint_text
from arkcore.errors import ArkError
from arkcore.scripts import VtxoScript
from arkcore.tx import Tx, TxOut

from stanchion.exits.errors import (
    CyclicExitTransactions,
    MissingExitTransaction,
    NonStandardVtxo,
    VtxoScriptPubKeyInvalid,
)
from stanchion.exits.plan import ClaimRecipe, ExitStep
from stanchion.signers.facts import ClaimKind

_TRUC_VERSION = 3


@dataclass(frozen=True)
class ArkadePlan:
    """`branch` holds finalised transactions in any order, the VTXO's own among them.

    `owner_xonly` and `signer_xonly` are 32 bytes, `exit_sequence` is a BIP-68 number;
    `key_index` is the owner key's index in the wallet. `check` judges the branch. For a boarding
    output `vtxo_id` is its outpoint and `branch` is empty.
    """

    vtxo_id: bytes
    amount_sat: int
    branch: tuple[Tx, ...]
    owner_xonly: bytes
    signer_xonly: bytes
    exit_sequence: int
    key_index: int
    kind: ClaimKind = ClaimKind.VTXO

    @cached_property
    def steps(self) -> Sequence[ExitStep]:
        if self.kind is ClaimKind.BOARDING:
            return []
        return hold_back(topological(self.vtxo_id, [ExitStep.of(tx) for tx in self.branch]))

    @cached_property
    def script(self) -> VtxoScript:
        return VtxoScript(self.owner_xonly, self.signer_xonly, self.exit_sequence)

    @property
    def claim(self) -> ClaimRecipe:
        output = TxOut(self.amount_sat, self.script.script_pubkey)
        leaf, control = self.script.exit_leaf, self.script.exit_control()
        coin = ExitCoin(self.vtxo_id, output, leaf, control)
        return ClaimRecipe(coin, self.kind, self.key_index)

    def check(self) -> None:
        """Raises ExitError when this exit could not be carried to its end.

        Found now it costs nothing; found halfway, the fees of all steps before are lost.
        """
        if self.kind is ClaimKind.BOARDING:
            return
        last = self.steps[-1]
        vout = int.from_bytes(self.vtxo_id[32:], "little")
        outputs = last.tx.outputs
        if last.txid != self.vtxo_id[:32] or vout >= len(outputs):
            raise MissingExitTransaction(self.vtxo_id[:32])
        if outputs[vout] != self.claim.coin.output:
            raise VtxoScriptPubKeyInvalid("the last transaction does not pay this VTXO")
        for step in self.steps:
            if step.tx.version != _TRUC_VERSION or step.anchor_vout is None:
                raise NonStandardVtxo(self.vtxo_id, "a transaction cannot be relayed by a child")
            if not all(txin.witness for txin in step.tx.inputs):
                raise NonStandardVtxo(self.vtxo_id, "a transaction is not signed")

    def finalize_claim(self, claim: Claim, signature: bytes) -> Tx:
        claim.tx.inputs[0].witness = claim.spends[0].witness({self.owner_xonly: signature})
        return claim.tx

    def is_claimed_by(self, raw_tx: bytes) -> bool:
        for txin in Tx.parse(raw_tx).inputs:
            if txin.outpoint == self.vtxo_id:
                return len(txin.witness) >= 2 and txin.witness[-2] == self.script.exit_leaf
        return False

    def to_json(self) -> dict[str, Any]:
        kind, value = delays.decode(self.exit_sequence)
        return {
            "type": "arkade",
            "kind": self.kind.name.lower(),
            "vtxo": outpoint_text(self.vtxo_id),
            "amount_sat": self.amount_sat,
            "transactions": [step.tx.serialize().hex() for step in self.steps],
            "owner_key": self.owner_xonly.hex(),
            "signer_key": self.signer_xonly.hex(),
            f"exit_delay_{kind}": value,
            "key_index": self.key_index,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "ArkadePlan":
        """Raises VtxoScriptPubKeyInvalid for a record that does not decode."""
        try:
            if "exit_delay_blocks" in record:
                sequence = delays.blocks(int(record["exit_delay_blocks"]))
            else:
                sequence = delays.seconds(int(record["exit_delay_seconds"]))
            return cls(
                parse_outpoint_text(record["vtxo"]),
                int(record["amount_sat"]),
                tuple(Tx.parse(bytes.fromhex(raw)) for raw in record["transactions"]),
                bytes.fromhex(record["owner_key"]),
                bytes.fromhex(record["signer_key"]),
                sequence,
                int(record["key_index"]),
                ClaimKind[str(record["kind"]).upper()],
            )
        except (KeyError, TypeError, ValueError, ArkError) as error:
            raise VtxoScriptPubKeyInvalid(f"stored plan: {error}") from error


def topological(vtxo_id: bytes, steps: Sequence[ExitStep]) -> list[ExitStep]:
    """Steps with parents before children, the VTXO's own transaction last.

    Raises MissingExitTransaction when the VTXO's own is absent, CyclicExitTransactions.
    """
    waiting = {step.txid: step for step in steps}
    last = waiting.get(vtxo_id[:32])
    if last is None:
        raise MissingExitTransaction(vtxo_id[:32])
    ordered: list[ExitStep] = []
    while waiting:
        ready = [step for step in waiting.values() if not step.input_txids & waiting.keys()]
        if not ready:
            raise CyclicExitTransactions(vtxo_id)
        for step in ready:
            ordered.append(step)
            del waiting[step.txid]
    ordered.remove(last)
    return [*ordered, last]


def hold_back(steps: Sequence[ExitStep]) -> list[ExitStep]:
    """Steps (parents first) whose several parents are released together.

    An ark transaction may spend several checkpoints, and the operator may take a confirmed one
    after its delay. So no checkpoint is sent before the branches of all others are confirmed too.
    """
    ancestors: dict[bytes, frozenset[bytes]] = {}
    held: dict[bytes, frozenset[bytes]] = {}
    for step in steps:
        parents = [txid for txid in step.input_txids if txid in ancestors]
        above = frozenset[bytes]().union(*(ancestors[txid] for txid in parents))
        ancestors[step.txid] = above | frozenset(parents)
        for parent in parents:
            held[parent] = held.get(parent, frozenset()) | above - ancestors[parent]
    return [replace(step, held_for=held.get(step.txid, frozenset())) for step in steps]
