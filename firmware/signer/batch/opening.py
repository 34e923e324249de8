"""Opening a batch session: the intent is approved, and the device signs the proof that it built."""

import secp256k1
from arkcore import intent as proofs
from arkcore.hashes import tagged_hash
from arkcore.sighash import SIGHASH_ALL, common_digests, sighash_from_digests
from arkcore.tx import SEQUENCE_FINAL, TxOut

from signer.batch import table
from signer.batch.intent import Intent, approve, check_window, read_inputs, read_outputs
from signer.batch.session import BatchSession


def open_intent(device, session, params) -> "tuple[dict, int]":
    device.require_operator()
    check_window(params["valid_at"], params["expire_at"])
    intent = Intent(
        read_inputs(device, params["inputs"]),
        read_outputs(device, params["outputs"]),
        params["valid_at"],
        params["expire_at"],
    )
    device.ledger.require_room(len(intent.boarding_inputs()) + len(intent.tree_outputs()))
    approve(device, intent)
    session = BatchSession(device.ledger.next_session(), device.operator, intent)
    session.opened_ms = device.board.ticks_ms()
    if intent.has_tree():
        session.cosigner_secret = fresh_cosigner(device, session.id)
        session.cosigner_key = secp256k1.pubkey_create(bytes(session.cosigner_secret))
    device.batch = session
    result = {"session": session.id, "signatures": sign_proof(device, intent, register(session))}
    if session.cosigner_key:
        result["cosigner_key"] = session.cosigner_key
    return result, table.INTENT


def fresh_cosigner(device, session_id: int) -> bytearray:
    """A secret key for this batch alone (32 bytes).

    Seed and rising session id keep it from repeating when the random source fails; randomness
    keeps it from being guessed by whoever learns the seed's older keys.
    """
    while True:
        secret = tagged_hash(
            "stanchion/cosigner",
            device.keystore.cosigner_seed(),
            session_id.to_bytes(4, "big"),
            device.random(32),
        )
        if secp256k1.scalar_is_valid(secret):
            return bytearray(secret)


def register(session: BatchSession) -> str:
    """The register message. It names the session's own key: nobody else signs in its place."""
    outputs = session.intent.outputs
    return proofs.register_message(
        [i for i, output in enumerate(outputs) if output.is_onchain],
        session.intent.valid_at,
        session.intent.expire_at,
        [session.cosigner_key] if session.cosigner_key else [],
    )


def sign_deletion(device, params: dict) -> dict:
    """Signatures over a message that withdraws the intents with these inputs."""
    intent = Intent(read_inputs(device, params["inputs"]), [], 0, params["expire_at"])
    message = proofs.delete_message(intent.expire_at)
    return {"signatures": sign_proof(device, intent, message)}


def sign_proof(device, intent: Intent, message: str) -> "list[bytes]":
    """One signature (65 bytes, SIGHASH_ALL) for the proof's first input and one for each coin.

    The first input spends a transaction that cannot exist, so no proof is ever valid on chain.
    """
    coins = [(i.outpoint, TxOut(i.amount_sat, i.script), SEQUENCE_FINAL) for i in intent.inputs]
    outputs = [TxOut(output.amount_sat, output.script) for output in intent.outputs]
    tx = proofs.proof_tx(message, coins, outputs)
    digests = common_digests(tx, proofs.proof_prevouts(coins))
    signatures = []
    for position in range(len(coins) + 1):
        coin = intent.inputs[max(0, position - 1)]
        digest = sighash_from_digests(
            tx.version, tx.locktime, digests, position, coin.leaf_hash, SIGHASH_ALL
        )
        secret = device.keystore.owner_key(coin.index)[0]
        signature = secp256k1.sign_schnorr(secret, digest, device.random(32))
        signatures.append(signature + bytes((SIGHASH_ALL,)))
        device.progress(position + 1, len(coins) + 1)
    return signatures
