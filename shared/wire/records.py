"""Kinds of values and records that several messages share. See `wire.field_docs` for meanings."""

from arkcore.codec import MAX_MONEY_SAT

from wire import terms
from wire.schema import Bool, Record, choice, items, may, need, octets, text, uint

BOOL = Bool(0, 1)
U8 = uint(0xFF)
U16 = uint(0xFFFF)
U32 = uint(0xFFFFFFFF)
U63 = uint(0x7FFFFFFFFFFFFFFF)
COUNT = uint(0xFFFF, 1)
INDEX = uint(0x7FFFFFFF)
AMOUNT_SAT = uint(MAX_MONEY_SAT)
OUTPOINT = octets(36)
HASH = octets(32)
KEY = octets(33)
SIGNATURE = octets(64)
PROOF_SIGNATURES = items(octets(65), terms.MAX_INTENT_INPUTS + 1, 2)
FINGERPRINT = octets(4)
OPERATOR_ID = octets(8)
DEVICE_STATE = choice(terms.STATE_EMPTY, terms.STATE_READY, terms.STATE_HALTED)
NETWORK = choice(0, 1, 2, 3, 4)
WORD_COUNT = choice(12, 24)
COIN = choice(terms.COIN_VTXO, terms.COIN_BOARDING)
TAG = text(48)

LIMITS = (
    need("frame_body", 0, U16),
    need("inputs", 1, U8),
    need("outputs", 2, U8),
    need("cosigners", 3, U16),
    need("depth", 4, U8),
)
OPERATOR = (
    need("name", 0, text(24)),
    need("signer_key", 1, KEY),
    need("forfeit_key", 2, KEY),
    need("forfeit_script", 3, octets(22, 34)),
    need("unilateral_exit_delay", 4, U32),
    need("boarding_exit_delay", 5, U32),
    need("checkpoint_exit_delay", 6, U32),
    need("min_batch_expiry", 7, U32),
    need("dust_sat", 8, AMOUNT_SAT),
)
LEDGER_VTXO = (
    need("outpoint", 0, OUTPOINT),
    need("amount_sat", 1, AMOUNT_SAT),
    need("index", 2, INDEX),
    need("state", 3, choice(0, 1, 2, 3, 4, 5, 6)),
    need("batch_expiry", 4, U32),
    need("commitment_txid", 5, HASH),
    need("depth", 6, U8),
)
INTENT_INPUT = (
    need("kind", 0, COIN),
    need("outpoint", 1, OUTPOINT),
    need("amount_sat", 2, AMOUNT_SAT),
    need("index", 3, INDEX),
)
INTENT_OUTPUT = (
    need("kind", 0, choice(0, 1, 2, 3)),
    need("amount_sat", 1, AMOUNT_SAT),
    may("index", 2, INDEX),
    may("script", 3, octets(22, 42)),
)
TX_OUTPUT = (
    need("amount_sat", 0, AMOUNT_SAT),
    need("script", 1, octets(0, 83)),
)
COMMITMENT_INPUT = (
    need("outpoint", 0, OUTPOINT),
    need("sequence", 1, U32),
    may("amount_sat", 2, AMOUNT_SAT),
    may("script", 3, octets(1, 42)),
)
CONNECTOR_OUTPUT = (
    need("amount_sat", 0, AMOUNT_SAT),
    need("script", 1, octets(1, 42)),
)
CONNECTOR_NODE = (
    need("child_index", 0, U8),
    need("outputs", 1, items(Record(CONNECTOR_OUTPUT), terms.MAX_CONNECTOR_OUTPUTS, 2)),
)
PARENT_INPUT = (need("outpoint", 0, OUTPOINT), need("sequence", 1, U32))
PARENT = (
    need("inputs", 0, items(Record(PARENT_INPUT), terms.MAX_INTENT_INPUTS)),
    need("locktime", 1, U32),
    need("outputs", 2, items(Record(TX_OUTPUT), terms.MAX_NODE_OUTPUTS, 2)),
)
FUNDING = (
    need("outpoint", 0, OUTPOINT),
    need("amount_sat", 1, AMOUNT_SAT),
    need("index", 2, INDEX),
)

INTENT_INPUTS = items(Record(INTENT_INPUT), terms.MAX_INTENT_INPUTS)
INTENT_OUTPUTS = items(Record(INTENT_OUTPUT), terms.MAX_INTENT_OUTPUTS)
VTXO_PAGE = items(Record(LEDGER_VTXO), terms.MAX_CHUNK, 0)
INPUT_CHUNK = items(Record(COMMITMENT_INPUT), terms.MAX_CHUNK)
OUTPUT_CHUNK = items(Record(TX_OUTPUT), terms.MAX_CHUNK)
COSIGNER_CHUNK = octets(33, 33 * terms.MAX_COSIGNER_CHUNK, 33)
NODE_OUTPUTS = items(Record(TX_OUTPUT), terms.MAX_NODE_OUTPUTS)
NONCES = items(octets(66), terms.MAX_BRANCH)
PARTIAL_SIGNATURES = items(octets(32), terms.MAX_BRANCH)
TREE_SIGNATURES = items(SIGNATURE, terms.MAX_BRANCH, 0)
CONNECTOR_BRANCH = items(Record(CONNECTOR_NODE), terms.MAX_CONNECTOR_DEPTH)
OUTPOINTS = items(OUTPOINT, terms.MAX_INTENT_OUTPUTS, 0)
FUNDING_COINS = items(Record(FUNDING), terms.MAX_FUNDING)
FUNDING_SIGNATURES = items(SIGNATURE, terms.MAX_FUNDING)
