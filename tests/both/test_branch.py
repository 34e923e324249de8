"""A device accepts only a branch that binds the chain to its own leaf (spec/arkade.md 3.7).

Invariant I1: whatever is wrong on the way from the commitment output to the leaf ends the session
before a nonce exists. Whole trees of others are judged in tests/conformance.
"""

from arkcore.branch import MAX_COSIGNERS, MAX_DEPTH, Branch, check_cosigners, check_expiry
from arkcore.nodes import anchor, node_key, node_script
from arkcore.sighash import taproot_sighash
from arkcore.taproot import p2tr_script
from arkcore.tx import TxOut

from tests.both.batch_samples import (
    EXPIRY,
    SWEEP_ROOT,
    Batch,
    complete,
    feed,
    pubkey,
    vtxo_script,
    xonly,
)
from tests.both.helpers import refusal

BATCH = Batch(5)


def test_an_honest_branch_passes_and_keeps_what_signing_needs() -> None:
    for index in range(5):
        path = BATCH.path(index)
        branch = complete(BATCH.branch(index), path)
        assert branch.complete
        prevout = BATCH.commitment.outputs[0]
        for position, node in enumerate(path):
            checked = branch.nodes[position]
            assert checked.txid == node.tx.txid()
            assert checked.sighash == taproot_sighash(node.tx, 0, [prevout])
            assert p2tr_script(checked.aggregate.xonly()) == prevout.script
            if not node.is_leaf:
                prevout = node.tx.outputs[path[position + 1].tx.inputs[0].vout]
        assert branch.leaf_outputs[0] == BATCH.leaves[index].outputs[0]


def test_cosigners_may_come_in_chunks_and_in_any_order() -> None:
    branch = BATCH.branch(0)
    root = BATCH.path(0)[0]
    for position, key in enumerate(reversed(root.cosigners)):
        assert branch.add_cosigners(key) == position + 1
    assert branch.add_node(0, root.tx.outputs, False).txid == root.txid


def test_refuses_a_batch_output_that_is_not_held_by_the_cosigners() -> None:
    thief = TxOut(BATCH.commitment.outputs[0].amount_sat, p2tr_script(xonly("thief")))
    branch = Branch(BATCH.txid, thief, SWEEP_ROOT, BATCH.keys[0], EXPIRY)
    assert refusal(feed, branch, BATCH.path(0)[0]) == "tree-batch-output"


def test_refuses_a_batch_output_that_is_not_taproot() -> None:
    for script in (b"\x52" + BATCH.commitment.outputs[0].script[1:], b"\x00\x14" + bytes(20)):
        output = TxOut(1000, script)
        tag = refusal(Branch, BATCH.txid, output, SWEEP_ROOT, BATCH.keys[0], EXPIRY)
        assert tag == "tree-script"


def test_refuses_another_sweep_leaf_than_the_pinned_one() -> None:
    branch = Branch(BATCH.txid, BATCH.commitment.outputs[0], bytes(32), BATCH.keys[0], EXPIRY)
    assert refusal(feed, branch, BATCH.path(0)[0]) == "tree-batch-output"


def test_refuses_a_node_that_others_could_respend() -> None:
    path = BATCH.path(0)
    for position in range(len(path)):
        branch = complete(BATCH.branch(0), path[:position])
        others = [key for key in path[position].cosigners if key != BATCH.keys[0]]
        branch.add_cosigners(b"".join(others))
        tag = refusal(
            branch.add_node,
            path[position].tx.inputs[0].vout,
            path[position].tx.outputs,
            path[position].is_leaf,
        )
        assert tag == "tree-cosigner-missing", position


def test_refuses_the_own_key_with_the_other_parity() -> None:
    own = BATCH.keys[0]
    twisted = bytes((own[0] ^ 1,)) + own[1:]
    assert refusal(check_cosigners, [twisted, pubkey("tree")], own) == "tree-cosigner-missing"


def test_refuses_a_cosigner_listed_twice_under_either_parity() -> None:
    own, tree = BATCH.keys[0], pubkey("tree")
    twisted = bytes((tree[0] ^ 1,)) + tree[1:]
    assert refusal(check_cosigners, [own, tree], own) == ""
    for twin in (tree, twisted):
        assert refusal(check_cosigners, [own, tree, twin], own) == "tree-cosigner-duplicate"


def test_refuses_a_node_without_cosigners() -> None:
    branch = BATCH.branch(0)
    assert refusal(branch.add_node, 0, BATCH.path(0)[0].tx.outputs, False) == "tree-cosigners"


def test_refuses_more_cosigners_than_the_limit_before_keeping_them() -> None:
    branch = BATCH.branch(0)
    branch.add_cosigners(pubkey("tree") * MAX_COSIGNERS)
    assert refusal(branch.add_cosigners, pubkey("tree")) == "tree-cosigner-limit"
    keys = [bytes(31) + index.to_bytes(2, "big") for index in range(MAX_COSIGNERS + 1)]
    assert refusal(check_cosigners, keys[1:]) == ""
    assert refusal(check_cosigners, keys) == "tree-cosigner-limit"


def test_refuses_cosigner_bytes_that_are_no_keys() -> None:
    root = BATCH.path(0)[0]
    for wrong in (b"", bytes(32), bytes(34)):
        assert refusal(BATCH.branch(0).add_cosigners, wrong) == "tree-cosigner-key"
    branch = BATCH.branch(0)
    branch.add_cosigners(BATCH.keys[0] + b"\x02" + b"\xff" * 32)
    assert refusal(branch.add_node, 0, root.tx.outputs, False) == "tree-cosigner-key"


