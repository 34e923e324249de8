"""A branch is a way out only if nodes relay it (invariants I1, I10).

Bitcoin Core relays one dust output a transaction, which the anchor is, and one OP_RETURN of pushes.
A signed branch with more is valid and cannot be broadcast, until the operator may sweep it.
"""

import pytest
from arkcore.nodes import anchor, check_node_outputs
from arkcore.taproot import p2tr_script
from arkcore.tx import TxOut

from tests.batch.local import LocalDevice
from tests.batch.operator import public
from tests.batch.owner import Run, boarding_input, own_vtxo
from tests.batch.refusal import tag_of

STRANGER = p2tr_script(public("stranger")[1:])


def tag_of_leaf(outputs: list[TxOut], total_sat: int) -> str:
    return tag_of(lambda: check_node_outputs([*outputs, anchor()], total_sat, True))


@pytest.mark.parametrize("amount_sat", [0, 1, 329])
def test_refuses_a_tree_output_below_dust(amount_sat: int) -> None:
    outputs = [TxOut(50_000, STRANGER), TxOut(amount_sat, STRANGER)]
    assert tag_of_leaf(outputs, 50_000 + amount_sat) == "tree-dust"


def test_takes_outputs_at_the_limit_and_one_extension() -> None:
    outputs = [TxOut(330, STRANGER), TxOut(0, b"\x6a\x03ARK")]
    assert tag_of_leaf(outputs, 330) == ""


@pytest.mark.parametrize(
    "scripts",
    [[b"\x6a\x01a", b"\x6a\x01b"], [b"\x6a\x05a"], [b"\x6a\xac"], [b"\x6a\x4c"]],
)
def test_refuses_op_returns_that_are_not_relayed(scripts: list[bytes]) -> None:
    outputs = [TxOut(330, STRANGER)] + [TxOut(0, script) for script in scripts]
    assert tag_of_leaf(outputs, 330) == "tree-extension"


def test_the_device_gives_nothing_for_a_leaf_with_dust_beside_the_own_output() -> None:
    device = LocalDevice()
    run = Run(device, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).to_tree()
    outputs = run.batch.branch[-1].outputs
    outputs.insert(1, TxOut(0, STRANGER))
    assert tag_of(run.feed_branch) == "tree-dust"
