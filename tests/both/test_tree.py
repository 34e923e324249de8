"""Trees have the shape, amounts and cosigners that arkd builds (spec/arkade.md 3.1, 3.2).

Invariant: an operator and its clients come to the same txids. Whole trees are compared with other
implementations in tests/conformance; here the rule itself, worked out by hand.
"""

from arkcore.nodes import anchor, node_script
from arkcore.taproot import p2tr_script
from arkcore.tree import (
    TreeLeaf,
    TreeNode,
    TxTree,
    connector_tree,
    distinct_cosigners,
    vtxo_tree,
)
from arkcore.tx import TxOut

from tests.both.batch_samples import EXPIRY, SWEEP_ROOT, Batch, pubkey, vtxo_script, xonly
from tests.both.helpers import refusal

TXID = b"\x03" * 32


def shape(node) -> str:  # type: ignore[no-untyped-def]
    """Leaves as dots, branches as brackets."""
    if node.is_leaf:
        return "."
    return "(" + "".join(shape(child) for _, child in node.children) + ")"


def test_vtxo_trees_pair_leaves_and_carry_the_odd_one_up() -> None:
    for count, expected in [
        (1, "."),
        (2, "(..)"),
        (3, "((..).)"),
        (4, "((..)(..))"),
        (5, "(((..)(..)).)"),
        (6, "(((..)(..))(..))"),
        (7, "(((..)(..))((..).))"),
    ]:
        tree = Batch(count).tree()
        assert shape(tree.root) == expected, count
        assert len(tree.nodes) == 2 * count - 1


def test_connector_trees_group_by_four() -> None:
    for count, expected in [
        (1, "."),
        (2, "(..)"),
        (3, "(...)"),
        (4, "(....)"),
        (5, "((....).)"),
        (6, "((....)..)"),
        (7, "((....)...)"),
        (8, "((....)(....))"),
        (16, "((....)(....)(....)(....))"),
    ]:
        assert shape(connector_tree(xonly("c"), count, 330).tree(TXID).root) == expected, count


def test_every_node_has_the_one_form() -> None:
    batch = Batch(5)
    for node in batch.tree().nodes + batch.connectors().nodes:
        assert node.tx.version == 3 and node.tx.locktime == 0
        assert len(node.tx.inputs) == 1 and node.tx.inputs[0].sequence == 0xFFFFFFFF
        assert node.tx.outputs[-1] == anchor()
    assert [node.expiry_sequence for node in batch.tree().nodes] == [EXPIRY] * 9
    assert [node.expiry_sequence for node in batch.connectors().nodes] == [None] * len(
        batch.connectors().nodes
    )


def test_amounts_add_up_to_the_root_output() -> None:
    batch = Batch(5)
    tree = batch.tree()
    owed = sum(leaf.outputs[0].amount_sat for leaf in batch.leaves)
    assert batch.plan.root_output.amount_sat == owed
    for node in tree.nodes:
        for index, child in node.children:
            below = sum(txout.amount_sat for txout in child.tx.outputs)
            assert node.tx.outputs[index].amount_sat == below
            assert node.tx.outputs[index].script == node_script(child.cosigners, SWEEP_ROOT)
            assert child.tx.inputs[0].outpoint == node.txid + index.to_bytes(4, "little")
    assert tree.root.tx.inputs[0].outpoint == batch.txid + bytes(4)
    assert batch.connectors().root.tx.inputs[0].outpoint == batch.txid + b"\x01\x00\x00\x00"


def test_cosigners_of_a_branch_are_those_below_it_once() -> None:
    batch = Batch(4)
    tree = batch.tree()
    assert sorted(tree.root.cosigners) == sorted(batch.keys + [pubkey("tree")])
    same = TreeLeaf([batch.keys[0], pubkey("tree")], batch.leaves[0].outputs)
    twice = vtxo_tree([same, same], SWEEP_ROOT, EXPIRY).tree(TXID)
    assert twice.root.cosigners == same.cosigners


def test_cosigners_are_told_apart_by_x_and_the_first_stays() -> None:
    key, other = pubkey("one"), pubkey("two")
    twisted = bytes((key[0] ^ 1,)) + key[1:]
    assert distinct_cosigners([key, other, twisted, key]) == [key, other]


def test_connectors_pay_the_key_untweaked() -> None:
    plan = connector_tree(xonly("c"), 5, 330)
    assert plan.root_output == TxOut(5 * 330, p2tr_script(xonly("c")))
    for node in plan.tree(TXID).nodes:
        assert all(txout.script == p2tr_script(xonly("c")) for txout in node.tx.outputs[:-1])
        assert node.cosigners == [b"\x02" + xonly("c")]


def test_leaves_keep_all_outputs_of_their_intent() -> None:
    outputs = [TxOut(600, vtxo_script("a").script_pubkey), TxOut(0, b"\x6a\x01\x00")]
    leaf = TreeLeaf([pubkey("a"), pubkey("tree")], outputs)
    plan = vtxo_tree([leaf], SWEEP_ROOT, EXPIRY)
    assert plan.root_output.amount_sat == 600
    assert plan.tree(TXID).root.tx.outputs == outputs + [anchor()]


def test_refuses_a_tree_without_leaves_or_cosigners() -> None:
    assert refusal(vtxo_tree, [], SWEEP_ROOT, EXPIRY) == "tree-empty"
    assert refusal(connector_tree, xonly("c"), 0, 330) == "tree-empty"
    nobody = TreeLeaf([], [TxOut(1, vtxo_script("a").script_pubkey)])
    assert refusal(vtxo_tree, [nobody], SWEEP_ROOT, EXPIRY) == "tree-cosigners"


def test_paths_lead_from_the_root_to_each_node() -> None:
    tree = Batch(5).tree()
    for leaf in tree.leaves():
        path = tree.path_to(leaf)
        assert path[0] is tree.root and path[-1] is leaf
        for position, node in enumerate(path[1:]):
            assert node.tx.inputs[0].txid == path[position].txid
        assert tree.find(leaf.txid) is leaf
    assert tree.find(bytes(32)) is None


def test_refuses_a_graph_that_meets_itself() -> None:
    tree = Batch(2).tree()
    looped = TreeNode(tree.root.tx, tree.root.cosigners)
    looped.child_txids = [(0, looped.txid)]
    looped.children = [(0, looped)]
    assert refusal(TxTree, looped) == "tree-cycle"
