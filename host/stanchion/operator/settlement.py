"""What participants give at the end of a batch: forfeits and signed boarding inputs.

Forfeits are judged by rebuilding them (spec/arkade.md 5), in either input order; connectors may be
paired with VTXOs in any way, but each serves once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arkcore.codec import outpoint, parse_outpoint_text, to_hex_txid
from arkcore.errors import ArkError, EncodingError
from arkcore.forfeit_check import ForfeitCollector
from arkcore.offchain import VtxoInput
from arkcore.psbt import Psbt, PsbtMap, tap_leaf_scripts, tap_script_sigs
from arkcore.tapsigs import LeafSpend
from arkcore.tree import TxTree
from arkcore.tx import Tx, TxOut

from stanchion.operator.errors import Code, OperatorError
from stanchion.rounds.events import ForfeitTx
from stanchion.rounds.intent import IntentInput


@dataclass(frozen=True)
class SignedLeaf:
    """A collaborative leaf with its owner's signatures: what is missing is the operator's."""

    script: bytes
    control: bytes
    signatures: Mapping[bytes, bytes]


@dataclass(frozen=True)
class Forfeit:
    """A verified forfeit of one VTXO."""

    vtxo: str
    connector: bytes
    tx: Tx
    psbt: str
    leaf: SignedLeaf

    @property
    def record(self) -> ForfeitTx:
        return ForfeitTx(to_hex_txid(self.tx.txid()), self.psbt)


def read_leaf(fields: PsbtMap) -> SignedLeaf:
    """The one leaf of a PSBT input with its signatures. Raises ArkError."""
    leaves = tap_leaf_scripts(fields)
    if len(leaves) != 1:
        raise EncodingError("psbt-field", f"{len(leaves)} leaf scripts")
    control, script = leaves[0]
    return SignedLeaf(script, control, {k: sig for k, _, sig in tap_script_sigs(fields)})


class Settlement:
    """Collects what one batch needs before it can be broadcast."""

    def __init__(
        self,
        commitment: Tx,
        prevouts: list[TxOut],
        forfeitable: Sequence[IntentInput],
        boarding: Sequence[IntentInput],
        connector_tree: TxTree | None,
        forfeit_script: bytes,
        signer_xonly: bytes,
    ) -> None:
        self._commitment = commitment
        self._prevouts = prevouts
        self._forfeit_script = forfeit_script
        self._signer = signer_xonly
        self._vtxos = {parse_outpoint_text(coin.outpoint): coin for coin in forfeitable}
        self._boarding = {parse_outpoint_text(coin.outpoint): coin for coin in boarding}
        self._connectors = self._connector_outputs(connector_tree)
        self.forfeits: dict[bytes, Forfeit] = {}
        self.boarding_leaves: dict[int, SignedLeaf] = {}

    @staticmethod
    def _connector_outputs(tree: TxTree | None) -> dict[bytes, TxOut]:
        if tree is None:
            return {}
        return {outpoint(leaf.txid, 0): leaf.tx.outputs[0] for leaf in tree.leaves()}

    @property
    def missing_forfeits(self) -> list[IntentInput]:
        return [coin for point, coin in self._vtxos.items() if point not in self.forfeits]

    @property
    def missing_boarding(self) -> list[IntentInput]:
        signed = {self._commitment.inputs[index].outpoint for index in self.boarding_leaves}
        return [coin for point, coin in self._boarding.items() if point not in signed]

    @property
    def complete(self) -> bool:
        return not self.missing_forfeits and not self.missing_boarding

    def add_forfeit(self, text: str) -> None:
        """Raises OperatorError INVALID_FORFEIT_TXS; the first forfeit of a VTXO stays."""
        try:
            psbt = Psbt.from_base64(text)
            position = self._vtxo_position(psbt.tx)
            point = psbt.tx.inputs[position].outpoint
            if point not in self.forfeits:
                self.forfeits[point] = self._checked_forfeit(psbt, position)
        except ArkError as error:
            raise OperatorError(Code.INVALID_FORFEIT_TXS, str(error)) from error

    def _checked_forfeit(self, psbt: Psbt, position: int) -> Forfeit:
        point = psbt.tx.inputs[position].outpoint
        coin = self._vtxos[point]
        output = TxOut(coin.amount_sat, bytes.fromhex(coin.script))
        leaf = read_leaf(psbt.inputs[position])
        vtxo = VtxoInput(point, output, leaf.script, leaf.control)
        free = {p: txout for p, txout in self._connectors.items() if p not in self._used}
        judge = ForfeitCollector([vtxo], free, self._forfeit_script, (self._signer,))
        judge.add(psbt.tx, dict(leaf.signatures))
        connector = judge.collected[point][1]
        return Forfeit(coin.outpoint, connector, psbt.tx, psbt.to_base64(), leaf)

    @property
    def _used(self) -> set[bytes]:
        return {forfeit.connector for forfeit in self.forfeits.values()}

    def _vtxo_position(self, tx: Tx) -> int:
        for position, txin in enumerate(tx.inputs):
            if txin.outpoint in self._vtxos:
                return position
        raise ArkError("forfeit-vtxo", "spends no VTXO of this batch")

    def add_commitment(self, text: str) -> None:
        """Takes the boarding signatures of a partly signed commitment transaction.

        Raises OperatorError INVALID_BOARDING_INPUT_SIG; the first signature of an input stays.
        """
        try:
            psbt = Psbt.from_base64(text)
            if psbt.tx.txid() != self._commitment.txid():
                raise ArkError("commitment-form", "another transaction")
            found = {
                index: self._checked_boarding(index, psbt.inputs[index])
                for index, txin in enumerate(self._commitment.inputs)
                if txin.outpoint in self._boarding and tap_script_sigs(psbt.inputs[index])
            }
        except ArkError as error:
            raise OperatorError(Code.INVALID_BOARDING_INPUT_SIG, str(error)) from error
        if not found:
            raise OperatorError(Code.INVALID_BOARDING_INPUT_SIG, "no signed inputs found")
        self.boarding_leaves = {**found, **self.boarding_leaves}

    def _checked_boarding(self, index: int, fields: PsbtMap) -> SignedLeaf:
        leaf = read_leaf(fields)
        spend = LeafSpend(self._commitment, index, self._prevouts, leaf.script, leaf.control)
        spend.check_signatures(dict(leaf.signatures), (self._signer,))
        return leaf
