"""A host refuses every tree that would not protect its owner (spec/arkade.md 3.6 to 3.8).

Invariants: gaps G1 to G3 and G5 of the reference clients are closed. Each mutation below is
consistent with all other rules, so that only the named check can catch it.
"""

from arkcore.branch import MAX_DEPTH
from arkcore.commitment import commitment_tx
from arkcore.nodes import anchor, node_script, node_tx
from arkcore.taproot import p2tr_script
from arkcore.tree import TreeLeaf, TreeNode, TxTree, vtxo_tree
from arkcore.tree_validation import (
    check_node_form,
    check_own_paths,
    find_onchain_outputs,
    find_recipients,
    validate_vtxo_tree,
)
from arkcore.treeflat import flatten, flatten_branch, rebuild
from arkcore.tx import TxIn, TxOut

from tests.both.batch_samples import (
    COIN,
    EXPIRY,
    SWEEP_ROOT,
    Batch,
    complete,
    pubkey,
    vtxo_script,
    xonly,
)
from tests.both.helpers import refusal

BATCH = Batch(5)
BATCH_OUTPUT = BATCH.commitment.outputs[0]


def validate(tree, output=BATCH_OUTPUT, root=SWEEP_ROOT, expiry=EXPIRY, txid=BATCH.txid):  # type: ignore[no-untyped-def]
    return validate_vtxo_tree(tree, txid, output, root, expiry)


def test_an_honest_tree_passes_whole_and_in_branches() -> None:
    checked = validate(rebuild(flatten(BATCH.tree())))
    assert len(checked) == 9
    for key in BATCH.keys:
        branch = rebuild(flatten_branch(BATCH.tree(), key))
        assert sorted(validate(branch)) == sorted(node.txid for node in branch.nodes)


def test_host_and_device_come_to_the_same_sighashes() -> None:
    checked = validate(BATCH.tree())
    for index in range(5):
        for node in complete(BATCH.branch(index), BATCH.path(index)).nodes:
            assert checked[node.txid].sighash == node.sighash
            assert checked[node.txid].aggregate.point == node.aggregate.point


def test_refuses_a_batch_output_of_somebody_else() -> None:
    thief = TxOut(BATCH_OUTPUT.amount_sat, p2tr_script(xonly("thief")))
    assert refusal(validate, BATCH.tree(), thief) == "tree-batch-output"
    assert refusal(validate, BATCH.tree(), BATCH_OUTPUT, bytes(32)) == "tree-batch-output"
    wrapped = TxOut(BATCH_OUTPUT.amount_sat, b"\x52" + BATCH_OUTPUT.script[1:])
    assert refusal(validate, BATCH.tree(), wrapped) == "tree-script"


def test_refuses_a_batch_output_of_another_amount() -> None:
    less = TxOut(BATCH_OUTPUT.amount_sat - 1, BATCH_OUTPUT.script)
    assert refusal(validate, BATCH.tree(), less) == "tree-conserve"


def test_refuses_a_tree_under_another_commitment_or_output() -> None:
    assert refusal(validate, BATCH.plan.tree(b"\x01" * 32)) == "tree-link"
    tree = BATCH.tree()
    tree.root.tx.inputs[0].outpoint = BATCH.txid + b"\x01\x00\x00\x00"
    assert refusal(validate, tree) == "tree-link"


def test_refuses_nodes_of_another_form() -> None:
    for name, value in (("version", 2), ("locktime", 900_000)):
        tree = BATCH.tree()
        setattr(tree.leaves()[2].tx, name, value)
        assert refusal(validate, tree) == "tree-form", name
    for sequence in (0, 144, 0xFFFFFFFE):
        tree = BATCH.tree()
        tree.leaves()[2].tx.inputs[0].sequence = sequence
        assert refusal(validate, tree) == "tree-form", sequence
    tx = node_tx(bytes(36), [anchor()])
    assert refusal(check_node_form, tx, bytes(36)) == ""
    tx.inputs[0].script_sig = b"\x51"
    assert refusal(check_node_form, tx, bytes(36)) == "tree-form"
    tx.inputs.append(TxIn(bytes(36)))
    assert refusal(check_node_form, tx, bytes(36)) == "tree-link"


def test_refuses_an_output_that_others_than_the_cosigners_below_hold() -> None:
    tree = BATCH.tree()
    tree.root.children[1][1].cosigners = [pubkey("tree"), pubkey("thief")]
    assert refusal(validate, tree) == "tree-edge"
    tree = BATCH.tree()
    tree.root.cosigners = [pubkey("tree"), pubkey("thief")]
    assert refusal(validate, tree) == "tree-batch-output"


def test_refuses_cosigners_that_are_missing_doubled_or_no_points() -> None:
    for cosigners, expected in [
        ([], "tree-cosigners"),
        ([pubkey("tree"), pubkey("tree")], "tree-cosigner-duplicate"),
        ([pubkey("tree"), b"\x02" + b"\xff" * 32], "tree-cosigner-key"),
    ]:
        tree = BATCH.tree()
        tree.leaves()[0].cosigners = cosigners
        assert refusal(validate, tree) == expected


def test_refuses_an_expiry_field_that_differs() -> None:
    tree = BATCH.tree()
    tree.leaves()[0].expiry_sequence = EXPIRY + 1
    assert refusal(validate, tree) == "tree-expiry"
    tree.leaves()[0].expiry_sequence = None
    assert refusal(validate, tree) == ""


