"""bark VTXOs of every shape that bark makes, with own keys and a funding output of the chain."""

import os

import secp256k1
from arkcore import musig2
from arkcore.bark.policy import PUBKEY, Policy
from arkcore.bark.scripts import BarkOutput, aggregate, timelock_sign
from arkcore.bark.transition import ARKOOR, COSIGNED, HASH_LOCKED, HASH_LOCKED_V0, Transition
from arkcore.bark.vtxo import BarkVtxo, GenesisItem
from arkcore.taproot import p2tr_script, tweak_hash
from arkcore.tx import TxOut
from stanchion.exits.bark_plan import BarkPlan

SERVER_SECRET = bytes([0x41]) * 32
SENDER_SECRET = bytes([0x42]) * 32
OTHER_SECRET = bytes([0x43]) * 32
SERVER, SENDER, OTHER = map(secp256k1.pubkey_create, (SERVER_SECRET, SENDER_SECRET, OTHER_SECRET))
PREIMAGE = bytes([0x44]) * 32
EXIT_DELTA = 12
EXPIRY_HEIGHT = 5_000
AMOUNT_SAT = 20_000
SIDE = TxOut(7_000, p2tr_script(aggregate([OTHER, SERVER]).xonly()))


def board(key):
    return [GenesisItem(Transition(COSIGNED, [key, SERVER]), 0, [], 330)]


def round_leaf(key, kind=HASH_LOCKED):
    """Two levels of a tree, then the leaf that the preimage opens."""
    levels = [
        GenesisItem(Transition(COSIGNED, [key, SENDER, OTHER, SERVER]), 1, [SIDE, SIDE, SIDE], 0),
        GenesisItem(Transition(COSIGNED, [key, SERVER]), 3, [SIDE, SIDE, SIDE], 0),
    ]
    return [*levels, GenesisItem(Transition(kind, [key], preimage=PREIMAGE), 0, [], 0)]


def arkoor(vtxo_policy):
    """The sender's payment through a checkpoint."""
    given = vtxo_policy.output(SERVER, EXIT_DELTA)
    checkpoint = BarkOutput(given.internal, [timelock_sign(EXPIRY_HEIGHT, SERVER)])
    tweaks = [tweak_hash(one.internal, one.tree.root) for one in (given, checkpoint)]
    return [
        GenesisItem(Transition(ARKOOR, [SENDER], tap_tweak=tweak), 0, others, 0)
        for tweak, others in zip(tweaks, ([SIDE], []), strict=True)
    ]


def shapes(key):
    """Genesis chains by name; `key` (33 bytes) is the owner's."""
    sent = arkoor(Policy(PUBKEY, SENDER))
    return {
        "board": board(key),
        "arkoor": [*board(SENDER), *sent],
        "round": round_leaf(key),
        "round-v0": round_leaf(key, HASH_LOCKED_V0),
        "arkoor-on-round": [*round_leaf(SENDER), *arkoor(Policy(PUBKEY, SENDER))],
    }


def board_beside(key, side):
    """A board whose funding was shared with another output."""
    return [GenesisItem(Transition(COSIGNED, [key, SERVER]), 0, [side], 0)]


def make_plan(chain, owner, shape, *, key_index=0, policy=None, side=None):
    """A confirmed, signed VTXO of this shape that belongs to the owner's key `key_index`.

    With `side` (TxOut) it is a board with that output beside it, whatever the shape.
    """
    secret = owner.keys.owner_secret(key_index)
    key = secp256k1.pubkey_create(secret)
    policy = policy or Policy(PUBKEY, key)
    genesis = shapes(key)[shape] if side is None else board_beside(key, side)
    vtxo = BarkVtxo(AMOUNT_SAT, EXPIRY_HEIGHT, SERVER, EXIT_DELTA, bytes(36), genesis, policy, b"")
    output = vtxo.anchor_output()
    vtxo.anchor = chain.fund(output.script, output.amount_sat)
    secrets = {key: secret, SERVER: SERVER_SECRET, SENDER: SENDER_SECRET, OTHER: OTHER_SECRET}
    steps, vtxo.point = vtxo.exit_chain()
    for item, step in zip(vtxo.genesis, steps, strict=True):
        message = item.transition.sighash(step.tx, step.prevout, SERVER, EXPIRY_HEIGHT)
        item.transition.signature = cosign(item.transition, secrets, message)
    return BarkPlan(vtxo.serialize(), chain.raw_tx(vtxo.anchor[:32]), key_index)


def cosign(transition, secrets, message):
    """The MuSig2 signature of everybody that the transition names."""
    keys = list(transition.keys) + ([] if transition.kind == COSIGNED else [SERVER])
    agg = aggregate(keys)
    if transition.kind == COSIGNED:
        root = BarkOutput(agg.xonly(), [timelock_sign(EXPIRY_HEIGHT, SERVER)]).tree.root
        agg = musig2.apply_tweak(agg, tweak_hash(agg.xonly(), root), True)
    elif transition.kind == ARKOOR:
        agg = musig2.apply_tweak(agg, transition.tap_tweak, True)
    nonces = [musig2.nonce_gen(os.urandom(32), key) for key in keys]
    session = musig2.Session(musig2.nonce_agg([public for _, public in nonces]), agg, message)
    partials = [
        musig2.partial_sign(secret_nonce, secrets[key], session)
        for key, (secret_nonce, _) in zip(keys, nonces, strict=True)
    ]
    return musig2.partial_sig_agg(partials, session)
