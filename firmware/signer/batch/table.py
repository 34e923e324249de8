"""The batch session as a table: (state, command) -> (check, the states it may lead to).

The flow, host speaking, device judging:

 1. open_intent               what goes in and out; the device builds and signs the proof
 2. open_batch                expiry and size of the commitment transaction
 3. feed_commitment_*         every input and output, hashed as they pass
 4. feed_cosigners/feed_node  the own branch of the VTXO tree, root to leaf
 5. get_nonces, sign_tree     MuSig2 over every node of the branch
 6. feed_tree_signatures      now the owner can leave alone (invariant I1)
 7. feed_connector            one for each VTXO that is given up
 8. sign_forfeit/boarding     only here value leaves, after the ledger has noted it
 9. close_batch

Nothing of the host is trusted; a pair that is not in the table changes nothing, and a check that
fails ends the session. Without own tree outputs 4 to 6 fall away, without VTXOs to give up 7.
"""

from wire import terms

from signer.errors import Refused

IDLE = 0
INTENT = 1
INPUTS = 2
OUTPUTS = 3
TREE = 4
LEAF = 5
NONCES = 6
PARTIALS = 7
EXITABLE = 8
READY = 9
SIGNED = 10
STATE_NAMES = (
    "idle",
    "intent",
    "inputs",
    "outputs",
    "tree",
    "leaf",
    "nonces",
    "partials",
    "exitable",
    "ready",
    "signed",
)
# What get_status says of each state (SESSION_* of the method table).
WIRE_STATES = (
    terms.SESSION_NONE,
    terms.SESSION_INTENT,
    terms.SESSION_COMMITMENT,
    terms.SESSION_COMMITMENT,
    terms.SESSION_TREE,
    terms.SESSION_TREE,
    terms.SESSION_NONCES,
    terms.SESSION_SIGNED,
    terms.SESSION_EXITABLE,
    terms.SESSION_EXITABLE,
    terms.SESSION_FORFEITING,
)

COMMANDS = (
    "open_intent",
    "open_batch",
    "feed_commitment_inputs",
    "feed_commitment_outputs",
    "feed_cosigners",
    "feed_node",
    "get_nonces",
    "sign_tree",
    "feed_tree_signatures",
    "feed_connector",
    "sign_forfeit",
    "sign_boarding",
    "close_batch",
    "abort_batch",
)

TABLE = {
    (IDLE, "open_intent"): ("open_intent", (INTENT,)),
    (INTENT, "open_batch"): ("open_batch", (INPUTS,)),
    (INPUTS, "feed_commitment_inputs"): ("commitment_inputs", (INPUTS, OUTPUTS)),
    (OUTPUTS, "feed_commitment_outputs"): (
        "commitment_outputs",
        (OUTPUTS, TREE, EXITABLE, READY),
    ),
    (TREE, "feed_cosigners"): ("cosigners", (TREE,)),
    (TREE, "feed_node"): ("node", (TREE, LEAF)),
    (LEAF, "get_nonces"): ("nonces", (NONCES,)),
    (NONCES, "get_nonces"): ("nonces", (NONCES,)),
    (NONCES, "sign_tree"): ("partial_signatures", (PARTIALS,)),
    (PARTIALS, "sign_tree"): ("partial_signatures", (PARTIALS,)),
    (PARTIALS, "feed_tree_signatures"): ("tree_signatures", (EXITABLE, READY)),
    (EXITABLE, "feed_connector"): ("connector", (EXITABLE, READY)),
    (READY, "sign_forfeit"): ("forfeit", (SIGNED,)),
    (READY, "sign_boarding"): ("boarding", (SIGNED,)),
    (SIGNED, "sign_forfeit"): ("forfeit", (SIGNED,)),
    (SIGNED, "sign_boarding"): ("boarding", (SIGNED,)),
    (SIGNED, "close_batch"): ("close", (IDLE,)),
    (INTENT, "abort_batch"): ("abort", (IDLE,)),
    (INPUTS, "abort_batch"): ("abort", (IDLE,)),
    (OUTPUTS, "abort_batch"): ("abort", (IDLE,)),
    (TREE, "abort_batch"): ("abort", (IDLE,)),
    (LEAF, "abort_batch"): ("abort", (IDLE,)),
    (NONCES, "abort_batch"): ("abort", (IDLE,)),
    (PARTIALS, "abort_batch"): ("abort", (IDLE,)),
    (EXITABLE, "abort_batch"): ("abort", (IDLE,)),
    (READY, "abort_batch"): ("abort", (IDLE,)),
}


# What a pair that is not in the table is called, where a name says more than `state-wrong`.
REFUSALS = {(EXITABLE, "sign_forfeit"): "connector-missing"}
for _state in (INTENT, INPUTS, OUTPUTS, TREE, LEAF, NONCES, PARTIALS):
    REFUSALS[(_state, "sign_forfeit")] = "forfeit-branch-complete"
    REFUSALS[(_state, "sign_boarding")] = "forfeit-branch-complete"


def lookup(state: int, command: str) -> "tuple[str, tuple[int, ...]]":
    """(name of the check, states it may lead to).

    Raises Refused `state-wrong`, `forfeit-branch-complete`, `connector-missing`.
    """
    row = TABLE.get((state, command))
    if row is None:
        tag = REFUSALS.get((state, command), "state-wrong")
        raise Refused(tag, "%s while %s" % (command, STATE_NAMES[state]))
    return row