def test_refuses_links_to_outputs_that_have_no_child() -> None:
    for index in (-1, 2, 3):
        tree = BATCH.tree()
        tree.root.child_txids.append((index, bytes(32)))
        assert refusal(validate, tree) == "tree-child", index
    tree = BATCH.tree()
    tree.root.child_txids.insert(0, tree.root.child_txids[0])
    assert refusal(validate, tree) == "tree-child"


def test_refuses_a_leaf_without_anchor_and_a_branch_that_pays_elsewhere() -> None:
    tree = BATCH.tree()
    del tree.leaves()[1].tx.outputs[-1]
    assert refusal(validate, tree) == "tree-anchor"
    tree = BATCH.tree()
    outputs = tree.leaves()[1].tx.outputs
    outputs[0] = TxOut(outputs[0].amount_sat, b"\x00\x14" + bytes(20))
    assert refusal(validate, tree) == "tree-script"


def chain(count: int) -> "tuple[TxTree, TxOut]":
    """A path of `count` nodes with one output each, and the output that funds it."""
    keys = [pubkey("own"), pubkey("tree")]
    output = TxOut(1000, node_script(keys, SWEEP_ROOT))
    nodes = []
    point = BATCH.txid + bytes(4)
    for _ in range(count):
        node = TreeNode(node_tx(point, [output, anchor()]), keys, EXPIRY)
        point = node.txid + bytes(4)
        nodes.append(node)
    for position, node in enumerate(nodes[1:]):
        nodes[position].child_txids = [(0, node.txid)]
        nodes[position].children = [(0, node)]
    return TxTree(nodes[0]), output


def test_refuses_paths_longer_than_the_limit() -> None:
    for count, expected in ((MAX_DEPTH, ""), (MAX_DEPTH + 1, "tree-depth")):
        tree, output = chain(count)
        assert refusal(validate, tree, output) == expected


def test_every_debt_needs_a_leaf_output_of_its_own() -> None:
    tree = BATCH.tree()
    owed = [leaf.outputs[0] for leaf in BATCH.leaves]
    receipts = find_recipients(tree, list(reversed(owed)))
    assert [receipt.leaf.txid for receipt in receipts] == [
        leaf.txid for leaf in reversed(tree.leaves())
    ]
    assert [receipt.vout for receipt in receipts] == [0] * 5
    assert refusal(find_recipients, tree, owed + owed[:1]) == "tree-recipient"
    assert refusal(find_recipients, tree, [TxOut(0, owed[0].script)]) == "tree-recipient"
    assert refusal(find_recipients, tree, [TxOut(999, owed[0].script)]) == "tree-recipient"
    assert refusal(find_recipients, tree, [anchor()]) == "tree-recipient"


def test_two_equal_debts_are_paid_by_two_equal_outputs() -> None:
    output = TxOut(700, vtxo_script("a").script_pubkey)
    leaf = TreeLeaf([pubkey("a"), pubkey("tree")], [output, output])
    tree = vtxo_tree([leaf], SWEEP_ROOT, EXPIRY).tree(BATCH.txid)
    assert [receipt.vout for receipt in find_recipients(tree, [output, output])] == [0, 1]
    assert refusal(find_recipients, tree, [output] * 3) == "tree-recipient"


def test_nothing_is_owed_by_an_output_without_value() -> None:
    extension = TxOut(0, b"\x6a\x01\x00")
    outputs = [TxOut(700, vtxo_script("a").script_pubkey), extension]
    leaf = TreeLeaf([pubkey("a"), pubkey("tree")], outputs)
    tree = vtxo_tree([leaf], SWEEP_ROOT, EXPIRY).tree(BATCH.txid)
    assert refusal(find_recipients, tree, [extension]) == "tree-recipient"
    tx = commitment_tx([COIN], None, None, outputs)
    assert refusal(find_onchain_outputs, tx, [extension], False, False) == "commitment-output"


def test_a_branch_node_without_its_children_pays_nobody() -> None:
    tree = BATCH.tree()
    part = rebuild([one for one in flatten(tree) if one.psbt.tx.txid() == tree.root.txid])
    assert refusal(find_recipients, part, [tree.root.tx.outputs[0]]) == "tree-recipient"


def test_refuses_a_path_on_which_the_own_key_is_missing() -> None:
    tree = BATCH.tree()
    owed = [BATCH.leaves[1].outputs[0]]
    receipts = find_recipients(tree, owed)
    assert refusal(check_own_paths, tree, receipts, BATCH.keys[1]) == ""
    assert refusal(check_own_paths, tree, receipts, BATCH.keys[0]) == "tree-cosigner-missing"
    # A consistent tree: everybody's key on the leaves, the own one left out of the root.
    keys = [key for key in tree.root.cosigners if key != BATCH.keys[1]]
    tree.root.cosigners = keys
    output = TxOut(BATCH_OUTPUT.amount_sat, node_script(keys, SWEEP_ROOT))
    assert refusal(validate, tree, output) == ""
    assert refusal(check_own_paths, tree, receipts, BATCH.keys[1]) == "tree-cosigner-missing"


def test_onchain_debts_are_paid_outside_of_the_batch_outputs() -> None:
    tx = BATCH.commitment
    change = tx.outputs[2]
    assert find_onchain_outputs(tx, [change], True, True) == [2]
    assert find_onchain_outputs(tx, [tx.outputs[1]], True, False) == [1]
    for owed, has_batch, has_connectors in [
        ([tx.outputs[0]], True, True),
        ([tx.outputs[1]], True, True),
        ([change, change], True, True),
        ([TxOut(0, change.script)], True, True),
        ([TxOut(change.amount_sat - 1, change.script)], True, True),
    ]:
        tag = refusal(find_onchain_outputs, tx, owed, has_batch, has_connectors)
        assert tag == "commitment-output"
