"""A unilateral exit, step by step: which transaction comes next, and its final form (11).

The chain of a VTXO is listed as the operator's indexer does: the VTXO's own transaction first, the
commitment last. It is walked from the end, so parents always confirm before their children.
"""

from arkcore import arkfields, closures
from arkcore.errors import SigningError
from arkcore.psbt import Psbt, PsbtMap, tap_key_sig, tap_leaf_scripts, tap_script_sigs
from arkcore.taproot import leaf_hash
from arkcore.tapsigs import LeafSpend
from arkcore.tx import Tx

TREE = "tree"
ARK = "ark"
CHECKPOINT = "checkpoint"
COMMITMENT = "commitment"

BROADCAST = "broadcast"
WAIT = "wait"
DONE = "done"


class ChainLink:
    """One transaction of an exit: `txid` (32 bytes) and `kind` (TREE, ARK, CHECKPOINT, or
    COMMITMENT and anything else that is on chain anyway)."""

    __slots__ = ("txid", "kind")

    def __init__(self, txid: bytes, kind: str) -> None:
        self.txid = txid
        self.kind = kind


class Step:
    """What an exit does next: `action` (BROADCAST, WAIT or DONE) and the `link` it concerns.

    The link of DONE is the VTXO's own transaction.
    """

    __slots__ = ("action", "link")

    def __init__(self, action: str, link: ChainLink) -> None:
        self.action = action
        self.link = link


def next_step(chain: "list[ChainLink]", confirmed: "dict[bytes, bool]") -> Step:
    """The next step. `confirmed`: by txid, False in the mempool, True in a block, absent unknown.

    One package at a time: version 3 allows no longer unconfirmed chains. Raises SigningError
    `unroll-chain` for an empty chain.
    """
    if not chain:
        raise SigningError("unroll-chain", "empty")
    for link in reversed(chain):
        if link.kind not in (TREE, ARK, CHECKPOINT):
            continue
        state = confirmed.get(link.txid)
        if state is None:
            return Step(BROADCAST, link)
        if not state:
            return Step(WAIT, link)
    return Step(DONE, chain[0])


def finalize_tree_tx(tx: Tx, signature: bytes) -> Tx:
    """Puts the final tree signature (64 bytes) into a tree transaction and returns it.

    Raises SigningError `unroll-signature` when it is missing or has another size.
    """
    if len(signature) != 64 or len(tx.inputs) != 1:
        raise SigningError("unroll-signature", "no tree signature")
    tx.inputs[0].witness = [signature]
    return tx


class LeafInput:
    """How one input of an ark or checkpoint transaction is spent: `leaf_script`, `control`,
    `signatures` by x-only key, `condition_items`."""

    __slots__ = ("leaf_script", "control", "signatures", "condition_items")

    def __init__(
        self,
        leaf_script: bytes,
        control: bytes,
        signatures: "dict[bytes, bytes]",
        condition_items: "tuple[bytes, ...]" = (),
    ) -> None:
        self.leaf_script = leaf_script
        self.control = control
        self.signatures = signatures
        self.condition_items = condition_items


def finalize_leaf_tx(tx: Tx, inputs: "list[LeafInput]") -> Tx:
    """Puts the final witnesses into an ark or checkpoint transaction and returns it.

    Raises SigningError `unroll-signature` (not one entry an input), ScriptError
    `closure-signature-missing`, `closure-*`.
    """
    if len(inputs) != len(tx.inputs):
        raise SigningError("unroll-signature", "one spend per input")
    for index, one in enumerate(inputs):
        spend = LeafSpend(tx, index, [], one.leaf_script, one.control)
        tx.inputs[index].witness = spend.witness(one.signatures, one.condition_items)
    return tx


def finalize_psbt(psbt: Psbt, kind: str) -> Tx:
    """The transaction of an exit (`kind` TREE, ARK or CHECKPOINT), ready to broadcast.

    Raises SigningError `unroll-signature` when a signature is missing, EncodingError `psbt-*`.
    """
    if kind == TREE:
        signature = tap_key_sig(psbt.inputs[0]) if len(psbt.inputs) == 1 else None
        return finalize_tree_tx(psbt.tx, signature or b"")
    return finalize_leaf_tx(psbt.tx, [leaf_input(entries) for entries in psbt.inputs])


def leaf_input(entries: PsbtMap) -> LeafInput:
    """The first leaf of a PSBT input for which all keys have signed.

    Raises SigningError `unroll-signature`, EncodingError `psbt-*`, ScriptError `closure-*`.
    """
    signed = tap_script_sigs(entries)
    condition = tuple(arkfields.condition(entries) or ())
    for control, script in tap_leaf_scripts(entries):
        digest = leaf_hash(script)
        signatures = {key: sig for key, leaf, sig in signed if leaf == digest}
        if all(key in signatures for key in closures.decode(script).keys):
            return LeafInput(script, control, signatures, condition)
    raise SigningError("unroll-signature", "no leaf is fully signed")
