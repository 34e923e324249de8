"""Bitcoin transactions: objects, serialisation (BIP-144), ids, weight."""

from arkcore.codec import MAX_MONEY_SAT, Reader, compact_size, var_bytes
from arkcore.errors import EncodingError
from arkcore.hashes import sha256d

SEQUENCE_FINAL = 0xFFFFFFFF
SEQUENCE_LOCKTIME = 0xFFFFFFFE
MAX_TX_BYTES = 400_000
_MAX_ITEMS = 10_000


class TxOut:
    """One output: `amount_sat` and `script` (the scriptPubKey)."""

    __slots__ = ("amount_sat", "script")

    def __init__(self, amount_sat: int, script: bytes) -> None:
        self.amount_sat = amount_sat
        self.script = script

    def serialize(self) -> bytes:
        return self.amount_sat.to_bytes(8, "little") + var_bytes(self.script)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TxOut)
            and self.amount_sat == other.amount_sat
            and self.script == other.script
        )

    def __repr__(self) -> str:
        return "TxOut(%d, %s)" % (self.amount_sat, self.script.hex())


class TxIn:
    """One input: `outpoint` (36 bytes), `sequence`, `script_sig`, `witness` (list of items)."""

    __slots__ = ("outpoint", "sequence", "script_sig", "witness")

    def __init__(
        self,
        outpoint: bytes,
        sequence: int = SEQUENCE_FINAL,
        script_sig: bytes = b"",
        witness: "list[bytes] | None" = None,
    ) -> None:
        self.outpoint = outpoint
        self.sequence = sequence
        self.script_sig = script_sig
        self.witness: list[bytes] = [] if witness is None else witness

    @property
    def txid(self) -> bytes:
        return self.outpoint[:32]

    @property
    def vout(self) -> int:
        return int.from_bytes(self.outpoint[32:], "little")


class Tx:
    """A transaction. Fields are plain: builders fill them, `serialize` and `txid` read them."""

    __slots__ = ("version", "inputs", "outputs", "locktime")

    def __init__(
        self, version: int, inputs: "list[TxIn]", outputs: "list[TxOut]", locktime: int = 0
    ) -> None:
        self.version = version
        self.inputs = inputs
        self.outputs = outputs
        self.locktime = locktime

    def serialize(self, with_witness: bool = True) -> bytes:
        witness = with_witness and any(txin.witness for txin in self.inputs)
        parts = [self.version.to_bytes(4, "little")]
        if witness:
            parts.append(b"\x00\x01")
        parts.append(compact_size(len(self.inputs)))
        for txin in self.inputs:
            parts.append(txin.outpoint + var_bytes(txin.script_sig))
            parts.append(txin.sequence.to_bytes(4, "little"))
        parts.append(compact_size(len(self.outputs)))
        for txout in self.outputs:
            parts.append(txout.serialize())
        if witness:
            for txin in self.inputs:
                parts.append(compact_size(len(txin.witness)))
                for item in txin.witness:
                    parts.append(var_bytes(item))
        parts.append(self.locktime.to_bytes(4, "little"))
        return b"".join(parts)

    def txid(self) -> bytes:
        """Id in internal byte order (32 bytes)."""
        return sha256d(self.serialize(False))

    def weight(self) -> int:
        """Weight units of BIP-141."""
        return 3 * len(self.serialize(False)) + len(self.serialize())

    def vsize(self) -> int:
        return (self.weight() + 3) // 4

    @classmethod
    def parse(cls, data: bytes) -> "Tx":
        """Decode a whole transaction, with or without witness.

        Raises EncodingError (`truncated`, `trailing-bytes`, `too-large`, `tx-encoding`).
        """
        if len(data) > MAX_TX_BYTES:
            raise EncodingError("too-large", "transaction")
        reader = Reader(data)
        tx = cls.read(reader)
        reader.finish()
        return tx

    @classmethod
    def read(cls, reader: Reader) -> "Tx":
        version = reader.u32()
        count = reader.compact_size(_MAX_ITEMS)
        witness = False
        if count == 0 and reader.remaining() > 4:
            if reader.u8() != 1:
                raise EncodingError("tx-encoding", "unknown flag")
            witness = True
            count = reader.compact_size(_MAX_ITEMS)
        inputs = []
        for _ in range(count):
            point = reader.take(36)
            script_sig = reader.var_bytes(10_000)
            inputs.append(TxIn(point, reader.u32(), script_sig))
        outputs = []
        for _ in range(reader.compact_size(_MAX_ITEMS)):
            amount_sat = reader.u64()
            if amount_sat > MAX_MONEY_SAT:
                raise EncodingError("tx-encoding", "amount over 21 million")
            outputs.append(TxOut(amount_sat, reader.var_bytes(10_000)))
        if witness:
            for txin in inputs:
                txin.witness = [
                    reader.var_bytes(MAX_TX_BYTES) for _ in range(reader.compact_size(_MAX_ITEMS))
                ]
            if not any(txin.witness for txin in inputs):
                raise EncodingError("tx-encoding", "empty witness")
        return cls(version, inputs, outputs, reader.u32())
