"""A forfeit hangs on a connector that descends from this very commitment (spec/arkade.md 4).

Invariant I1: without the lineage a forfeit could be enforced although the batch never confirms.
"""

from arkcore.codec import outpoint
from arkcore.connectors import MAX_CONNECTOR_DEPTH, ConnectorPath
from arkcore.nodes import anchor, node_tx
from arkcore.taproot import p2tr_script
from arkcore.tree import TreeNode, TxTree
from arkcore.tree_validation import pair_connectors, validate_connector_tree
from arkcore.treeflat import flatten, rebuild
from arkcore.tx import TxIn, TxOut

from tests.both.batch_samples import DUST_SAT, Batch, xonly
from tests.both.helpers import refusal

BATCH = Batch(6)
OUTPUT = BATCH.commitment.outputs[1]


def path() -> ConnectorPath:
    return ConnectorPath(BATCH.txid, OUTPUT)


def follow(nodes, below: int = 0) -> ConnectorPath:  # type: ignore[no-untyped-def]
    """Feeds nodes root first; the last one goes on by output `below`."""
    found = path()
    for position, node in enumerate(nodes):
        following = nodes[position + 1 :]
        found.add_node(following[0].tx.inputs[0].vout if following else below, node.tx.outputs)
    return found


def test_each_path_ends_in_the_connector_that_the_tree_has_there() -> None:
    tree = BATCH.connectors()
    assert len(tree.leaves()) == 6
    for leaf in tree.leaves():
        connector = follow(tree.path_to(leaf)).finish()
        assert connector.outpoint == outpoint(leaf.txid, 0)
        assert connector.output == TxOut(DUST_SAT, p2tr_script(xonly("connector")))


def test_a_path_under_another_commitment_ends_elsewhere() -> None:
    nodes = BATCH.connectors().path_to(BATCH.connectors().leaves()[0])
    other = ConnectorPath(b"\x01" * 32, OUTPUT)
    for node in nodes:
        other.add_node(0, node.tx.outputs)
    assert other.finish().outpoint != follow(nodes).finish().outpoint


def test_refuses_the_commitment_output_itself_as_a_connector() -> None:
    assert refusal(path().finish) == "connector-lineage"


def test_refuses_connectors_that_are_not_taproot() -> None:
    output = TxOut(OUTPUT.amount_sat, b"\x00\x14" + bytes(20))
    assert refusal(ConnectorPath, BATCH.txid, output) == "connector-script"
    point = outpoint(BATCH.txid, 1)
    tree = TxTree(TreeNode(node_tx(point, [output, anchor()]), [b"\x02" + xonly("connector")]))
    assert refusal(validate_connector_tree, tree, BATCH.txid, output) == "connector-script"


def test_refuses_the_anchor_or_nothing_as_a_connector() -> None:
    outputs = BATCH.connectors().root.tx.outputs
    for index in (-1, len(outputs) - 1, len(outputs)):
        assert refusal(path().add_node, index, outputs) == "connector-child", index


def test_refuses_nodes_that_change_script_value_or_anchor() -> None:
    good = BATCH.connectors().root.tx.outputs
    other = TxOut(good[0].amount_sat, p2tr_script(xonly("thief")))
    more = TxOut(good[0].amount_sat + 1, good[0].script)
    for outputs, expected in [
        (good, ""),
        ([other] + good[1:], "connector-script"),
        ([more] + good[1:], "connector-conserve"),
        (good[:-1], "connector-anchor"),
        ([anchor()], "connector-anchor"),
        (good[:-1] + [TxOut(1, anchor().script)], "connector-anchor"),
    ]:
        assert refusal(path().add_node, 0, outputs) == expected


def test_refuses_paths_that_never_end() -> None:
    found = path()
    for _ in range(MAX_CONNECTOR_DEPTH):
        found.add_node(0, [OUTPUT, anchor()])
    assert refusal(found.add_node, 0, [OUTPUT, anchor()]) == "connector-depth"


