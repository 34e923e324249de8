"""Trees of the SDK vectors: built txid by txid, validated, and refused as `strict` demands.

Vectors: trees.json of the TypeScript SDK, built with arkd's rules.
"""

from arkcore import arkfields
from arkcore.branch import Branch
from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.connectors import ConnectorPath
from arkcore.delays import blocks, seconds
from arkcore.errors import ArkError, TreeError
from arkcore.musig2 import key_agg, key_sort, plain_key
from arkcore.nodes import node_key
from arkcore.psbt import Psbt
from arkcore.scripts import sweep_leaf, sweep_root
from arkcore.taproot import tweak_hash
from arkcore.tree import TreeLeaf, connector_tree, vtxo_tree
from arkcore.tree_validation import (
    check_own_paths,
    find_onchain_outputs,
    find_recipients,
    validate_connector_tree,
    validate_vtxo_tree,
)
from arkcore.treeflat import flatten, flatten_branch, rebuild
from arkcore.tx import TxOut

from tests.conformance.mismatch import equal, require
from tests.conformance.reading import flat_nodes, hexes, recipient_script, txout


def cases(document):
    return [(case["id"], case) for case in document["cases"]]


def check(case):
    if case["kind"] == "valid-tree":
        check_valid_tree(case["in"], case["out"])
    elif case["kind"] == "mutated-tree":
        check_verdict(judge_tree, case)
    elif case["kind"] == "connectors":
        check_verdict(judge_connectors, case)
    else:
        require(False, "unknown kind " + case["kind"])


def expiry_sequence(delay) -> int:
    return seconds(delay["value"]) if delay["type"] == "seconds" else blocks(delay["value"])


def check_verdict(judge, case) -> None:
    """`strict` decides; without it, what the SDK refuses we refuse, too."""
    try:
        judge(case["in"])
        tag = ""
    except ArkError as error:
        tag = error.tag
    strict = case["out"].get("strict", "accept" if case["out"]["valid"] else "reject")
    if strict == "accept":
        require(not tag, "refused with " + tag)
    elif strict == "reject":
        require(tag, "accepted, must be refused: " + str(case.get("mutation")))
    else:
        equal("strict", strict, "either")


def judge_tree(given) -> None:
    """All that a strict host checks before nonces leave; raises ArkError."""
    tree = rebuild(flat_nodes(given["flatTree"]))
    commitment = Psbt.from_base64(given["commitmentTx"]).tx
    if not commitment.outputs:
        raise TreeError("commitment-form", "no outputs")
    validate_vtxo_tree(
        tree,
        commitment.txid(),
        commitment.outputs[0],
        bytes.fromhex(given["sweepTapTreeRoot"]),
        expiry_sequence(given["sweepDelay"]),
    )
    offchain, onchain = [], []
    for recipient in given.get("recipients", []):
        script, in_tree = recipient_script(recipient["address"])
        (offchain if in_tree else onchain).append(TxOut(recipient["amount"], script))
    find_onchain_outputs(commitment, onchain, True, len(commitment.outputs) > 2)
    operator = bytes.fromhex(given["operatorCosignerPub"])
    for receipt in find_recipients(tree, offchain):
        own_keys = [key for key in receipt.leaf.cosigners if key != operator]
        if not own_keys:
            raise TreeError("tree-cosigner-missing", "no cosigner of the owner")
        for own_key in own_keys:
            check_own_paths(tree, [receipt], own_key)


def judge_connectors(given) -> None:
    commitment = Psbt.from_base64(given["commitmentTx"]).tx
    tree = rebuild(flat_nodes(given["connectorsFlatTree"]))
    if len(commitment.outputs) < 2:
        raise TreeError("connector-lineage", "no output 1")
    validate_connector_tree(tree, commitment.txid(), commitment.outputs[1])


def check_valid_tree(given, wanted) -> None:
    sequence = expiry_sequence(given["sweepDelay"])
    forfeit_key = bytes.fromhex(given["forfeitXonly"])
    equal("sweep leaf", sweep_leaf(sequence, forfeit_key), given["sweepScript"])
    root = sweep_root(sequence, forfeit_key)
    equal("sweep root", root, given["sweepTapTreeRoot"])
    commitment = Psbt.from_base64(given["commitmentTx"]).tx
    equal("commitment", to_hex_txid(commitment.txid()), given["commitmentTxid"])
    equal("batch output", commitment.outputs[0], txout(given["batchOutput"]))
    leaves = [
        TreeLeaf(hexes(leaf["cosigners"]), [txout(entry) for entry in leaf["outputs"]])
        for leaf in given["leaves"]
    ]
    plan = vtxo_tree(leaves, root, sequence)
    equal("root output", plan.root_output, commitment.outputs[0])
    built = plan.tree(commitment.txid())
    equal_flat("tree", flatten(built), given["flatTree"])
    if wanted["valid"]:
        check_accepted(given, wanted, built, commitment, root, sequence)
    if given.get("connectorsFlatTree"):
        check_connectors(given, wanted, commitment)


def equal_flat(what, flat, entries) -> None:
    """The same nodes with the same links and PSBT fields, in any order."""
    got = {one.psbt.tx.txid(): one for one in flat}
    equal(what + " size", len(got), len(entries))
    for entry in flat_nodes(entries):
        mine = got.get(entry.psbt.tx.txid())
        require(mine is not None, what + ": a node is missing")
        equal(what + " links", sorted(mine.children), sorted(entry.children))
        for field in (arkfields.cosigners, arkfields.expiry):
            got_value, value = field(mine.psbt.inputs[0]), field(entry.psbt.inputs[0])
            if field == arkfields.cosigners:
                got_value, value = sorted(got_value), sorted(value)
            equal(what + " fields", got_value, value)


