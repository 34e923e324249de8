"""MuSig2 over all nodes of a branch or tree at once (spec/arkade.md 8.6, 8.7).

`BranchSigner` is one cosigner: nonces for each of its nodes, then one partial signature each, once.
`TreeCoordinator` is the operator: it collects, verifies and combines. `check_signatures` is what
everybody runs before anything of value leaves: final signatures against the real prevouts (G4).
"""

import secp256k1

from arkcore import musig2
from arkcore.branch import BranchNode
from arkcore.errors import SigningError

NONCE_BYTES = 66
PARTIAL_SIGNATURE_BYTES = 32


def check_signatures(nodes: "list[BranchNode]", signatures: "list[bytes]") -> None:
    """Raises SigningError `tree-signature` unless each node has its valid final signature.

    One 64-byte BIP-340 signature a node, in the order of `nodes`. The sighash of a node covers the
    output it really spends, and the key is the one that this output pays; so a valid signature
    makes the node broadcastable, and with all of them the owner can leave without the operator.
    """
    if len(signatures) != len(nodes):
        raise SigningError("tree-signature", "%d for %d nodes" % (len(signatures), len(nodes)))
    for node, signature in zip(nodes, signatures):
        if not secp256k1.verify_schnorr(node.aggregate.xonly(), node.sighash, signature):
            raise SigningError("tree-signature", "a node is not validly signed")


class BranchSigner:
    """One cosigner's part in signing `nodes`: `make_nonces`, then `sign`, each once.

    `public_nonces` (66 bytes each, in node order) is empty until the nonces exist.
    """

    __slots__ = ("_nodes", "_pubkey", "_secnonces", "public_nonces")

    def __init__(self, nodes: "list[BranchNode]", pubkey: bytes) -> None:
        """`pubkey`: 33 bytes, a cosigner of each of the nodes."""
        self._nodes = nodes
        self._pubkey = pubkey
        self._secnonces: list[musig2.SecNonce] = []
        self.public_nonces: list[bytes] = []

    def make_nonces(self, seckey: bytes, randoms: "list[bytes]") -> "list[bytes]":
        """Public nonces, one a node. `randoms`: 32 fresh random bytes a node, used nowhere else.

        Key, aggregate and message are hashed in, so that even a stuck random source gives no
        nonce that fits two messages. Raises SigningError `tree-nonces`: made before, or not one
        random a node.
        """
        if self.public_nonces or len(randoms) != len(self._nodes):
            raise SigningError("tree-nonces", "made before, or wrong count")
        for node, rand in zip(self._nodes, randoms):
            secnonce, public = musig2.nonce_gen(
                rand, self._pubkey, seckey, node.aggregate.xonly(), node.sighash
            )
            self._secnonces.append(secnonce)
            self.public_nonces.append(public)
        return self.public_nonces

    def sign(self, seckey: bytes, aggregate_nonces: "list[bytes]") -> "list[bytes]":
        """Partial signatures (32 bytes), one a node. Whatever happens, no nonce survives the call.

        Raises SigningError `tree-nonces` (not made, used already, or a wrong count), `musig-*`.
        """
        secnonces, self._secnonces = self._secnonces, []
        try:
            if not secnonces or len(aggregate_nonces) != len(self._nodes):
                raise SigningError("tree-nonces", "used, or wrong count")
            return [
                musig2.partial_sign(
                    secnonce,
                    seckey,
                    musig2.Session(aggregate_nonce, node.aggregate, node.sighash),
                )
                for node, secnonce, aggregate_nonce in zip(self._nodes, secnonces, aggregate_nonces)
            ]
        finally:
            _wipe(secnonces)

    def wipe(self) -> None:
        """Forgets the secret nonces; the signer cannot sign any more."""
        _wipe(self._secnonces)
        self._secnonces = []


def _wipe(secnonces: "list[musig2.SecNonce]") -> None:
    for secnonce in secnonces:
        secnonce.wipe()


def aggregate_nonces_for(
    nonces_by_xonly: "dict[bytes, bytes]",
    cosigners: "list[bytes]",
    own_key: bytes,
    own_nonce: bytes,
) -> bytes:
    """Aggregate nonce (66 bytes) of one node from what the operator relayed.

    `nonces_by_xonly`: 66 bytes by 32-byte key. The own entry is never believed: the signer's own
    nonce takes its place, or a changed one would only waste the round. Raises SigningError
    `tree-nonces` when a cosigner's nonce is missing, `musig-pubnonce` for a malformed one.
    """
    nonces = []
    for key in cosigners:
        nonce = own_nonce if key == own_key else nonces_by_xonly.get(key[1:])
        if nonce is None:
            raise SigningError("tree-nonces", "missing from %s" % key.hex())
        nonces.append(nonce)
    return musig2.nonce_agg(nonces)


