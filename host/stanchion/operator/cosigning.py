"""MuSig2 over a whole VTXO tree, coordinated by the operator (spec/arkade.md 8.6).

Wraps arkcore's coordinator with what the event protocol needs: hex by txid, who is still missing,
who is to blame, and the operator's own signatures.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import secp256k1
from arkcore.branch import BranchNode
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.errors import ArkError
from arkcore.nodes import node_key
from arkcore.sighash import taproot_sighash
from arkcore.tree import TreeNode, TxTree
from arkcore.treesigning import BranchSigner, TreeCoordinator
from arkcore.tx import TxOut

from stanchion.operator.errors import Code, OperatorError


def branch_nodes(tree: TxTree, batch_output: TxOut, sweep_root: bytes) -> dict[bytes, BranchNode]:
    """What signing needs of every node of the operator's own tree, by txid."""
    prevouts = {tree.root.txid: batch_output}
    prepared = {}
    for node in tree.nodes:
        for vout, child in node.children:
            prevouts[child.txid] = node.tx.outputs[vout]
        sighash = taproot_sighash(node.tx, 0, [prevouts[node.txid]])
        aggregate = node_key(node.cosigners, sweep_root)
        prepared[node.txid] = BranchNode(node.txid, sighash, aggregate)
    return prepared


def node_topic(node: TreeNode) -> list[str]:
    """Listeners of a node's events: its cosigners, compressed hex."""
    return [key.hex() for key in node.cosigners]


class TreeCosigning:
    """Collects nonces, then partial signatures, then combines; the operator's key is one signer."""

    def __init__(
        self, tree: TxTree, batch_output: TxOut, sweep_root: bytes, tree_secret: bytes
    ) -> None:
        self._tree = tree
        self._secret = tree_secret
        self._key = secp256k1.pubkey_create(tree_secret)
        nodes = branch_nodes(tree, batch_output, sweep_root)
        self._coordinator = TreeCoordinator(nodes, {n.txid: n.cosigners for n in tree.nodes})
        self._own_txids = self._coordinator.txids_of(self._key)
        self._signer = BranchSigner([nodes[txid] for txid in self._own_txids], self._key)
        self.client_keys = sorted({k for n in tree.nodes for k in n.cosigners} - {self._key})
        self._nonces_from: set[bytes] = set()
        self._signatures_from: set[bytes] = set()
        self.guilty: set[bytes] = set()
        randoms = [os.urandom(32) for _ in self._own_txids]
        nonces = self._signer.make_nonces(tree_secret, randoms)
        if self._own_txids:
            self._coordinator.add_nonces(self._key, dict(zip(self._own_txids, nonces, strict=True)))

    @property
    def nonces_missing(self) -> list[bytes]:
        return [key for key in self.client_keys if key not in self._nonces_from]

    @property
    def signatures_missing(self) -> list[bytes]:
        return [key for key in self.client_keys if key not in self._signatures_from]

    def _parse(self, key: bytes, values: Mapping[str, str]) -> dict[bytes, bytes]:
        """Own nodes' values by txid; what a client sends for other nodes is not its business."""
        wanted = set(self._coordinator.txids_of(key))
        if not wanted:
            raise OperatorError(Code.INTERNAL_ERROR, f"cosigner {key.hex()} not found")
        try:
            parsed = {from_hex_txid(txid): bytes.fromhex(value) for txid, value in values.items()}
        except (ArkError, ValueError) as error:
            raise OperatorError(Code.INVALID_SIGNATURE, f"malformed value: {error}") from error
        return {txid: value for txid, value in parsed.items() if txid in wanted}

    def add_nonces(self, key: bytes, nonces: Mapping[str, str]) -> None:
        """Public nonces of one client, hex by txid. Raises OperatorError.

        A second submission is ignored: nonces never change once given.
        """
        if key in self._nonces_from:
            return
        try:
            self._coordinator.add_nonces(key, self._parse(key, nonces))
        except ArkError as error:
            raise OperatorError(Code.INVALID_SIGNATURE, str(error)) from error
        self._nonces_from.add(key)

    def nonces_by_xonly(self, node: TreeNode) -> dict[str, str]:
        """Public nonces of one node as `treeNonces` carries them."""
        nonces = self._coordinator.nonces_of(node.txid)
        return {key[1:].hex(): nonce.hex() for key, nonce in nonces.items()}

    def aggregate_nonces(self) -> dict[str, str]:
        """Aggregated nonces, hex by txid, once all are in; the operator signs its own part."""
        aggregated = self._coordinator.aggregate_nonces()
        if self._own_txids:
            nonces = [aggregated[txid] for txid in self._own_txids]
            partials = self._signer.sign(self._secret, nonces)
            own = dict(zip(self._own_txids, partials, strict=True))
            self._coordinator.add_partial_signatures(self._key, own)
        return {to_hex_txid(txid): nonce.hex() for txid, nonce in aggregated.items()}

    def add_signatures(self, key: bytes, signatures: Mapping[str, str]) -> None:
        """Partial signatures of one client, hex by txid. Raises OperatorError INVALID_SIGNATURE.

        An invalid one also puts the key among the `guilty`: the batch cannot succeed any more.
        """
        if key in self._signatures_from:
            return
        try:
            self._coordinator.add_partial_signatures(key, self._parse(key, signatures))
        except ArkError as error:
            if error.tag == "tree-partial-signature":
                self.guilty.add(key)
            raise OperatorError(Code.INVALID_SIGNATURE, str(error)) from error
        self._signatures_from.add(key)

    def combine(self) -> dict[bytes, bytes]:
        """Final signatures (64 bytes) by txid, each verified and put on its node."""
        final = self._coordinator.signatures()
        for node in self._tree.nodes:
            node.signature = final[node.txid]
        return final
