"""A flat list becomes the one tree that it describes, or is refused (spec/arkade.md 3.5).

Invariant: no order, claimed link or repetition makes two readers see two trees. Mutated lists of
other implementations: tests/conformance.
"""

from arkcore import arkfields
from arkcore.codec import to_hex_txid
from arkcore.psbt import Psbt
from arkcore.treeflat import MAX_NODES, FlatNode, flatten, flatten_branch, node_psbt, rebuild
from arkcore.tx import TxIn

from tests.both.batch_samples import EXPIRY, Batch, pubkey
from tests.both.helpers import refusal

BATCH = Batch(5)


def txids(tree) -> "list[str]":  # type: ignore[no-untyped-def]
    return sorted(to_hex_txid(node.txid) for node in tree.nodes)


def test_any_order_gives_the_same_tree() -> None:
    built = BATCH.tree()
    flat = flatten(built)
    for order in (flat, list(reversed(flat)), flat[3:] + flat[:3]):
        tree = rebuild(order)
        assert tree.root.txid == built.root.txid
        assert [node.txid for node in tree.nodes] == [node.txid for node in built.nodes]


def test_fields_and_signatures_survive_the_way() -> None:
    built = BATCH.tree()
    built.root.signature = b"\x01" * 64
    psbt = Psbt.parse(node_psbt(built.root).serialize())
    assert arkfields.cosigners(psbt.inputs[0]) == built.root.cosigners
    assert arkfields.expiry(psbt.inputs[0]) == EXPIRY
    root = rebuild(flatten(built)).root
    assert root.signature == b"\x01" * 64
    assert root.cosigners == built.root.cosigners and root.expiry_sequence == EXPIRY
    connector = rebuild(flatten(BATCH.connectors())).root
    assert connector.expiry_sequence is None and connector.signature == b""


def test_a_branch_keeps_the_links_to_what_it_does_not_hold() -> None:
    built = BATCH.tree()
    tree = rebuild(flatten_branch(built, BATCH.keys[0]))
    path = built.path_to(built.leaves()[0])
    assert [node.txid for node in tree.nodes] == [node.txid for node in path]
    assert len(tree.root.child_txids) == 2 and len(tree.root.children) == 1
    assert [leaf.txid for leaf in tree.leaves()] == [path[-1].txid]
    assert len(flatten_branch(built, pubkey("tree"))) == len(built.nodes)


def test_a_node_whose_children_are_unknown_is_no_leaf() -> None:
    built = BATCH.tree()
    tree = rebuild([one for one in flatten(built) if one.psbt.tx.txid() == built.root.txid])
    assert tree.leaves() == []


def test_refuses_lists_without_one_root() -> None:
    flat = flatten(BATCH.tree())
    assert refusal(rebuild, []) == "tree-empty"
    assert refusal(rebuild, flat[:-1]) == "tree-root"
    assert refusal(rebuild, flat + flatten(BATCH.connectors())) == "tree-root"


def test_refuses_a_transaction_that_is_listed_or_claimed_twice() -> None:
    flat = flatten(BATCH.tree())
    assert refusal(rebuild, flat + flat[:1]) == "tree-twice"
    root = flat[-1]
    claimed = FlatNode(root.psbt, root.children + [(2, root.children[0][1])])
    assert refusal(rebuild, flat[:-1] + [claimed]) == "tree-twice"
    output_twice = FlatNode(root.psbt, [root.children[0], (0, bytes(32))])
    assert refusal(rebuild, flat[:-1] + [output_twice]) == "tree-child"


def test_refuses_nodes_that_hang_on_each_other() -> None:
    flat = flatten(BATCH.tree())
    ids = [one.psbt.tx.txid() for one in flat]
    selfish = FlatNode(flat[0].psbt, [(0, ids[0])])
    alone = [FlatNode(one.psbt, []) for one in flat[1:2]]
    assert refusal(rebuild, alone + [selfish]) == "tree-cycle"
    ring = [FlatNode(flat[0].psbt, [(0, ids[1])]), FlatNode(flat[1].psbt, [(0, ids[0])])]
    assert refusal(rebuild, [FlatNode(flat[2].psbt, [])] + ring) == "tree-cycle"
    assert refusal(rebuild, ring) == "tree-root"


def test_refuses_a_node_with_two_inputs() -> None:
    tree = BATCH.tree()
    tx = tree.root.tx
    tx.inputs.append(TxIn(bytes(36)))
    assert refusal(rebuild, [FlatNode(Psbt(tx), [])]) == "tree-link"


def test_refuses_more_nodes_than_the_limit() -> None:
    flat = flatten(Batch(1).tree())
    assert refusal(rebuild, flat * (MAX_NODES + 1)) == "tree-size"
    assert refusal(rebuild, flat * MAX_NODES) == "tree-twice"
