"""Intent messages and the two transactions that prove them (spec/arkade.md 7.1 - 7.3).

The operator decodes a message, encodes it again and hashes that text: what is signed must be this
canonical text byte for byte. It is BIP-322 with a tag of its own: `to_spend` commits to the
message, and the proof spends it first, so no proof can ever be a payment.
"""

from arkcore.codec import outpoint
from arkcore.errors import EncodingError
from arkcore.hashes import tagged_hash
from arkcore.tx import Tx, TxIn, TxOut

MESSAGE_TAG = "ark-intent-proof-message"
REGISTER = "register"
ESTIMATE_FEE = "estimate-intent-fee"
DELETE = "delete"
GET_PENDING_TX = "get-pending-tx"
GET_INTENT = "get-intent"
GET_DATA = "get-data"

_NULL_OUTPOINT = bytes(32) + b"\xff\xff\xff\xff"
_MAX_NUMBER = 0x7FFFFFFFFFFFFFFF


def _number(value: int) -> str:
    if value < 0 or value > _MAX_NUMBER:
        raise EncodingError("intent-number", "%d" % value)
    return "%d" % value


def _key_text(key: bytes) -> str:
    if len(key) != 33:
        raise EncodingError("intent-cosigner", "%d bytes" % len(key))
    return '"%s"' % key.hex()


def _with_outputs(
    kind: str, onchain_indexes: "list[int]", valid_at: int, expire_at: int, cosigners: "list[bytes]"
) -> str:
    return (
        '{"type":"%s","onchain_output_indexes":[%s],"valid_at":%s,"expire_at":%s,'
        '"cosigners_public_keys":[%s]}'
    ) % (
        kind,
        ",".join([_number(index) for index in onchain_indexes]),
        _number(valid_at),
        _number(expire_at),
        ",".join([_key_text(key) for key in cosigners]),
    )


def register_message(
    onchain_indexes: "list[int]", valid_at: int, expire_at: int, cosigners: "list[bytes]"
) -> str:
    """Asks for a place in a batch.

    `onchain_indexes`: proof outputs to pay on chain; times in unix seconds, 0 = no bound;
    `cosigners`: compressed keys (33 bytes). Raises EncodingError `intent-number`,
    `intent-cosigner`.
    """
    return _with_outputs(REGISTER, onchain_indexes, valid_at, expire_at, cosigners)


def estimate_fee_message(
    onchain_indexes: "list[int]", valid_at: int, expire_at: int, cosigners: "list[bytes]"
) -> str:
    """Asks what `register_message` with the same values would cost."""
    return _with_outputs(ESTIMATE_FEE, onchain_indexes, valid_at, expire_at, cosigners)


def expiring_message(kind: str, expire_at: int) -> str:
    """A message of any other kind: only an expiry (unix seconds, 0 = none)."""
    return '{"type":"%s","expire_at":%s}' % (kind, _number(expire_at))


def delete_message(expire_at: int) -> str:
    """Withdraws the intent of the proven coins."""
    return expiring_message(DELETE, expire_at)


def pending_tx_message(expire_at: int) -> str:
    """Asks for off-chain transactions that were submitted and not finalized."""
    return expiring_message(GET_PENDING_TX, expire_at)


def get_intent_message(expire_at: int) -> str:
    return expiring_message(GET_INTENT, expire_at)


def get_data_message(expire_at: int) -> str:
    """Asks the indexer for data that it withholds from strangers."""
    return expiring_message(GET_DATA, expire_at)


def message_hash(message: str) -> bytes:
    """32 bytes; the tag is Ark's, not BIP-322's, so no signature serves both."""
    return tagged_hash(MESSAGE_TAG, message.encode())


def to_spend_tx(message: str, first_script: bytes) -> Tx:
    """The transaction that commits to the message; `first_script`: scriptPubKey of coin 0."""
    script_sig = b"\x00\x20" + message_hash(message)
    return Tx(0, [TxIn(_NULL_OUTPOINT, 0, script_sig)], [TxOut(0, first_script)])


def proof_tx(message: str, coins: "list[tuple[bytes, TxOut, int]]", outputs: "list[TxOut]") -> Tx:
    """The unsigned proof: spends `to_spend`, then every coin (outpoint, output, sequence).

    Without outputs it gets one empty OP_RETURN. Raises EncodingError `intent-inputs`,
    `intent-coin`.
    """
    if not coins:
        raise EncodingError("intent-inputs", "none")
    for point, txout, _ in coins:
        if len(point) != 36 or not isinstance(txout, TxOut):
            raise EncodingError("intent-coin")
    to_spend = to_spend_tx(message, coins[0][1].script)
    inputs = [TxIn(outpoint(to_spend.txid(), 0), coins[0][2])]
    for point, _, sequence in coins:
        inputs.append(TxIn(point, sequence))
    return Tx(2, inputs, list(outputs) or [TxOut(0, b"\x6a")])


def proof_prevouts(coins: "list[tuple[bytes, TxOut, int]]") -> "list[TxOut]":
    """What the proof's inputs spend: the empty output of `to_spend`, then the coins."""
    return [TxOut(0, coins[0][1].script)] + [coin[1] for coin in coins]
