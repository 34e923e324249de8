"""The own branch of the VTXO tree: checked, signed with MuSig2, verified (invariants I1 and I2)."""

from arkcore.codec import outpoint
from arkcore.errors import SigningError, TreeError
from arkcore.hashes import sha256, tagged_hash
from arkcore.treesigning import BranchSigner, check_signatures
from arkcore.tx import TxOut

from signer.batch import table
from signer.batch.commitment import after_exit_path
from signer.ledger_records import KIND_VTXO, Coin


class TreeSigning:
    """Nonces of one branch, root first, and the one answer that was given with them.

    One BranchSigner a node, so that the device can answer pings between two nodes.
    """

    __slots__ = ("signers", "public_nonces", "request_digest", "partial_signatures")

    def __init__(self) -> None:
        self.signers = []
        self.public_nonces = []
        self.request_digest = b""
        self.partial_signatures = []

    def wipe(self) -> None:
        for signer in self.signers:
            signer.wipe()
        self.signers = []


def feed_cosigners(device, session, params) -> "tuple[dict, int]":
    return {"count": session.branch.add_cosigners(params["keys"])}, table.TREE


def feed_node(device, session, params) -> "tuple[dict, int]":
    outputs = [TxOut(item["amount_sat"], item["script"]) for item in params["outputs"]]
    node = session.branch.add_node(params["child_index"], outputs, params["is_leaf"])
    device.progress(len(session.branch.nodes), len(session.branch.nodes) + 1)
    if not session.branch.complete:
        return {"txid": node.txid}, table.TREE
    session.received = match_leaf(session.intent.tree_outputs(), outputs[:-1], node.txid)
    return {"txid": node.txid}, table.LEAF


def match_leaf(wanted, outputs: "list[TxOut]", leaf_txid: bytes) -> "list[Coin]":
    """The owner's new VTXOs among the leaf's outputs (without anchor).

    Raises TreeError `leaf-not-mine`, `leaf-amount`. Each output settles one debt: otherwise two
    equal outputs of an intent could be paid with one.
    """
    used = [False] * len(outputs)
    received = []
    for debt in wanted:
        vout = _find(debt, outputs, used)
        used[vout] = True
        if debt.is_own:
            point = outpoint(leaf_txid, vout)
            received.append(Coin(KIND_VTXO, point, debt.amount_sat, debt.index))
    return received


def _find(debt, outputs: "list[TxOut]", used: "list[bool]") -> int:
    tag = "leaf-not-mine"
    for vout, output in enumerate(outputs):
        if used[vout] or output.script != debt.script:
            continue
        if output.amount_sat == debt.amount_sat:
            return vout
        tag = "leaf-amount"
    raise TreeError(tag, "%d sat agreed" % debt.amount_sat)


def get_nonces(device, session, params) -> "tuple[dict, int]":
    """Public nonces, root first; asked again, the same ones."""
    if session.signing is None:
        session.signing = _make_nonces(device, session)
    return {"nonces": session.signing.public_nonces}, table.NONCES


def _make_nonces(device, session) -> TreeSigning:
    signing = TreeSigning()
    secret = bytes(session.cosigner_secret)
    number = session.id.to_bytes(4, "big")
    # Session ids never repeat and the key is fresh, so that even a random source that has died
    # does not make the same nonce for two messages.
    root = tagged_hash("stanchion/nonce-root", device.random(32), number, secret)
    nodes = session.branch.nodes
    for position, node in enumerate(nodes):
        signer = BranchSigner([node], session.cosigner_key)
        rand = tagged_hash("stanchion/nonce", root, position.to_bytes(4, "big"))
        signing.public_nonces += signer.make_nonces(secret, [rand])
        signing.signers.append(signer)
        device.progress(position + 1, len(nodes))
    return signing


def sign_tree(device, session, params) -> "tuple[dict, int]":
    """Partial signatures under the aggregate nonces; for the very same request the stored answer.

    Raises SigningError `nonce-spent`: a second signature with one nonce gives away the key.
    """
    signing = session.signing
    nonces = params["agg_nonces"]
    digest = sha256(b"".join(nonces))
    if signing.request_digest:
        if signing.request_digest != digest:
            raise SigningError("nonce-spent", "other aggregate nonces")
        return {"partial_signatures": signing.partial_signatures}, table.PARTIALS
    if len(nonces) != len(signing.signers):
        raise SigningError("nonce-count", "%d" % len(nonces))
    signing.request_digest = digest
    secret = bytes(session.cosigner_secret)
    for position, signer in enumerate(signing.signers):
        signing.partial_signatures += signer.sign(secret, [nonces[position]])
        device.progress(position + 1, len(nonces))
    signing.wipe()
    session.wipe_cosigner()
    return {"partial_signatures": signing.partial_signatures}, table.PARTIALS


def feed_signatures(device, session, params) -> "tuple[dict, int]":
    """Every final signature of the branch, root first: from here on the owner can leave alone."""
    if params["commitment_txid"] != session.stream.txid:
        # The branch hangs on the transaction that was checked; beside another one it is nothing.
        raise TreeError("batch-changed")
    signatures = params["signatures"]
    nodes = session.branch.nodes
    if len(signatures) != len(nodes):
        # One unsigned node makes all below it worthless: nothing is given for half a way out.
        raise SigningError("forfeit-branch-complete", "%d of %d" % (len(signatures), len(nodes)))
    for position, node in enumerate(nodes):
        check_signatures([node], [signatures[position]])
        device.progress(position + 1, len(nodes))
    return {}, after_exit_path(session)
