"""Off-chain transactions: checkpoints and the ark transaction above them (spec/arkade.md 10).

Each VTXO goes into a checkpoint of its own, and one ark transaction spends the checkpoints. The
owner signs the ark transaction first: it spends what does not exist until a checkpoint is signed.
"""

from arkcore import closures
from arkcore.codec import outpoint
from arkcore.errors import SigningError
from arkcore.forfeit import vtxo_sequence
from arkcore.nodes import anchor
from arkcore.pushes import OP_RETURN
from arkcore.scripts import checkpoint_tree, subdust_script
from arkcore.taproot import TapTree, p2tr_script
from arkcore.tapsigs import LeafSpend
from arkcore.tx import SEQUENCE_LOCKTIME, Tx, TxIn, TxOut

LOCKTIME_SECONDS = 500_000_000
CHECKPOINT_LEAF_INDEX = 1
DEFAULT_MAX_OP_RETURNS = 3
COLLABORATIVE_KINDS = (closures.MULTISIG, closures.CLTV_MULTISIG, closures.CONDITION_MULTISIG)


class VtxoInput:
    """A VTXO to spend: `outpoint` (36 bytes), `output` (TxOut), and the collaborative leaf that
    spends it (`leaf_script`, `control` block)."""

    __slots__ = ("outpoint", "output", "leaf_script", "control")

    def __init__(self, point: bytes, output: TxOut, leaf_script: bytes, control: bytes) -> None:
        self.outpoint = point
        self.output = output
        self.leaf_script = leaf_script
        self.control = control


class Checkpoint:
    """A checkpoint transaction: `tx`, `txid` (32 bytes), its `output` 0 and that output's `tree`.

    `locktime` is the absolute lock of the leaf, 0 without one; `vtxo` is what it spends.
    """

    __slots__ = ("vtxo", "tx", "txid", "output", "tree", "locktime")

    def __init__(self, vtxo: VtxoInput, tree: TapTree, locktime: int) -> None:
        self.vtxo = vtxo
        self.tree = tree
        self.locktime = locktime
        self.output = TxOut(vtxo.output.amount_sat, tree.script_pubkey())
        txin = TxIn(vtxo.outpoint, vtxo_sequence(locktime))
        self.tx = Tx(3, [txin], [self.output, anchor()], locktime)
        self.txid = self.tx.txid()

    def spend(self) -> LeafSpend:
        """The input of the checkpoint transaction: the VTXO by its collaborative leaf."""
        vtxo = self.vtxo
        return LeafSpend(self.tx, 0, [vtxo.output], vtxo.leaf_script, vtxo.control)


def checkpoint(vtxo: VtxoInput, operator_leaf: bytes) -> Checkpoint:
    """Moves a VTXO under [operator after a delay, the leaf that spent it].

    `operator_leaf` is the operator's checkpoint tapscript, as pinned. Raises SigningError
    `ark-leaf` for a leaf that is no collaborative one: the operator could not cosign it, and an
    exit leaf would put the owner's delay into a transaction that must run at once.
    """
    closure = closures.decode(vtxo.leaf_script)
    if closure.kind not in COLLABORATIVE_KINDS:
        raise SigningError("ark-leaf", closure.kind)
    return Checkpoint(vtxo, checkpoint_tree(operator_leaf, vtxo.leaf_script), closure.locktime or 0)


def receiver_output(vtxo_key: bytes, amount_sat: int, dust_sat: int) -> TxOut:
    """Output to a VTXO key (32 bytes): P2TR, or the OP_RETURN form below dust."""
    if amount_sat < dust_sat:
        return TxOut(amount_sat, subdust_script(vtxo_key))
    return TxOut(amount_sat, p2tr_script(vtxo_key))


def _common_locktime(checkpoints: "list[Checkpoint]") -> int:
    """The latest lock of all; heights and times cannot be compared."""
    locktime = 0
    for one in checkpoints:
        if not one.locktime:
            continue
        if locktime and (locktime < LOCKTIME_SECONDS) != (one.locktime < LOCKTIME_SECONDS):
            raise SigningError("ark-locktime", "heights and times mixed")
        locktime = max(locktime, one.locktime)
    return locktime


def ark_tx(
    checkpoints: "list[Checkpoint]",
    outputs: "list[TxOut]",
    max_op_returns: int = DEFAULT_MAX_OP_RETURNS,
    lock_every_input: bool = False,
) -> Tx:
    """The unsigned transaction that spends all checkpoints; `outputs` without the anchor.

    Only inputs with an absolute lock get a lock's sequence, as arkd rebuilds it.
    `lock_every_input` gives the TypeScript SDK's form, which arkd refuses for mixed inputs; it
    serves to recognise such transactions. Raises SigningError `ark-empty`, `ark-locktime`,
    `ark-conserve` (a difference would be a gift to whoever mines it, or invalid), `ark-op-returns`.
    """
    if not checkpoints or not outputs:
        raise SigningError("ark-empty", "no inputs or no outputs")
    spent_sat = sum(one.output.amount_sat for one in checkpoints)
    if spent_sat != sum(txout.amount_sat for txout in outputs):
        raise SigningError("ark-conserve", "inputs and outputs differ")
    op_returns = [txout for txout in outputs if txout.script[:1] == bytes((OP_RETURN,))]
    if len(op_returns) > max_op_returns:
        raise SigningError("ark-op-returns", "%d" % len(op_returns))
    locktime = _common_locktime(checkpoints)
    inputs = []
    for one in checkpoints:
        sequence = vtxo_sequence(one.locktime)
        if locktime and lock_every_input:
            sequence = SEQUENCE_LOCKTIME
        inputs.append(TxIn(outpoint(one.txid, 0), sequence))
    return Tx(3, inputs, outputs + [anchor()], locktime)


