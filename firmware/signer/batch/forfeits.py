"""What the owner gives in a batch: forfeits and boarding inputs, and the record before them."""

import secp256k1
from arkcore.connectors import ConnectorPath
from arkcore.errors import TreeError
from arkcore.forfeit import forfeit_sighash, forfeit_tx
from arkcore.tx import TxOut

from signer.batch import table
from signer.ledger_records import KIND_BOARDING, KIND_VTXO, Coin, Pledge


def _input(session, params, kind: int):
    """The input that a request names. Raises TreeError `batch-input`."""
    position = params["input_index"]
    inputs = session.intent.inputs
    if position >= len(inputs) or inputs[position].kind != kind:
        raise TreeError("batch-input", "input %d" % position)
    return position, inputs[position]


def feed_connector(device, session, params) -> "tuple[dict, int]":
    """The path from the commitment's output 1 to the connector of one VTXO."""
    position, _ = _input(session, params, KIND_VTXO)
    path = ConnectorPath(session.stream.txid, session.stream.connector_output)
    for node in params["nodes"]:
        outputs = [TxOut(item["amount_sat"], item["script"]) for item in node["outputs"]]
        path.add_node(node["child_index"], outputs)
    connector = path.finish()
    if connector.outpoint != params["connector"]:
        # The host's connector hangs on another transaction: the operator could have that one
        # confirmed and take the coin while the new branch never exists.
        raise TreeError("connector-lineage")
    if session.connectors[position] is not None:
        raise TreeError("connector-reused", "input %d has one" % position)
    for other in session.connectors:
        if other is not None and other.outpoint == connector.outpoint:
            # Of two forfeits on one connector only one can confirm: the operator would refuse the
            # batch after the owner has signed.
            raise TreeError("connector-reused")
    session.connectors[position] = connector
    missing = [
        i
        for i, coin in enumerate(session.intent.inputs)
        if coin.kind == KIND_VTXO and session.connectors[i] is None
    ]
    return {}, table.EXITABLE if missing else table.READY


def sign_forfeit(device, session, params) -> "tuple[dict, int]":
    position, coin = _input(session, params, KIND_VTXO)
    if session.signatures[position] is None:
        connector = session.connectors[position]
        tx = forfeit_tx(
            coin.outpoint,
            coin.amount_sat,
            connector.outpoint,
            connector.output.amount_sat,
            session.profile.forfeit_script,
        )
        digest = forfeit_sighash(
            tx, TxOut(coin.amount_sat, coin.script), connector.output, coin.leaf_hash
        )
        _give(device, session, position, digest)
    return {"signature": session.signatures[position]}, table.SIGNED


def sign_boarding(device, session, params) -> "tuple[dict, int]":
    position, coin = _input(session, params, KIND_BOARDING)
    if session.signatures[position] is None:
        for own in session.stream.own_inputs:
            if own.outpoint == coin.outpoint:
                digest = session.stream.sighash(own.index, coin.leaf_hash)
        _give(device, session, position, digest)
    return {"signature": session.signatures[position]}, table.SIGNED


def _give(device, session, position: int, digest: bytes) -> None:
    """Notes the whole batch in the ledger, then signs one input.

    The order is what protects the owner: were the power cut between the two, a coin would be
    noted as given that is not, which `release_vtxo` can undo; the other way round the device
    would not know that its signature is in the world.
    """
    if not session.is_pledged:
        device.ledger.pledge(_pledge(session))
        session.is_pledged = True
    secret = device.keystore.owner_key(session.intent.inputs[position].index)[0]
    session.signatures[position] = secp256k1.sign_schnorr(secret, digest, device.random(32))


def _pledge(session) -> Pledge:
    pledge = Pledge(
        session.profile.operator_id,
        session.stream.txid,
        session.expiry,
        len(session.branch.nodes) if session.branch is not None else 0,
        [Coin(c.kind, c.outpoint, c.amount_sat, c.index) for c in session.intent.inputs],
        session.received,
    )
    pledge.fee_sat = session.intent.fee_sat()
    pledge.is_approved = session.intent.is_approved
    own = [o.index + 1 for o in session.intent.onchain_outputs() if o.is_own]
    pledge.next_onchain_index = max(own) if own else 0
    return pledge


def close(device, session, params) -> "tuple[dict, int]":
    return {"vtxos": [coin.outpoint for coin in session.received]}, table.IDLE


def abort(device, session, params) -> "tuple[dict, int]":
    return {}, table.IDLE