class _NodeRound:
    """What the coordinator gathers for one node."""

    __slots__ = ("node", "cosigners", "nonces", "partials", "session")

    def __init__(self, node: BranchNode, cosigners: "list[bytes]") -> None:
        self.node = node
        self.cosigners = cosigners
        self.nonces: dict[bytes, bytes] = {}
        self.partials: dict[bytes, bytes] = {}
        self.session: musig2.Session | None = None


class TreeCoordinator:
    """Collects nonces and partial signatures of a whole tree, and combines them.

    Contributions are judged as they come, so that the guilty cosigner is known by name.
    """

    __slots__ = ("_rounds",)

    def __init__(
        self, nodes: "dict[bytes, BranchNode]", cosigners: "dict[bytes, list[bytes]]"
    ) -> None:
        """Both by txid: the checked nodes and the 33-byte keys that sign each."""
        self._rounds = {txid: _NodeRound(nodes[txid], cosigners[txid]) for txid in nodes}

    def txids_of(self, pubkey: bytes) -> "list[bytes]":
        """The nodes (32-byte txids) that this cosigner (33 bytes) has to sign."""
        return [txid for txid, node in self._rounds.items() if pubkey in node.cosigners]

    def add_nonces(self, pubkey: bytes, nonces: "dict[bytes, bytes]") -> None:
        """Takes a cosigner's public nonces (66 bytes by txid), all of them, once.

        Raises SigningError `tree-nonces` (unknown cosigner, sent before, not exactly its nodes),
        `musig-pubnonce`.
        """
        wanted = self.txids_of(pubkey)
        if not wanted or set(wanted) != set(nonces):
            raise SigningError("tree-nonces", "not the nodes of %s" % pubkey.hex())
        for txid in wanted:
            if pubkey in self._rounds[txid].nonces:
                raise SigningError("tree-nonces", "sent before")
            musig2.nonce_agg([nonces[txid]])
        for txid in wanted:
            self._rounds[txid].nonces[pubkey] = bytes(nonces[txid])

    @property
    def has_all_nonces(self) -> bool:
        return all(len(one.nonces) == len(one.cosigners) for one in self._rounds.values())

    def nonces_of(self, txid: bytes) -> "dict[bytes, bytes]":
        """Public nonces of one node, by 33-byte key."""
        return self._rounds[txid].nonces

    def aggregate_nonces(self) -> "dict[bytes, bytes]":
        """Aggregate nonces (66 bytes by txid). Raises SigningError `tree-nonces` if some miss."""
        if not self.has_all_nonces:
            raise SigningError("tree-nonces", "not complete")
        aggregated = {}
        for txid, one in self._rounds.items():
            nonce = musig2.nonce_agg([one.nonces[key] for key in one.cosigners])
            one.session = musig2.Session(nonce, one.node.aggregate, one.node.sighash)
            aggregated[txid] = nonce
        return aggregated

    def add_partial_signatures(self, pubkey: bytes, partials: "dict[bytes, bytes]") -> None:
        """Verifies and takes a cosigner's partial signatures (32 bytes by txid), all of them.

        Raises SigningError `tree-partials` (too early, unknown cosigner, not exactly its nodes)
        and `tree-partial-signature` (one is invalid: this cosigner is at fault).
        """
        wanted = self.txids_of(pubkey)
        if not wanted or set(wanted) != set(partials):
            raise SigningError("tree-partials", "not the nodes of %s" % pubkey.hex())
        for txid in wanted:
            one = self._rounds[txid]
            if one.session is None:
                raise SigningError("tree-partials", "nonces are not aggregated")
            nonce = one.nonces[pubkey]
            if not musig2.partial_verify(partials[txid], nonce, pubkey, one.session):
                raise SigningError("tree-partial-signature", pubkey.hex())
        for txid in wanted:
            self._rounds[txid].partials[pubkey] = bytes(partials[txid])

    @property
    def has_all_partial_signatures(self) -> bool:
        return all(len(one.partials) == len(one.cosigners) for one in self._rounds.values())

    def signatures(self) -> "dict[bytes, bytes]":
        """Final signatures (64 bytes by txid), each verified.

        Raises SigningError `tree-partials` while some are missing, `tree-signature`.
        """
        final = {}
        for txid, one in self._rounds.items():
            if one.session is None or len(one.partials) != len(one.cosigners):
                raise SigningError("tree-partials", "not complete")
            partials = [one.partials[key] for key in one.cosigners]
            final[txid] = musig2.partial_sig_agg(partials, one.session)
            check_signatures([one.node], [final[txid]])
        return final
