"""The operator's side of forfeits: each VTXO of a batch forfeited once, by a connector of its own.

Spec: arkade.md 5, "Server verification".
"""

from arkcore import closures
from arkcore.errors import SigningError
from arkcore.forfeit import forfeit_tx
from arkcore.offchain import COLLABORATIVE_KINDS, VtxoInput
from arkcore.tapsigs import LeafSpend
from arkcore.tx import Tx, TxOut


class ForfeitCollector:
    """Collects the forfeits of one batch. `collected` holds (Tx, connector outpoint) by VTXO."""

    __slots__ = ("_vtxos", "_connectors", "_forfeit_script", "_signer_keys", "collected")

    def __init__(
        self,
        vtxos: "list[VtxoInput]",
        connectors: "dict[bytes, TxOut]",
        forfeit_script: bytes,
        signer_keys: "tuple[bytes, ...]",
    ) -> None:
        """`connectors`: outputs by outpoint (36 bytes). `signer_keys` (x-only, 32 bytes) are the
        operator's own, which sign later."""
        self._vtxos = {vtxo.outpoint: vtxo for vtxo in vtxos}
        self._connectors = dict(connectors)
        self._forfeit_script = forfeit_script
        self._signer_keys = signer_keys
        self.collected: dict[bytes, tuple[Tx, bytes]] = {}

    def add(self, tx: Tx, signatures: "dict[bytes, bytes]") -> bytes:
        """Judges and takes one forfeit; returns the VTXO's outpoint (36 bytes).

        `signatures` of the VTXO input by x-only key. Both input orders are accepted. Raises
        SigningError `forfeit-vtxo` (spends none of the batch, or a second time),
        `forfeit-connector` (no connector of this batch, or one that another forfeit took: only one
        of the two could be enforced), `forfeit-leaf`, `forfeit-form` (not the transaction that
        would be built), `tapsig-*`, ScriptError `control-block`.
        """
        if len(tx.inputs) != 2:
            raise SigningError("forfeit-form", "%d inputs" % len(tx.inputs))
        vtxo_index = 0 if tx.inputs[0].outpoint in self._vtxos else 1
        vtxo = self._vtxos.get(tx.inputs[vtxo_index].outpoint)
        if vtxo is None or vtxo.outpoint in self.collected:
            raise SigningError("forfeit-vtxo", "not in this batch, or forfeited before")
        connector_point = tx.inputs[1 - vtxo_index].outpoint
        connector = self._connectors.get(connector_point)
        if connector is None:
            raise SigningError("forfeit-connector", "not of this batch, or used before")
        self._check_form(tx, vtxo_index, vtxo, connector)
        prevouts = [vtxo.output, connector]
        if vtxo_index:
            prevouts.reverse()
        spend = LeafSpend(tx, vtxo_index, prevouts, vtxo.leaf_script, vtxo.control)
        spend.check_signatures(signatures, self._signer_keys)
        del self._connectors[connector_point]
        self.collected[vtxo.outpoint] = (tx, connector_point)
        return vtxo.outpoint

    def _check_form(self, tx: Tx, vtxo_index: int, vtxo: VtxoInput, connector: TxOut) -> None:
        closure = closures.decode(vtxo.leaf_script)
        if closure.kind not in COLLABORATIVE_KINDS:
            raise SigningError("forfeit-leaf", closure.kind)
        rebuilt = forfeit_tx(
            vtxo.outpoint,
            vtxo.output.amount_sat,
            tx.inputs[1 - vtxo_index].outpoint,
            connector.amount_sat,
            self._forfeit_script,
            closure.locktime or 0,
        )
        if vtxo_index:
            rebuilt.inputs.reverse()
        if rebuilt.serialize(False) != tx.serialize(False):
            raise SigningError("forfeit-form", "not the forfeit of this VTXO")

    def missing(self) -> "list[bytes]":
        """Outpoints (36 bytes) of VTXOs whose forfeit has not come yet."""
        return [point for point in self._vtxos if point not in self.collected]
