"""Every request a device can be asked, as one table: both programs and the docs are made from it.

`METHODS` is ordered by code. What a method or field means is said in `wire.meanings`, bounds are
in `wire.records`. An outpoint is 36 bytes (txid in internal order, vout little endian). Lists of
nodes, nonces and signatures run from the root of the tree to the leaf.
"""

from wire import terms
from wire.errors import WireError
from wire.records import (
    AMOUNT_SAT,
    BOOL,
    COIN,
    CONNECTOR_BRANCH,
    COSIGNER_CHUNK,
    COUNT,
    DEVICE_STATE,
    FINGERPRINT,
    FUNDING_COINS,
    FUNDING_SIGNATURES,
    HASH,
    INDEX,
    INPUT_CHUNK,
    INTENT_INPUTS,
    INTENT_OUTPUTS,
    KEY,
    LIMITS,
    NETWORK,
    NODE_OUTPUTS,
    NONCES,
    OPERATOR,
    OPERATOR_ID,
    OUTPOINT,
    OUTPOINTS,
    OUTPUT_CHUNK,
    PARENT,
    PARTIAL_SIGNATURES,
    PROOF_SIGNATURES,
    SIGNATURE,
    TAG,
    TREE_SIGNATURES,
    U8,
    U16,
    U32,
    U63,
    VTXO_PAGE,
    WORD_COUNT,
)
from wire.schema import Field, Record, choice, may, need, octets, text, uint


class Method:
    """One request. `params` and `result` are tuples of fields; `states` are the device states in
    which it is allowed; `stage` is the number that its refusals carry."""

    __slots__ = ("code", "name", "stage", "states", "params", "result")

    def __init__(
        self,
        code: int,
        name: str,
        stage: int,
        states: "tuple[int, ...]",
        params: "tuple[Field, ...]",
        result: "tuple[Field, ...]" = (),
    ) -> None:
        self.code = code
        self.name = name
        self.stage = stage
        self.states = states
        self.params = params
        self.result = result


_ALWAYS = (terms.STATE_EMPTY, terms.STATE_READY, terms.STATE_HALTED)
_EMPTY = (terms.STATE_EMPTY,)
_READY = (terms.STATE_READY,)

_SESSION = need("session", 0, U32)
_INPUT_INDEX = need("input_index", 1, uint(terms.MAX_INTENT_INPUTS - 1))
_NEW_OPERATOR_ID = need("operator_id", 9, OPERATOR_ID)
_WALLET = (need("network", 0, NETWORK), need("word_count", 1, WORD_COUNT))
_NEW_WALLET = (need("fingerprint", 0, FINGERPRINT),)
_ONE_SIGNATURE = (need("signature", 0, SIGNATURE),)

HELLO_CODE = 1
HELLO = (
    need("min_version", 0, U8),
    need("max_version", 1, U8),
    need("client", 2, text(32)),
)
HELLO_RESULT = (
    need("version", 0, U8),
    need("firmware", 1, text(32)),
    need("board", 2, text(32)),
    need("build", 3, HASH),
    need("limits", 4, Record(LIMITS)),
    need("features", 5, U32),
    need("state", 6, DEVICE_STATE),
    need("boot_id", 7, octets(8)),
)
STATUS_RESULT = (
    need("state", 0, DEVICE_STATE),
    may("network", 1, NETWORK),
    may("fingerprint", 2, FINGERPRINT),
    may("operator_id", 3, OPERATOR_ID),
    need("session_state", 4, uint(terms.SESSION_FORFEITING)),
    may("session", 5, U32),
    need("vtxo_count", 6, U16),
    need("heap_free", 7, U32),
    need("heap_used", 8, U32),
    need("largest_free", 9, U32),
)
ADDRESS = (need("kind", 0, choice(0, 1, 2)), need("index", 1, INDEX), need("show", 2, BOOL))
ADDRESS_RESULT = (
    need("script", 0, octets(34)),
    need("address", 1, text(128)),
    need("owner_key", 2, HASH),
)
OPEN_INTENT = (
    need("inputs", 0, INTENT_INPUTS),
    need("outputs", 1, INTENT_OUTPUTS),
    need("valid_at", 2, U63),
    need("expire_at", 3, U63),
)
OPEN_INTENT_RESULT = (
    _SESSION,
    may("cosigner_key", 1, KEY),
    need("signatures", 2, PROOF_SIGNATURES),
)
DELETION = (need("inputs", 0, INTENT_INPUTS), need("expire_at", 1, U63))
OPEN_BATCH = (
    _SESSION,
    need("batch_expiry", 1, U32),
    need("input_count", 2, COUNT),
    need("output_count", 3, COUNT),
    need("version", 4, U32),
    need("locktime", 5, U32),
    need("txid", 6, HASH),
)
FEED_NODE = (
    _SESSION,
    need("child_index", 1, U8),
    need("outputs", 2, NODE_OUTPUTS),
    need("is_leaf", 3, BOOL),
)
CPFP = (
    need("parent", 0, Record(PARENT)),
    need("funding", 1, FUNDING_COINS),
    need("change_index", 2, INDEX),
    need("fee_sat", 3, AMOUNT_SAT),
)
CLAIM = (
    need("kind", 0, COIN),
    need("outpoint", 1, OUTPOINT),
    need("amount_sat", 2, AMOUNT_SAT),
    need("index", 3, INDEX),
    need("destination_index", 4, INDEX),
    need("fee_sat", 5, AMOUNT_SAT),
)


def _batch(
    code: int,
    name: str,
    stage: int,
    params: "tuple[Field, ...]",
    result: "tuple[Field, ...]" = (),
) -> Method:
    return Method(code, name, stage, _READY, (_SESSION,) + params, result)