def test_refuses_a_child_that_hangs_on_the_anchor_or_beyond() -> None:
    path = BATCH.path(0)
    for child_index in (-1, len(path[0].tx.outputs) - 1, len(path[0].tx.outputs)):
        branch = complete(BATCH.branch(0), path[:1])
        branch.add_cosigners(b"".join(path[1].cosigners))
        tag = refusal(branch.add_node, child_index, path[1].tx.outputs, path[1].is_leaf)
        assert tag == "tree-child", child_index
    branch = BATCH.branch(0)
    branch.add_cosigners(b"".join(path[0].cosigners))
    assert refusal(branch.add_node, 1, path[0].tx.outputs, False) == "tree-child"


def test_refuses_a_child_on_an_output_of_its_sibling() -> None:
    path = BATCH.path(0)
    branch = complete(BATCH.branch(0), path[:1])
    branch.add_cosigners(b"".join(path[1].cosigners))
    tag = refusal(branch.add_node, 1, path[1].tx.outputs, path[1].is_leaf)
    assert tag == "tree-conserve"
    equal_amounts = [TxOut(500, node_script([pubkey("tree")], SWEEP_ROOT))] * 2 + [anchor()]
    keys = [BATCH.keys[0], pubkey("tree")]
    batch_output = TxOut(1000, node_script(keys, SWEEP_ROOT))
    branch = Branch(BATCH.txid, batch_output, SWEEP_ROOT, BATCH.keys[0], EXPIRY)
    branch.add_cosigners(b"".join(keys))
    branch.add_node(0, equal_amounts, False)
    branch.add_cosigners(b"".join(keys))
    outputs = [TxOut(500, vtxo_script("owner 0").script_pubkey), anchor()]
    assert refusal(branch.add_node, 0, outputs, True) == "tree-edge"


def test_refuses_a_node_whose_expiry_field_differs() -> None:
    path = BATCH.path(0)
    branch = BATCH.branch(0)
    branch.add_cosigners(b"".join(path[0].cosigners))
    assert refusal(branch.add_node, 0, path[0].tx.outputs, False, EXPIRY + 1) == "tree-expiry"
    assert refusal(check_expiry, EXPIRY, EXPIRY) == ""
    assert refusal(check_expiry, EXPIRY, None) == ""


def test_refuses_outputs_that_lose_value_or_the_way_out() -> None:
    path = BATCH.path(0)
    good = path[0].tx.outputs
    for outputs, expected in [
        (good[:-1], "tree-anchor"),
        (good[:-1] + [TxOut(1, anchor().script)], "tree-anchor"),
        ([anchor()], "tree-anchor"),
        ([TxOut(good[0].amount_sat - 1, good[0].script)] + good[1:], "tree-conserve"),
        ([TxOut(good[0].amount_sat, b"\x52" + good[0].script[1:])] + good[1:], "tree-script"),
        (good[:-1] + [TxOut(0, b"\x6a\x01\x00"), anchor()], "tree-script"),
    ]:
        branch = BATCH.branch(0)
        branch.add_cosigners(b"".join(path[0].cosigners))
        assert refusal(branch.add_node, 0, outputs, False) == expected


def test_a_leaf_may_carry_an_extension_output() -> None:
    keys = [BATCH.keys[0], pubkey("tree")]
    batch_output = TxOut(1000, node_script(keys, SWEEP_ROOT))
    outputs = [TxOut(1000, vtxo_script("owner 0").script_pubkey), TxOut(0, b"\x6a\x01\x00")]
    branch = Branch(BATCH.txid, batch_output, SWEEP_ROOT, BATCH.keys[0], EXPIRY)
    branch.add_cosigners(b"".join(keys))
    branch.add_node(0, outputs + [anchor()], True)
    assert branch.complete


def test_refuses_nodes_below_the_leaf_and_branches_without_end() -> None:
    path = BATCH.path(0)
    branch = complete(BATCH.branch(0), path)
    branch.add_cosigners(b"".join(path[-1].cosigners))
    assert refusal(branch.add_node, 0, path[-1].tx.outputs, True) == "tree-depth"
    keys = [BATCH.keys[0], pubkey("tree")]
    output = TxOut(1000, node_script(keys, SWEEP_ROOT))
    branch = Branch(BATCH.txid, output, SWEEP_ROOT, BATCH.keys[0], EXPIRY)
    for _ in range(MAX_DEPTH):
        branch.add_cosigners(b"".join(keys))
        branch.add_node(0, [output, anchor()], False)
    branch.add_cosigners(b"".join(keys))
    assert refusal(branch.add_node, 0, [output, anchor()], True) == "tree-depth"
    assert not branch.complete


def test_the_device_keeps_its_own_part_of_each_key_only() -> None:
    path = BATCH.path(0)
    branch = complete(BATCH.branch(0), path)
    for position, node in enumerate(path):
        full = node_key(node.cosigners, SWEEP_ROOT)
        kept = branch.nodes[position].aggregate
        for part in ("point", "gacc", "tacc"):
            assert getattr(kept, part) == getattr(full, part), part
        assert kept.coefficient(BATCH.keys[0]) == full.coefficient(BATCH.keys[0])
        assert refusal(kept.coefficient, pubkey("tree")) == "musig-not-a-cosigner"


def test_a_lone_cosigner_is_used_plain() -> None:
    own = BATCH.keys[0]
    batch_output = TxOut(1000, node_script([own], SWEEP_ROOT))
    branch = Branch(BATCH.txid, batch_output, SWEEP_ROOT, own, EXPIRY)
    branch.add_cosigners(own)
    outputs = [TxOut(1000, vtxo_script("owner 0").script_pubkey), anchor()]
    assert branch.add_node(0, outputs, True).aggregate.xonly() == batch_output.script[2:]
