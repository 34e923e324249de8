"""No list of nodes, however its links are bent, hangs or confuses the rebuild (spec/arkade.md 3.5).

Invariant: either exactly the listed transactions, each once below one root, or a refusal. The
links are made by hypothesis over real nodes. Also: judging a tree costs one key aggregation a node.
"""

from collections.abc import Callable

import pytest
from arkcore import nodes
from arkcore.errors import ArkError
from arkcore.tree_validation import validate_vtxo_tree
from arkcore.treeflat import FlatNode, flatten, rebuild
from hypothesis import given
from hypothesis import strategies as st

from tests.both.batch_samples import EXPIRY, SWEEP_ROOT, Batch

NODES = [one.psbt for one in flatten(Batch(4).tree())]
TXIDS = [psbt.tx.txid() for psbt in NODES] + [bytes(32)]
LINKS = st.lists(
    st.tuples(st.integers(min_value=-2, max_value=4), st.sampled_from(TXIDS)), max_size=4
)
LISTS = st.lists(st.tuples(st.sampled_from(NODES), LINKS), max_size=9)


@given(LISTS)
def test_any_links_give_one_tree_of_all_nodes_or_a_refusal(listed: list) -> None:  # type: ignore[type-arg]
    flat = [FlatNode(psbt, links) for psbt, links in listed]
    try:
        tree = rebuild(flat)
    except ArkError:
        return
    assert sorted(node.txid for node in tree.nodes) == sorted(psbt.tx.txid() for psbt, _ in listed)
    for node in tree.nodes:
        assert tree.path_to(node)[0] is tree.root


@given(LISTS)
def test_no_bent_list_passes_as_the_batch(listed: list) -> None:  # type: ignore[type-arg]
    batch = Batch(4)
    honest = {one.psbt.tx.txid(): sorted(one.children) for one in flatten(batch.tree())}
    flat = [FlatNode(psbt, links) for psbt, links in listed]
    try:
        tree = rebuild(flat)
        output = batch.commitment.outputs[0]
        validate_vtxo_tree(tree, batch.txid, output, SWEEP_ROOT, EXPIRY)
    except ArkError:
        return
    for node in tree.nodes:
        for index, child in node.children:
            assert (index, child.txid) in honest[node.txid]


def test_every_key_of_a_tree_is_aggregated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = Batch(32)
    tree = batch.tree()
    counted: list[int] = []
    real: Callable[[list[bytes]], object] = nodes.musig2.key_agg

    def counting(keys: list[bytes]) -> object:
        counted.append(len(keys))
        return real(keys)

    monkeypatch.setattr(nodes.musig2, "key_agg", counting)
    output = batch.commitment.outputs[0]
    validate_vtxo_tree(tree, batch.txid, output, SWEEP_ROOT, EXPIRY)
    assert len(counted) == len(tree.nodes) == 63
    assert sum(counted) == sum(len(node.cosigners) for node in tree.nodes)