def test_the_tree_check_finds_every_connector_once() -> None:
    tree = rebuild(flatten(BATCH.connectors()))
    found = validate_connector_tree(tree, BATCH.txid, OUTPUT)
    leaves = [outpoint(leaf.txid, 0) for leaf in BATCH.connectors().leaves()]
    assert sorted(one.outpoint for one in found) == sorted(leaves)


def test_the_tree_check_refuses_a_root_elsewhere_and_nodes_of_another_form() -> None:
    def judge(tree) -> str:  # type: ignore[no-untyped-def]
        return refusal(validate_connector_tree, tree, BATCH.txid, OUTPUT)

    assert judge(BATCH.tree()) == "connector-lineage"
    assert judge(BATCH.connector_plan.tree(b"\x01" * 32)) == "connector-lineage"
    late = BATCH.connectors()
    late.root.tx.locktime = 500_000
    assert judge(late) == "connector-form"
    old = BATCH.connectors()
    old.root.tx.version = 2
    assert judge(old) == "connector-form"
    slow = BATCH.connectors()
    slow.root.tx.inputs[0].sequence = 144
    assert judge(slow) == "connector-form"
    twofold = BATCH.connectors()
    twofold.root.tx.inputs.append(TxIn(bytes(36)))
    assert judge(twofold) == "connector-lineage"


def test_the_tree_check_refuses_bad_links_and_outputs() -> None:
    def judge(tree) -> str:  # type: ignore[no-untyped-def]
        return refusal(validate_connector_tree, tree, BATCH.txid, OUTPUT)

    swapped = BATCH.connectors()
    (first, one), (second, other) = swapped.root.children[:2]
    swapped.root.children[:2] = [(first, other), (second, one)]
    assert judge(swapped) == "connector-lineage"
    anchored = BATCH.connectors()
    last = len(anchored.root.tx.outputs) - 1
    anchored.root.child_txids.append((last, bytes(32)))
    assert judge(anchored) == "connector-child"
    thief = BATCH.connectors()
    leaf = thief.leaves()[0]
    leaf.tx.outputs[0] = TxOut(DUST_SAT, p2tr_script(xonly("thief")))
    assert judge(thief) == "connector-script"
    richer = BATCH.connectors()
    richer.root.tx.outputs[0] = TxOut(1 + OUTPUT.amount_sat, OUTPUT.script)
    assert judge(richer) == "connector-conserve"
    bare = BATCH.connectors()
    del bare.leaves()[0].tx.outputs[-1]
    assert judge(bare) == "connector-anchor"


def test_every_vtxo_gets_a_connector_of_its_own_in_the_order_people_read() -> None:
    tree = BATCH.connectors()
    found = validate_connector_tree(tree, BATCH.txid, OUTPUT)
    late, early = outpoint(b"\x00" * 31 + b"\x02", 0), outpoint(b"\xff" * 31 + b"\x01", 5)
    vtxos = [late, outpoint(late[:32], 1), early, outpoint(early[:32], 4)]
    pairs = pair_connectors(vtxos, found[:4])
    assert [vtxo for vtxo, _ in pairs] == [vtxos[3], early, late, vtxos[1]]
    assert len({one.outpoint for _, one in pairs}) == 4
    shown = [bytes(reversed(one.outpoint[:32])) for _, one in pairs]
    assert shown == sorted(shown)


def test_refuses_more_or_fewer_connectors_than_vtxos() -> None:
    found = validate_connector_tree(BATCH.connectors(), BATCH.txid, OUTPUT)
    vtxos = [outpoint(bytes(32), vout) for vout in range(6)]
    assert refusal(pair_connectors, vtxos, found) == ""
    assert refusal(pair_connectors, vtxos, found[:-1]) == "connector-count"
    assert refusal(pair_connectors, vtxos[:-1], found) == "connector-count"
