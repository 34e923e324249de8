"""What one batch session remembers, all of it in RAM, and how it is forgotten."""

from signer.batch import table


class BatchSession:
    """A session between open_intent and close_batch; `state` is one of `signer.batch.table`.

    opened_ms        the board's clock when the session was opened
    profile          the operator that was enrolled when the session was opened
    intent           signer.batch.intent.Intent: what the owner agreed to
    cosigner_secret  bytearray(32), fresh for this batch; empty without own tree outputs
    cosigner_key     33 bytes
    expiry, sequence the batch expiry as announced, and as BIP-68 number
    sweep_root       32 bytes, from the pinned forfeit key
    txid             32 bytes, of the commitment transaction as announced
    stream           arkcore.commitment.CommitmentStream
    branch           arkcore.branch.Branch
    signing          signer.batch.tree.TreeSigning: nonces and what was answered with them
    connectors       one arkcore.connectors.Connector (or None) for each input of the intent
    signatures       what left the device for each input, for an identical retry
    received         ledger coins that the batch creates
    is_pledged       whether the ledger has noted the batch
    """

    __slots__ = (
        "id",
        "state",
        "opened_ms",
        "profile",
        "intent",
        "cosigner_secret",
        "cosigner_key",
        "expiry",
        "sequence",
        "sweep_root",
        "txid",
        "inputs_left",
        "outputs_left",
        "stream",
        "branch",
        "signing",
        "connectors",
        "signatures",
        "received",
        "is_pledged",
    )

    def __init__(self, session_id: int, profile, intent) -> None:
        self.id = session_id
        self.state = table.IDLE
        self.opened_ms = 0
        self.profile = profile
        self.intent = intent
        self.cosigner_secret = bytearray()
        self.cosigner_key = b""
        self.expiry = 0
        self.sequence = 0
        self.sweep_root = b""
        self.txid = b""
        self.inputs_left = 0
        self.outputs_left = 0
        self.stream = None
        self.branch = None
        self.signing = None
        self.connectors = [None] * len(intent.inputs)
        self.signatures = [None] * len(intent.inputs)
        self.received = []
        self.is_pledged = False

    @property
    def session_state(self) -> int:
        """What get_status says (SESSION_* of the method table)."""
        return table.WIRE_STATES[self.state]

    def has_input(self, outpoint: bytes) -> bool:
        return any(coin.outpoint == outpoint for coin in self.intent.inputs)

    def wipe(self) -> None:
        """Overwrites the cosigner key and every nonce that was not used, and forgets the rest."""
        self.wipe_cosigner()
        if self.signing is not None:
            self.signing.wipe()
            self.signing = None
        self.branch = None
        self.stream = None
        self.state = table.IDLE

    def wipe_cosigner(self) -> None:
        for position in range(len(self.cosigner_secret)):
            self.cosigner_secret[position] = 0
        self.cosigner_secret = bytearray()
