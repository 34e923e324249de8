"""What the operator publishes about itself, in arkd's `/v1/info` shape (spec/arkade.md 12.1)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from arkcore.address import segwit_address

from stanchion.operator.config import OperatorConfig
from stanchion.operator.keys import OperatorKeys


def operator_info(config: OperatorConfig, keys: OperatorKeys) -> dict[str, Any]:
    """64-bit integers are strings. `digest` changes whenever another field does."""
    fields: dict[str, Any] = {
        "version": config.version,
        "signerPubkey": keys.signer.hex(),
        "forfeitPubkey": keys.forfeit.hex(),
        "forfeitAddress": segwit_address(config.segwit_hrp, keys.forfeit_script),
        "checkpointTapscript": keys.checkpoint_leaf(config).hex(),
        "network": config.network,
        "sessionDuration": str(config.session_seconds),
        "unilateralExitDelay": str(config.unilateral_exit_delay),
        "boardingExitDelay": str(config.boarding_exit_delay),
        "vtxoTreeExpiry": str(config.batch_expiry),
        "utxoMinAmount": str(config.utxo_min_sat),
        "utxoMaxAmount": str(config.utxo_max_sat),
        "vtxoMinAmount": str(config.vtxo_min_sat),
        "vtxoMaxAmount": str(config.vtxo_max_sat),
        "dust": str(config.dust_sat),
        "fees": {
            "intentFee": {
                "offchainInput": "",
                "offchainOutput": "",
                "onchainInput": "",
                "onchainOutput": "",
            },
            "txFeeRate": "0",
        },
        "scheduledSession": None,
        "deprecatedSigners": [],
        "serviceStatus": {},
        "maxTxWeight": str(config.max_proof_weight),
        "maxOpReturnOutputs": str(config.max_op_return_outputs),
    }
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    return {**fields, "digest": digest}
