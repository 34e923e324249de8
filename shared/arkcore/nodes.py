"""What every node of a VTXO or connector tree must look like (spec/arkade.md 3.4, 3.7, G1-G3).

Both the device, which sees only its own branch, and the host, which sees whole trees, judge a node
with these functions.
"""

from arkcore import musig2
from arkcore.errors import TreeError
from arkcore.taproot import p2tr_script, tweak_hash
from arkcore.tx import Tx, TxIn, TxOut

ANCHOR_SCRIPT = b"\x51\x02\x4e\x73"
BATCH_OUTPUT_INDEX = 0
CONNECTOR_OUTPUT_INDEX = 1
# What relaying nodes call dust at their default rate of 3 sat/vB, and their longest OP_RETURN.
P2TR_DUST_SAT = 330
MAX_EXTENSION_BYTES = 83


def anchor() -> TxOut:
    """The P2A output that ends every tree, forfeit and ark transaction (0 sat)."""
    return TxOut(0, ANCHOR_SCRIPT)


def node_tx(parent_outpoint: bytes, outputs: "list[TxOut]") -> Tx:
    """The unsigned node: version 3, locktime 0, one final input. `outputs` include the anchor."""
    return Tx(3, [TxIn(parent_outpoint)], outputs)


def is_p2tr(script: bytes) -> bool:
    return len(script) == 34 and script[0] == 0x51 and script[1] == 0x20


def is_relayed_extension(script: bytes) -> bool:
    """Whether `script` is OP_RETURN and one whole push of at most 83 bytes in all."""
    size = len(script)
    if size < 2 or size > MAX_EXTENSION_BYTES:
        return False
    if script[1] == 0x4C:
        return size > 2 and script[2] == size - 3
    return script[1] < 0x4C and script[1] == size - 2


def check_node_outputs(outputs: "list[TxOut]", input_amount_sat: int, is_leaf: bool) -> None:
    """Raises TreeError `tree-anchor`, `tree-script`, `tree-dust`, `tree-extension`,
    `tree-conserve`.

    A missing or valued anchor, or a script that nobody can spend, would leave the owner with an
    exit that cannot be paid for; a sum that differs would make the node invalid. Nodes relay one
    dust output a transaction, which the anchor is, and one OP_RETURN of a single push: with more,
    the signed branch could not be broadcast until the operator may sweep it.
    """
    if len(outputs) < 2 or outputs[-1] != anchor():
        raise TreeError("tree-anchor", "last output is not an empty P2A")
    total_sat = 0
    extensions = 0
    for txout in outputs[:-1]:
        if is_leaf and txout.amount_sat == 0 and txout.script[:1] == b"\x6a":
            extensions += 1
            if extensions > 1 or not is_relayed_extension(txout.script):
                raise TreeError("tree-extension", "not one OP_RETURN with one push")
            continue
        if not is_p2tr(txout.script):
            raise TreeError("tree-script", "output is not P2TR")
        if txout.amount_sat < P2TR_DUST_SAT:
            raise TreeError("tree-dust", "output of %d sat" % txout.amount_sat)
        total_sat += txout.amount_sat
    if total_sat != input_amount_sat:
        raise TreeError("tree-conserve", "%d in, %d out" % (input_amount_sat, total_sat))


def node_key(cosigners: "list[bytes]", sweep_root: bytes) -> musig2.KeyAgg:
    """MuSig2 key of a VTXO tree node, tweaked with the operator's sweep leaf.

    `cosigners`: 33-byte keys in any order. `sweep_root`: 32 bytes. A lone cosigner is used plain,
    as arkd does (spec/arkade.md 3.3). Raises TreeError `tree-cosigners`.
    """
    if not cosigners:
        raise TreeError("tree-cosigners", "none")
    if len(cosigners) == 1:
        aggregate = musig2.plain_key(cosigners[0])
    else:
        aggregate = musig2.key_agg(musig2.key_sort(cosigners))
    return musig2.apply_tweak(aggregate, tweak_hash(aggregate.xonly(), sweep_root), True)


def node_script(cosigners: "list[bytes]", sweep_root: bytes) -> bytes:
    """The scriptPubKey that a node with these cosigners spends (34 bytes)."""
    return p2tr_script(node_key(cosigners, sweep_root).xonly())
