"""Ledger records: what one VTXO or boarding output is, and how changes look on flash.

A pledge is one record: the inputs that were given away and the VTXOs that replace them. Journal
records are whole or absent, so no power cut can leave one side without the other.
"""

from arkcore.codec import Reader, outpoint
from wire import terms

KIND_VTXO = terms.COIN_VTXO
KIND_BOARDING = terms.COIN_BOARDING

# Kinds of journal records (16 to 63 belong to the ledger, signer/records.py).
PLEDGE = 16
EXIT = 17
CLAIM = 18
RELEASE = 19
RESTORE = 20
COIN = 21
SESSION = 22
CLAIM_BOARDING = 23
COUNTS = 24

NO_TXID = bytes(32)


class Coin:
    """One VTXO or boarding output of the owner.

    `kind` KIND_VTXO or KIND_BOARDING, `outpoint` 36 bytes, `amount_sat`, `index` of the owner key
    (of boarding outputs neither is kept: each request names them, and the signature binds them),
    `state` (signer.ledger), `operator_id` 8 bytes, `batch_expiry` as the operator announced it
    (below 512 blocks, else seconds), `commitment_txid` and `spent_by` 32 bytes: the commitment
    transactions that create and that replace it (NO_TXID for none), `depth` tree transactions
    between the commitment transaction and the outpoint's own, that one included.
    """

    __slots__ = (
        "kind",
        "outpoint",
        "amount_sat",
        "index",
        "state",
        "operator_id",
        "batch_expiry",
        "commitment_txid",
        "spent_by",
        "depth",
    )

    def __init__(self, kind: int, outpoint: bytes, amount_sat: int, index: int) -> None:
        self.kind = kind
        self.outpoint = outpoint
        self.amount_sat = amount_sat
        self.index = index
        self.state = 0
        self.operator_id = bytes(8)
        self.batch_expiry = 0
        self.commitment_txid = NO_TXID
        self.spent_by = NO_TXID
        self.depth = 0

    def encode(self) -> bytes:
        """The record COIN (127 bytes): everything about this coin, for a fresh journal."""
        return (
            bytes((self.kind, self.state, self.depth))
            + self.outpoint
            + self.amount_sat.to_bytes(8, "little")
            + self.index.to_bytes(4, "little")
            + self.operator_id
            + self.batch_expiry.to_bytes(4, "little")
            + self.commitment_txid
            + self.spent_by
        )

    @classmethod
    def decode(cls, body: bytes) -> "Coin":
        reader = Reader(body)
        kind, state, depth = reader.u8(), reader.u8(), reader.u8()
        point = reader.take(36)
        amount_sat = reader.u64()
        coin = cls(kind, point, amount_sat, reader.u32())
        coin.state = state
        coin.depth = depth
        coin.operator_id = reader.take(8)
        coin.batch_expiry = reader.u32()
        coin.commitment_txid = reader.take(32)
        coin.spent_by = reader.take(32)
        reader.finish()
        return coin


class Pledge:
    """`given` coins replaced by `received` VTXOs through `commitment_txid`.

    `received` are outputs of one transaction, the leaf. Of a coin that is given only its kind and
    outpoint are written: 16 of each fit into one journal record (892 bytes). `fee_sat` is what the
    intent costs, `is_approved` whether the owner pressed a button for it, `next_onchain_index` the
    key index above those of the own on-chain outputs that it counts on (0 without any).
    """

    __slots__ = (
        "operator_id",
        "commitment_txid",
        "batch_expiry",
        "depth",
        "given",
        "received",
        "fee_sat",
        "is_approved",
        "next_onchain_index",
    )

    def __init__(
        self,
        operator_id: bytes,
        commitment_txid: bytes,
        batch_expiry: int,
        depth: int,
        given: "list[Coin]",
        received: "list[Coin]",
    ) -> None:
        self.operator_id = operator_id
        self.commitment_txid = commitment_txid
        self.batch_expiry = batch_expiry
        self.depth = depth
        self.given = given
        self.received = received
        self.fee_sat = 0
        self.is_approved = False
        self.next_onchain_index = 0

    def encode(self) -> bytes:
        parts = [
            self.operator_id,
            self.commitment_txid,
            self.batch_expiry.to_bytes(4, "little"),
            bytes((self.depth, len(self.given), len(self.received))),
            self.fee_sat.to_bytes(8, "little") + bytes((1 if self.is_approved else 0,)),
            self.next_onchain_index.to_bytes(4, "little"),
            self.received[0].outpoint[:32] if self.received else NO_TXID,
        ]
        for coin in self.given:
            parts.append(bytes((coin.kind,)) + coin.outpoint)
        for coin in self.received:
            parts.append(coin.outpoint[32:33])
            parts.append(coin.amount_sat.to_bytes(8, "little") + coin.index.to_bytes(4, "little"))
        return b"".join(parts)

    @classmethod
    def decode(cls, body: bytes) -> "Pledge":
        reader = Reader(body)
        operator_id = reader.take(8)
        commitment_txid = reader.take(32)
        batch_expiry = reader.u32()
        depth, given_count, received_count = reader.u8(), reader.u8(), reader.u8()
        fee_sat = reader.u64()
        is_approved = reader.u8() == 1
        next_onchain_index = reader.u32()
        leaf_txid = reader.take(32)
        given = []
        for _ in range(given_count):
            kind = reader.u8()
            given.append(Coin(kind, reader.take(36), 0, 0))
        received = []
        for _ in range(received_count):
            point = outpoint(leaf_txid, reader.u8())
            amount_sat = reader.u64()
            received.append(Coin(KIND_VTXO, point, amount_sat, reader.u32()))
        reader.finish()
        pledge = cls(operator_id, commitment_txid, batch_expiry, depth, given, received)
        pledge.fee_sat = fee_sat
        pledge.is_approved = is_approved
        pledge.next_onchain_index = next_onchain_index
        return pledge
