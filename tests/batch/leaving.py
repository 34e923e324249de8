"""A package of an exit, and the request for the child that pays for it."""

import hashlib
from typing import Any

from arkcore.codec import outpoint
from arkcore.nodes import anchor
from arkcore.taproot import p2tr_script
from arkcore.tx import Tx, TxIn, TxOut

from tests.batch.operator import public
from tests.batch.owner import DeviceLike, facts

PARENT = Tx(3, [TxIn(bytes(36))], [TxOut(49_900, p2tr_script(public("node")[1:])), anchor()])


def funding(amount_sat: int = 30_000, index: int = 3) -> dict[str, Any]:
    point = outpoint(hashlib.sha256(b"funding").digest(), index)
    return {"outpoint": point, "amount_sat": amount_sat, "index": index}


def cpfp(device: DeviceLike, parent: Tx = PARENT, **changes: Any) -> list[bytes]:
    params: dict[str, Any] = {
        "parent": {
            "inputs": [{"outpoint": one.outpoint, "sequence": one.sequence}
                       for one in parent.inputs],
            "locktime": parent.locktime,
            "outputs": facts(parent.outputs),
        },
        "funding": [funding()],
        "change_index": 4,
        "fee_sat": 1_000,
    }  # fmt: skip
    signatures: list[bytes] = device.call("sign_cpfp", **{**params, **changes})["signatures"]
    return signatures