def ark_spend(tx: Tx, index: int, checkpoints: "list[Checkpoint]") -> LeafSpend:
    """Input `index` of the ark transaction: its checkpoint by the collaborative leaf."""
    one = checkpoints[index]
    return LeafSpend(
        tx,
        index,
        [each.output for each in checkpoints],
        one.vtxo.leaf_script,
        one.tree.control_block(CHECKPOINT_LEAF_INDEX),
    )


def check_ark_txid(own_txid: bytes, returned_txid: bytes) -> None:
    """Raises SigningError `ark-txid` when the operator answers for another transaction."""
    if own_txid != returned_txid:
        raise SigningError("ark-txid", "not the transaction that was submitted")


def match_checkpoints(checkpoints: "list[Checkpoint]", returned: "list[bytes]") -> "list[int]":
    """Index into `returned` (32-byte txids, any order) for each own checkpoint.

    Raises SigningError `ark-checkpoints` unless they are the same transactions, each once: a
    missing one would stay unsigned, a foreign one must not be signed.
    """
    return match_txids([one.txid for one in checkpoints], returned)


def match_txids(expected: "list[bytes]", returned: "list[bytes]") -> "list[int]":
    """As `match_checkpoints`, from txids alone."""
    positions = {txid: index for index, txid in enumerate(returned)}
    if len(returned) != len(expected) or len(positions) != len(expected):
        raise SigningError("ark-checkpoints", "%d for %d" % (len(returned), len(expected)))
    order = []
    for txid in expected:
        if txid not in positions:
            raise SigningError("ark-checkpoints", "one is missing")
        order.append(positions[txid])
    return order


def check_operator_signature(
    spend: LeafSpend, signatures: "dict[bytes, bytes]", signer_keys: "list[bytes]"
) -> bytes:
    """The signer key (32 bytes) that has signed this locally built input.

    `signatures` by x-only key; `signer_keys`: the current and deprecated ones. Raises SigningError
    `ark-signature`. Without it on the ark transaction the payment could not be enforced, and the
    operator would take the checkpoint after its delay; so nothing is signed before this passes.
    """
    for key in spend.check_leaf().keys:
        if key in signer_keys and key in signatures and spend.is_signed_by(key, signatures[key]):
            return key
    raise SigningError("ark-signature", "missing or invalid")


class Pending:
    """A submitted transaction that was found again: `ark` (Tx) and its `checkpoints`, in the order
    of the inputs."""

    __slots__ = ("ark", "checkpoints")

    def __init__(self, ark: Tx, checkpoints: "list[Checkpoint]") -> None:
        self.ark = ark
        self.checkpoints = checkpoints


def match_pending(
    vtxos: "list[VtxoInput]",
    operator_leaves: "list[bytes]",
    ark: Tx,
    checkpoint_txs: "list[Tx]",
    owed: "list[TxOut]",
) -> Pending:
    """Recognises what the operator says was submitted and not finalised (10.5).

    Every checkpoint must be one that would be built from an own VTXO and one of the operator's
    leaves (current or deprecated), the ark transaction must spend exactly these and pay `owed`
    from distinct outputs. Raises SigningError `pending-checkpoint`, `pending-ark`,
    `pending-output`.
    """
    by_outpoint = {}
    for tx in checkpoint_txs:
        one = _recognise(tx, vtxos, operator_leaves)
        by_outpoint[outpoint(one.txid, 0)] = one
    ordered = []
    for txin in ark.inputs:
        if txin.outpoint not in by_outpoint:
            raise SigningError("pending-ark", "spends an unknown checkpoint")
        ordered.append(by_outpoint.pop(txin.outpoint))
    if by_outpoint or not _is_rebuilt(ark, ordered):
        raise SigningError("pending-ark", "not the transaction that belongs to the checkpoints")
    _check_owed(ark, owed)
    return Pending(ark, ordered)


def _recognise(tx: Tx, vtxos: "list[VtxoInput]", operator_leaves: "list[bytes]") -> Checkpoint:
    txid = tx.txid()
    for vtxo in vtxos:
        if len(tx.inputs) == 1 and tx.inputs[0].outpoint == vtxo.outpoint:
            for leaf in operator_leaves:
                one = checkpoint(vtxo, leaf)
                if one.txid == txid:
                    return one
    raise SigningError("pending-checkpoint", "not built from an own VTXO")


def _is_rebuilt(ark: Tx, checkpoints: "list[Checkpoint]") -> bool:
    outputs = ark.outputs[:-1]
    for lock_every_input in (False, True):
        if ark.txid() == ark_tx(checkpoints, outputs, len(outputs), lock_every_input).txid():
            return True
    return False


def _check_owed(ark: Tx, owed: "list[TxOut]") -> None:
    free = [txout.serialize() for txout in ark.outputs]
    for txout in owed:
        if txout.serialize() not in free:
            raise SigningError("pending-output", "%d sat are not paid" % txout.amount_sat)
        free.remove(txout.serialize())
