"""Where fuzzing begins: small right examples of each format, made here rather than stored."""

import random

from arkcore.codec import outpoint
from arkcore.intent_message import IntentMessage
from arkcore.nodes import anchor, node_tx
from arkcore.notes import Note
from arkcore.psbt import Psbt
from arkcore.scripts import VtxoScript, sweep_leaf
from arkcore.tx import TxOut
from wire import cbor, frame

from tests.batch.frauds import STRANGER
from tests.batch.operator import public

_TX = node_tx(outpoint(bytes(range(32)), 0), [TxOut(1_000, STRANGER), anchor()])
_SCRIPT = VtxoScript(public("owner")[1:], public("signer")[1:], 20)
_STATUS = cbor.encode({0: 2, 1: 2, 2: {}})
_ADDRESS = cbor.encode({0: 3, 1: 7, 2: {0: 1, 1: 5, 2: False}})


def seeds(name: str) -> list[bytes]:
    """The examples of the target `name`."""
    return {
        "frames": [frame.encode_frame(frame.REQUEST, 1, _STATUS), frame.MAGIC * 5],
        "cbor": [_STATUS, _ADDRESS, cbor.encode([1, b"two", "three", [True, {0: 2**63}]])],
        "transactions": [_TX.serialize(), _TX.serialize(False)],
        "psbts": [Psbt(_TX).serialize()],
        "scripts": [_SCRIPT.forfeit_leaf, _SCRIPT.exit_leaf, sweep_leaf(144, public("f")[1:])],
        "texts": [
            Note(bytes(32), 5_000).text().encode(),
            IntentMessage("delete", 1_750_000_000).encode().encode(),
        ],
        "handlers": [bytes((step, *range(step, step + 90))) for step in range(9)],
        "requests": [_STATUS, _ADDRESS, cbor.encode({0: 2, 1: 30, 2: {0: 1}})],
        "journals": [b"", bytes(range(24)), b"\xff" * 12],
    }[name]


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """The seed with a few bytes changed, dropped or doubled."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        how = chance.randrange(3)
        if how == 0:
            data[place : place + 1] = bytes((chance.randrange(256),))
        elif how == 1:
            del data[place : place + chance.randrange(4)]
        else:
            data[place:place] = data[place : place + chance.randrange(16)]
    return bytes(data)