def check_accepted(given, wanted, built, commitment, root, sequence) -> None:
    batch_output = commitment.outputs[0]
    tree = rebuild(flat_nodes(given["flatTree"]))
    checked = validate_vtxo_tree(tree, commitment.txid(), batch_output, root, sequence)
    equal("root", to_hex_txid(tree.root.txid), wanted["rootTxid"])
    equal("nodes", len(tree.nodes), wanted["nbOfNodes"])
    leaf_txids = sorted(to_hex_txid(leaf.txid) for leaf in tree.leaves())
    equal("leaves", leaf_txids, sorted(wanted["sdkLeafTxids"]))
    visited = sorted(to_hex_txid(node.txid) for node in tree.nodes)
    equal("visited nodes", visited, sorted(wanted["iteratorTxids"]))
    for described in wanted["nodes"]:
        check_node(tree, checked, described, root, batch_output)
    # Outputs without value are extensions; they owe nobody anything.
    entries = [entry for leaf in given["leaves"] for entry in leaf["outputs"] if entry["amount"]]
    owed = [txout(entry) for entry in entries]
    equal("receipts", len(find_recipients(tree, owed)), len(owed))
    if "userBranch" in wanted:
        check_branch(wanted["userBranch"], built, commitment, root, sequence)


def check_node(tree, checked, described, root, batch_output) -> None:
    """Keys, prevout and sighash of one node."""
    txid = from_hex_txid(described["txid"])
    node = tree.find(txid)
    require(node is not None, "node is missing")
    equal("cosigners", [key.hex() for key in node.cosigners], described["cosigners"])
    ordered = key_sort(node.cosigners)
    equal("sorted cosigners", [key.hex() for key in ordered], described["sortedCosigners"])
    plain = plain_key(ordered[0]) if len(ordered) == 1 else key_agg(ordered)
    equal("pre-tweak key", plain.point, described["preTweakKey"])
    equal("tweak", tweak_hash(plain.xonly(), root), described["tapTweak"])
    equal("final key", node_key(node.cosigners, root).point, described["finalKey"])
    equal("sighash", checked[txid].sighash, described["sighash"])
    spent = node.tx.inputs[0]
    parent = tree.find(spent.txid)
    output = parent.tx.outputs[spent.vout] if parent else batch_output
    got = [to_hex_txid(spent.txid), spent.vout, output.amount_sat, output.script.hex()]
    equal("prevout", got, [described["prevout"][k] for k in ("txid", "vout", "amount", "script")])


def check_branch(described, built, commitment, root, sequence) -> None:
    """What one cosigner sees is a valid branch, by the host's rules and by the device's."""
    own_key = bytes.fromhex(described["cosigner"])
    part = flatten_branch(built, own_key)
    txids = sorted(to_hex_txid(one.psbt.tx.txid()) for one in part)
    equal("branch", txids, sorted(described["txids"]))
    tree = rebuild(part)
    validate_vtxo_tree(tree, commitment.txid(), commitment.outputs[0], root, sequence)
    for leaf in tree.leaves():
        branch = Branch(commitment.txid(), commitment.outputs[0], root, own_key, sequence)
        for node in tree.path_to(leaf):
            branch.add_cosigners(b"".join(node.cosigners))
            done = branch.add_node(
                node.tx.inputs[0].vout, node.tx.outputs, node.is_leaf, node.expiry_sequence
            )
            equal("branch txid", done.txid, node.txid.hex())
        require(branch.complete, "branch is not complete")


def check_connectors(given, wanted, commitment) -> None:
    described = wanted["connectors"]
    output = commitment.outputs[1]
    xonly = bytes.fromhex(given["connectorXonly"])
    count = len(described["leafOutputs"])
    plan = connector_tree(xonly, count, output.amount_sat // count)
    equal("connector output", plan.root_output, output)
    equal_flat("connectors", flatten(plan.tree(commitment.txid())), given["connectorsFlatTree"])
    tree = rebuild(flat_nodes(given["connectorsFlatTree"]))
    equal("connector root", to_hex_txid(tree.root.txid), described["rootTxid"])
    connectors = validate_connector_tree(tree, commitment.txid(), output)
    got = sorted((c.outpoint.hex(), c.output.amount_sat, c.output.script.hex()) for c in connectors)
    leaves = sorted(leaf_entry(entry) for entry in described["leafOutputs"])
    equal("connector leaves", got, leaves)
    txids = sorted(to_hex_txid(leaf.txid) for leaf in tree.leaves())
    equal("connector leaf txids", txids, sorted(described["leafTxids"]))
    for leaf in tree.leaves():
        path = ConnectorPath(commitment.txid(), output)
        nodes = tree.path_to(leaf)
        for position, node in enumerate(nodes):
            below = nodes[position + 1 :]
            path.add_node(below[0].tx.inputs[0].vout if below else 0, node.tx.outputs)
        require(path.finish().outpoint[:32] == leaf.txid, "connector path")


def leaf_entry(entry):
    point = from_hex_txid(entry["txid"]) + entry["vout"].to_bytes(4, "little")
    return point.hex(), entry["amount"], entry["script"]
