"""Regtest blocks of our own: coinbase (BIP-34), witness commitment (BIP-141), proof of work."""

from dataclasses import dataclass

from arkcore.codec import Reader, compact_size
from arkcore.hashes import sha256d
from arkcore.tx import SEQUENCE_FINAL, Tx, TxIn, TxOut

HALVING_BLOCKS = 150
INITIAL_SUBSIDY_SAT = 50 * 100_000_000
COINBASE_MATURITY_BLOCKS = 100
MAX_BLOCK_WEIGHT = 4_000_000
_BITS = 0x207FFFFF
_TARGET = 0x7FFFFF << (8 * (0x20 - 3))
_VERSION = 0x20000000
_NULL_OUTPOINT = bytes(32) + b"\xff\xff\xff\xff"
_COMMITMENT_PREFIX = b"\x6a\x24\xaa\x21\xa9\xed"


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it was parsed or built: its hash (internal order), timestamp and transactions."""

    hash: bytes
    previous: bytes
    time: int
    txs: tuple[Tx, ...]


def subsidy_sat(height: int) -> int:
    """What a regtest block may create at `height`."""
    return INITIAL_SUBSIDY_SAT >> min(height // HALVING_BLOCKS, 63)


def merkle_root(leaves: list[bytes]) -> bytes:
    """Bitcoin's merkle root (32 bytes): an odd last hash is paired with itself."""
    while len(leaves) > 1:
        if len(leaves) % 2:
            leaves = leaves + leaves[-1:]
        leaves = [sha256d(leaves[i] + leaves[i + 1]) for i in range(0, len(leaves), 2)]
    return leaves[0]


def _height_push(height: int) -> bytes:
    if height <= 16:
        return bytes((0x50 + height,))
    raw = height.to_bytes((height.bit_length() + 8) // 8, "little")
    return bytes((len(raw),)) + raw


def coinbase_tx(height: int, reward_sat: int, script: bytes, tag: bytes, txs: list[Tx]) -> Tx:
    """Pays `reward_sat` to `script`; `tag` (2 to 64 bytes) tells coinbases of rival forks apart."""
    wtxids = [bytes(32)] + [sha256d(tx.serialize()) for tx in txs]
    reserved = bytes(32)
    commitment = sha256d(merkle_root(wtxids) + reserved)
    script_sig = _height_push(height) + bytes((len(tag),)) + tag
    return Tx(
        2,
        [TxIn(_NULL_OUTPOINT, SEQUENCE_FINAL, script_sig, [reserved])],
        [TxOut(reward_sat, script), TxOut(0, _COMMITMENT_PREFIX + commitment)],
    )


def build_block(previous: bytes, time: int, txs: list[Tx]) -> bytes:
    """Serialised block with its proof of work found. `txs` starts with the coinbase."""
    head = _VERSION.to_bytes(4, "little") + previous
    head += merkle_root([tx.txid() for tx in txs])
    head += time.to_bytes(4, "little") + _BITS.to_bytes(4, "little")
    nonce = 0
    while int.from_bytes(sha256d(head + nonce.to_bytes(4, "little")), "little") > _TARGET:
        nonce += 1
    body = b"".join(tx.serialize() for tx in txs)
    return head + nonce.to_bytes(4, "little") + compact_size(len(txs)) + body


def parse_block(raw: bytes) -> Block:
    """Raises EncodingError when the bytes are not one whole block."""
    reader = Reader(raw)
    header = reader.take(80)
    count = reader.compact_size(MAX_BLOCK_WEIGHT)
    txs = tuple(Tx.read(reader) for _ in range(count))
    reader.finish()
    time = int.from_bytes(header[68:72], "little")
    return Block(sha256d(header), header[4:36], time, txs)


def is_coinbase(tx: Tx) -> bool:
    return len(tx.inputs) == 1 and tx.inputs[0].outpoint == _NULL_OUTPOINT
