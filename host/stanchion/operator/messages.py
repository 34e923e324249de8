"""The events of a batch in arkd's exact JSON shapes (spec/arkade.md 8.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Event = dict[str, Any]
VTXO_TREE = 0
CONNECTOR_TREE = 1


def batch_started(batch_id: str, intent_id_hashes: Sequence[str], batch_expiry: int) -> Event:
    """`batch_expiry` in the operator's raw form; 64-bit integers travel as strings."""
    return {
        "batchStarted": {
            "id": batch_id,
            "intentIdHashes": list(intent_id_hashes),
            "batchExpiry": str(batch_expiry),
        }
    }


def tree_tx(
    batch_id: str,
    topic: Sequence[str],
    batch_index: int,
    tx: str,
    children: Mapping[int, str],
) -> Event:
    """`tx` is a base64 PSBT. The txid stays empty, as arkd leaves it: receivers compute it."""
    return {
        "treeTx": {
            "id": batch_id,
            "topic": list(topic),
            "batchIndex": batch_index,
            "txid": "",
            "tx": tx,
            "children": {str(vout): txid for vout, txid in children.items()},
        }
    }


def tree_signing_started(
    batch_id: str, cosigners: Sequence[str], unsigned_commitment_tx: str
) -> Event:
    return {
        "treeSigningStarted": {
            "id": batch_id,
            "cosignersPubkeys": list(cosigners),
            "unsignedCommitmentTx": unsigned_commitment_tx,
        }
    }


def tree_nonces(batch_id: str, topic: Sequence[str], txid: str, nonces: Mapping[str, str]) -> Event:
    """`nonces`: 66-byte hex by x-only key hex, the operator's own included."""
    return {
        "treeNonces": {"id": batch_id, "topic": list(topic), "txid": txid, "nonces": dict(nonces)}
    }


def tree_nonces_aggregated(batch_id: str, tree_nonces_by_txid: Mapping[str, str]) -> Event:
    return {"treeNoncesAggregated": {"id": batch_id, "treeNonces": dict(tree_nonces_by_txid)}}


def tree_signature(batch_id: str, topic: Sequence[str], txid: str, signature: str) -> Event:
    return {
        "treeSignature": {
            "id": batch_id,
            "topic": list(topic),
            "batchIndex": VTXO_TREE,
            "txid": txid,
            "signature": signature,
        }
    }


def batch_finalization(batch_id: str, commitment_tx: str) -> Event:
    return {"batchFinalization": {"id": batch_id, "commitmentTx": commitment_tx}}


def batch_finalized(batch_id: str, commitment_txid: str) -> Event:
    return {"batchFinalized": {"id": batch_id, "commitmentTxid": commitment_txid}}


def batch_failed(batch_id: str, reason: str) -> Event:
    return {"batchFailed": {"id": batch_id, "reason": reason}}


def heartbeat() -> Event:
    return {"heartbeat": {}}
