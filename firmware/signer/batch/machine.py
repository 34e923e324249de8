"""Runs one command of a batch: looks it up in the table, checks, moves on, or ends the session."""

from signer.batch import commitment, forfeits, opening, table, tree
from signer.errors import Refused

# Name of the check in `table.TABLE` -> function (device, session, params) -> (result, next state).
CHECKS = {
    "open_intent": opening.open_intent,
    "open_batch": commitment.open_batch,
    "commitment_inputs": commitment.feed_inputs,
    "commitment_outputs": commitment.feed_outputs,
    "cosigners": tree.feed_cosigners,
    "node": tree.feed_node,
    "nonces": tree.get_nonces,
    "partial_signatures": tree.sign_tree,
    "tree_signatures": tree.feed_signatures,
    "connector": forfeits.feed_connector,
    "forfeit": forfeits.sign_forfeit,
    "boarding": forfeits.sign_boarding,
    "close": forfeits.close,
    "abort": forfeits.abort,
}


def run(device, command: str, params: dict) -> dict:
    """The result of `command`. Raises Refused `session-unknown`, `state-wrong`: nothing changed.

    Any other error means that a check failed; it ends the session and wipes its secrets. What was
    signed up to then stays in the ledger, everything else is as before.
    """
    device.require_operator()
    device.drop_stale_batch()
    session = device.batch
    if command != "open_intent" and (session is None or session.id != params["session"]):
        # Ids are given by the device and only rise, so an old one cannot name a new session.
        raise Refused("session-unknown")
    state = table.IDLE if session is None else session.state
    check, allowed = table.lookup(state, command)
    is_done = False
    try:
        result, state = CHECKS[check](device, session, params)
        if state not in allowed:
            raise Refused("state-wrong", "%s led to %s" % (check, table.STATE_NAMES[state]))
        is_done = True
    finally:
        # A session that was shown one bad message gets no second one: an operator could search
        # for what passes, and nonces must not outlive what they were made for.
        if not is_done or state == table.IDLE:
            device.drop_batch()
    if state != table.IDLE:
        device.batch.state = state
    return result