METHODS = (
    Method(HELLO_CODE, "hello", terms.STAGE_DEVICE, _ALWAYS, HELLO, HELLO_RESULT),
    Method(2, "get_status", terms.STAGE_DEVICE, _ALWAYS, (), STATUS_RESULT),
    Method(
        3,
        "create_wallet",
        terms.STAGE_WALLET,
        _EMPTY,
        _WALLET + (need("entropy", 2, HASH),),
        _NEW_WALLET,
    ),
    Method(4, "restore_wallet", terms.STAGE_WALLET, _EMPTY, _WALLET, _NEW_WALLET),
    Method(5, "enroll_operator", terms.STAGE_OPERATOR, _READY, OPERATOR, (_NEW_OPERATOR_ID,)),
    Method(6, "get_operator", terms.STAGE_OPERATOR, _READY, (), OPERATOR + (_NEW_OPERATOR_ID,)),
    Method(7, "get_address", terms.STAGE_WALLET, _READY, ADDRESS, ADDRESS_RESULT),
    Method(
        8,
        "list_vtxos",
        terms.STAGE_LEDGER,
        _READY,
        (need("start", 0, U16),),
        (need("items", 0, VTXO_PAGE), may("next", 1, U16)),
    ),
    Method(16, "open_intent", terms.STAGE_INTENT, _READY, OPEN_INTENT, OPEN_INTENT_RESULT),
    Method(
        17,
        "sign_intent_deletion",
        terms.STAGE_INTENT,
        _READY,
        DELETION,
        (need("signatures", 0, PROOF_SIGNATURES),),
    ),
    Method(18, "open_batch", terms.STAGE_COMMITMENT, _READY, OPEN_BATCH),
    _batch(19, "feed_commitment_inputs", terms.STAGE_COMMITMENT, (need("inputs", 1, INPUT_CHUNK),)),
    _batch(
        20,
        "feed_commitment_outputs",
        terms.STAGE_COMMITMENT,
        (need("outputs", 1, OUTPUT_CHUNK),),
    ),
    _batch(
        21,
        "feed_cosigners",
        terms.STAGE_TREE,
        (need("keys", 1, COSIGNER_CHUNK),),
        (need("count", 0, U16),),
    ),
    Method(22, "feed_node", terms.STAGE_TREE, _READY, FEED_NODE, (need("txid", 0, HASH),)),
    _batch(23, "get_nonces", terms.STAGE_NONCES, (), (need("nonces", 0, NONCES),)),
    _batch(
        24,
        "sign_tree",
        terms.STAGE_NONCES,
        (need("agg_nonces", 1, NONCES),),
        (need("partial_signatures", 0, PARTIAL_SIGNATURES),),
    ),
    _batch(
        25,
        "feed_tree_signatures",
        terms.STAGE_TREE_SIGNATURES,
        (need("signatures", 1, TREE_SIGNATURES), need("commitment_txid", 2, HASH)),
    ),
    _batch(
        26,
        "feed_connector",
        terms.STAGE_CONNECTOR,
        (_INPUT_INDEX, need("nodes", 2, CONNECTOR_BRANCH), need("connector", 3, OUTPOINT)),
    ),
    _batch(27, "sign_forfeit", terms.STAGE_FORFEIT, (_INPUT_INDEX,), _ONE_SIGNATURE),
    _batch(28, "sign_boarding", terms.STAGE_FORFEIT, (_INPUT_INDEX,), _ONE_SIGNATURE),
    _batch(29, "close_batch", terms.STAGE_CLOSE, (), (need("vtxos", 0, OUTPOINTS),)),
    _batch(30, "abort_batch", terms.STAGE_CLOSE, ()),
    Method(40, "start_exit", terms.STAGE_EXIT, _READY, (need("outpoint", 0, OUTPOINT),)),
    Method(
        41,
        "sign_cpfp",
        terms.STAGE_EXIT,
        _READY,
        CPFP,
        (need("signatures", 0, FUNDING_SIGNATURES),),
    ),
    Method(42, "sign_claim", terms.STAGE_CLAIM, _READY, CLAIM, _ONE_SIGNATURE),
    Method(43, "release_vtxo", terms.STAGE_LEDGER, _READY, (need("outpoint", 0, OUTPOINT),)),
)

# (kind, name, fields of its data)
EVENTS = (
    (terms.EVENT_WAIT_USER, "wait_user", (need("id", 0, U32), need("prompt", 1, text(64)))),
    (
        terms.EVENT_PROGRESS,
        "progress",
        (need("id", 0, U32), need("done", 1, U32), need("total", 2, U32)),
    ),
    (terms.EVENT_CANCELLED, "cancelled", (need("id", 0, U32),)),
)

ERROR = (
    need("code", 0, U8),
    need("tag", 1, TAG),
    need("stage", 2, U8),
    need("retry", 3, BOOL),
    need("detail", 4, text(128, 0)),
)
CANCEL = (need("id", 0, U32),)
LINK_ERROR = (need("code", 0, U8), need("tag", 1, TAG))


def method_by_name(name: str) -> Method:
    """Raises WireError `method-unknown`."""
    for method in METHODS:
        if method.name == name:
            return method
    raise WireError("method-unknown", name)


def method_by_code(code: int) -> Method:
    """Raises WireError `method-unknown`."""
    for method in METHODS:
        if method.code == code:
            return method
    raise WireError("method-unknown", "code %d" % code)


def event_fields(kind: int) -> "tuple[Field, ...]":
    """Fields of an event's data. Raises WireError `message-shape`."""
    for number, _, fields in EVENTS:
        if number == kind:
            return fields
    raise WireError("message-shape", "event %d" % kind)
