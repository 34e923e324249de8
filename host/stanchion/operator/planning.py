"""From intents to transactions: the commitment, the VTXO tree and the connector tree.

One planner makes one batch (spec/arkade.md 3.1, 4, 6). Its steps are methods of their own, so that
an operator that lies in exactly one of them can be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arkcore.codec import parse_outpoint_text, to_hex_txid
from arkcore.commitment import commitment_tx
from arkcore.tree import TreeLeaf, TreePlan, TxTree, connector_tree, vtxo_tree
from arkcore.tx import Tx, TxOut

from stanchion.chain.port import InsufficientFunds, Utxo
from stanchion.chain.wallet import Wallet
from stanchion.operator.config import OperatorConfig
from stanchion.operator.keys import OperatorKeys
from stanchion.rounds.intent import Intent, IntentInput

_KEY_PATH_WITNESS = 66
_COLLABORATIVE_WITNESS = 1 + 2 * 65 + 69 + 66
_SEGWIT_MARKER = 2


@dataclass
class BatchPlan:
    """A batch before anybody has signed. `prevouts` match the commitment's inputs."""

    commitment: Tx
    prevouts: list[TxOut]
    reserved: list[bytes]
    vtxo_tree: TxTree | None
    connector_tree: TxTree | None
    forfeitable: list[IntentInput]

    @property
    def txid(self) -> str:
        return to_hex_txid(self.commitment.txid())

    def connector_topics(self) -> dict[bytes, list[str]]:
        """For each connector node (txid): outpoints of the VTXOs whose connectors lie below it."""
        topics: dict[bytes, list[str]] = {}
        if self.connector_tree is None:
            return topics
        for leaf, coin in zip(self.connector_tree.leaves(), self.forfeitable, strict=True):
            for node in self.connector_tree.path_to(leaf):
                topics.setdefault(node.txid, []).append(coin.outpoint)
        return topics


class BatchPlanner:
    """Builds one batch out of its intents and the operator's wallet."""

    def __init__(self, config: OperatorConfig, keys: OperatorKeys, wallet: Wallet) -> None:
        self.config = config
        self.keys = keys
        self.wallet = wallet

    def plan(self, intents: Sequence[Intent]) -> BatchPlan:
        """Raises InsufficientFunds when the wallet cannot carry the batch."""
        forfeitable = [coin for intent in intents for coin in intent.forfeitable]
        leaves = self.tree_leaves(intents)
        vtxos = self.vtxo_plan(leaves) if leaves else None
        connectors = self.connector_plan(len(forfeitable)) if forfeitable else None
        outputs = self._outputs(intents, vtxos, connectors)
        boarding = [coin for intent in intents for coin in intent.boarding]
        commitment, prevouts, reserved = self._fund(outputs, boarding)
        txid = commitment.txid()
        return BatchPlan(
            commitment,
            prevouts,
            reserved,
            self.grow_vtxo_tree(vtxos, txid) if vtxos is not None else None,
            self.grow_connector_tree(connectors, txid) if connectors is not None else None,
            forfeitable,
        )

    def tree_leaves(self, intents: Sequence[Intent]) -> list[TreeLeaf]:
        """One leaf per intent with off-chain receivers, in the order of the round."""
        leaves = []
        for intent in intents:
            outputs = [
                TxOut(receiver.amount_sat, bytes.fromhex(receiver.script))
                for receiver in intent.offchain_receivers
            ]
            if outputs:
                keys = [bytes.fromhex(key) for key in intent.cosigners]
                leaves.append(TreeLeaf([*keys, self.keys.tree], outputs))
        return leaves

    def vtxo_plan(self, leaves: list[TreeLeaf]) -> TreePlan:
        sequence = self.config.expiry_sequence
        return vtxo_tree(leaves, self.keys.sweep_root(sequence), sequence)

    def connector_plan(self, count: int) -> TreePlan:
        """Connectors pay to a key of the operator, who can spend them if it must."""
        return connector_tree(self.keys.connector.script[2:], count, self.config.dust_sat)

    def batch_output(self, vtxos: TreePlan) -> TxOut:
        return vtxos.root_output

    def grow_vtxo_tree(self, vtxos: TreePlan, commitment_txid: bytes) -> TxTree:
        return vtxos.tree(commitment_txid)

    def grow_connector_tree(self, connectors: TreePlan, commitment_txid: bytes) -> TxTree:
        return connectors.tree(commitment_txid)

    def _outputs(
        self, intents: Sequence[Intent], vtxos: TreePlan | None, connectors: TreePlan | None
    ) -> list[TxOut]:
        """Outputs in their final order, without change."""
        onchain = [
            TxOut(receiver.amount_sat, bytes.fromhex(receiver.script))
            for intent in intents
            for receiver in intent.onchain_receivers
        ]
        shell = commitment_tx(
            [],
            None if vtxos is None else self.batch_output(vtxos),
            None if connectors is None else connectors.root_output,
            onchain,
        )
        return list(shell.outputs)

    def _fund(
        self, outputs: list[TxOut], boarding: Sequence[IntentInput]
    ) -> tuple[Tx, list[TxOut], list[bytes]]:
        """Adds wallet coins until outputs and fee are paid; change goes last, dust to the fee."""
        owed = [TxOut(coin.amount_sat, bytes.fromhex(coin.script)) for coin in boarding]
        points = [parse_outpoint_text(coin.outpoint) for coin in boarding]
        wanted_sat = sum(txout.amount_sat for txout in outputs)
        given_sat = sum(txout.amount_sat for txout in owed)
        chosen: list[Utxo] = []
        for coin in self._spendable():
            chosen.append(coin)
            wallet_points = [utxo.outpoint for utxo in chosen]
            change = TxOut(0, self.wallet.script)
            tx = Tx(2, [], [*outputs, change])
            tx.inputs = commitment_tx([*wallet_points, *points], None, None, outputs).inputs
            fee_sat = self._fee_sat(tx, len(chosen), len(boarding))
            spare_sat = given_sat + sum(u.amount_sat for u in chosen) - wanted_sat - fee_sat
            if spare_sat < 0:
                continue
            change.amount_sat = spare_sat
            if spare_sat <= self.config.dust_sat:
                tx.outputs.pop()
            prevouts = [TxOut(u.amount_sat, u.script) for u in chosen] + owed
            return tx, prevouts, wallet_points
        raise InsufficientFunds(f"{wanted_sat} sat and fee wanted for the commitment transaction")

    def _spendable(self) -> list[Utxo]:
        """Confirmed coins first: version 2 cannot spend the unconfirmed change of version 3."""
        confirmed = self.wallet.coins(1)
        return confirmed + [coin for coin in self.wallet.coins(0) if coin not in confirmed]

    def _fee_sat(self, tx: Tx, wallet_inputs: int, boarding_inputs: int) -> int:
        witness = wallet_inputs * _KEY_PATH_WITNESS + boarding_inputs * _COLLABORATIVE_WITNESS
        weight = tx.weight() + _SEGWIT_MARKER + witness
        return self.config.commitment_fee_rate * ((weight + 3) // 4)
