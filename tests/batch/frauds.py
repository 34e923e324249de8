"""Everything that an operator (or a host) may show falsely in a batch, one change at a time.

Each `Fraud` spoils an otherwise honest refresh of two VTXOs at one moment; the device must answer
with `tag` before any forfeit is signed. `tests/batch/test_refusals.py` runs them on the device's
objects, `tests/device/test_batch.py` over a serial line.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from arkcore.codec import outpoint
from arkcore.nodes import anchor
from arkcore.taproot import p2tr_script
from arkcore.tx import SEQUENCE_FINAL, TxOut

from tests.batch.operator import build, public
from tests.batch.owner import Run, end_of

OPENED = "opened"
SIGNED = "signed"
STRANGER = p2tr_script(public("stranger")[1:])
INPUT_SAT = 20_000
OUTPUT_SAT = 19_000


def nothing(run: Run) -> None:
    return None


@dataclass
class Fraud:
    """`change` is made when the intent is open, or when the tree is signed but not yet shown;
    `options` go to the building of the batch."""

    name: str
    tag: str
    change: Callable[[Run], Any] = nothing
    when: str = OPENED
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def rewrite(outputs: list[TxOut], index: int, output: TxOut) -> None:
    outputs[index] = output


def shifted(outputs: list[TxOut], index: int, by_sat: int) -> None:
    outputs[index] = TxOut(outputs[index].amount_sat + by_sat, outputs[index].script)


def commitment_output(index: int, output: TxOut) -> Callable[[Run], None]:
    return lambda run: rewrite(run.batch.commitment.outputs, index, output)


def pays_batch_output_to_the_operator(run: Run) -> None:
    outputs = run.batch.commitment.outputs
    outputs[0] = TxOut(outputs[0].amount_sat, STRANGER)


def leaf(run: Run) -> list[TxOut]:
    return run.batch.branch[-1].outputs


def sends_leaf_to_a_stranger(run: Run) -> None:
    leaf(run)[0] = TxOut(OUTPUT_SAT, STRANGER)


def merges_receivers(run: Run) -> None:
    leaf(run)[:2] = [TxOut(2 * OUTPUT_SAT, leaf(run)[0].script)]


def pays_two_equal_receivers_once(run: Run) -> None:
    leaf(run)[1] = TxOut(OUTPUT_SAT, STRANGER)


def moves_a_sat_inside_the_leaf(run: Run) -> None:
    shifted(leaf(run), 0, -1)
    shifted(leaf(run), 1, 1)


def names_own_key_twice(run: Run) -> None:
    assert run.cosigner_key is not None
    run.batch.branch[1].cosigners.append(run.cosigner_key)


def names_twin_of_own_key(run: Run) -> None:
    assert run.cosigner_key is not None
    twin = bytes((run.cosigner_key[0] ^ 1,)) + run.cosigner_key[1:]
    run.batch.branch[1].cosigners.append(twin)


def leaves_own_key_out(run: Run) -> None:
    assert run.cosigner_key is not None
    run.batch.branch[1].cosigners.remove(run.cosigner_key)


def swaps_a_cosigner(run: Run) -> None:
    cosigners = run.batch.branch[1].cosigners
    place = next(i for i, key in enumerate(cosigners) if key != run.cosigner_key)
    cosigners[place] = public("stranger")


def names_no_point(run: Run) -> None:
    cosigners = run.batch.branch[1].cosigners
    place = next(i for i, key in enumerate(cosigners) if key != run.cosigner_key)
    cosigners[place] = b"\x02" + b"\xff" * 32


def announces(expiry: int) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        run.batch.expiry = expiry

    return change


def hides_the_leaf_behind_another_expiry(run: Run) -> None:
    """The tree is made for one expiry and another one is announced."""
    run.batch.expiry += 1


def shows_the_branch_of_another_batch(run: Run) -> None:
    other = build(run._wish(), others=1)
    run.batch.branch = other.branch


def gives_every_input_the_first_connector(run: Run) -> None:
    run.batch.connectors = [run.batch.connectors[0]] * 2


def connector_step(node: int, change: Callable[[list[TxOut]], Any]) -> Callable[[Run], None]:
    def spoil(run: Run) -> None:
        change(run.batch.connectors[0][node][1])

    return spoil


def connector_index(node: int, step: int) -> Callable[[Run], None]:
    def spoil(run: Run) -> None:
        path = run.batch.connectors[0]
        path[node] = (step, path[node][1])

    return spoil


def spends_own_vtxo(run: Run) -> None:
    run.batch.commitment.inputs[0].outpoint = run.inputs[0]["outpoint"]


def node(place: int, change: Callable[[list[TxOut]], Any]) -> Callable[[Run], None]:
    return lambda run: change(run.batch.branch[place].outputs)


def child(place: int, index: int) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        run.batch.branch[place].child_index = index

    return change


def ends_at_the_root(run: Run) -> None:
    run.batch.branch[0].is_leaf = True


def sequence_of_input(value: int) -> Callable[[Run], None]:
    def change(run: Run) -> None:
        run.batch.commitment.inputs[0].sequence = value

    return change


def field_of_commitment(name: str, value: int) -> Callable[[Run], None]:
    return lambda run: setattr(run.batch.commitment, name, value)


def garbles_signature(run: Run) -> None:
    last = bytearray(run.tree_signatures[-1])
    last[40] ^= 1
    run.tree_signatures[-1] = bytes(last)


def repeats_a_signature(run: Run) -> None:
    run.tree_signatures[1] = run.tree_signatures[0]


def announces_another_commitment(run: Run) -> None:
    run.announced_txid = bytes(31) + b"\x01"


def finalizes_another_commitment(run: Run) -> None:
    run.shown_txid = bytes(31) + b"\x01"


def offers_a_connector_of_another_commitment(run: Run) -> None:
    run.shown_connector = end_of(bytes(31) + b"\x01", run.batch.connectors[0])


FRAUDS = [
    Fraud("batch output pays the operator", "tree-batch-output", pays_batch_output_to_the_operator),
    Fraud(
        "batch output is not taproot",
        "tree-script",
        commitment_output(0, TxOut(38_000, b"\x00\x14" + bytes(20))),
    ),
    Fraud(
        "batch output holds less than the tree",
        "tree-conserve",
        lambda run: shifted(run.batch.commitment.outputs, 0, -1),
    ),
    Fraud("expiry of one block", "tree-sweep-range", announces(1)),
    Fraud("expiry below the floor", "tree-sweep-range", announces(99)),
    Fraud("expiry in seconds", "tree-sweep-unit", announces(512 * 400)),
    Fraud("expiry that nobody can encode", "delay-granularity", announces(1_000)),
    Fraud("expiry of zero", "delay-range", announces(0)),
    Fraud(
        "tree made for another expiry", "tree-batch-output", hides_the_leaf_behind_another_expiry
    ),
    Fraud("branch of another batch", "tree-conserve", shows_the_branch_of_another_batch),
    Fraud("own key missing in a middle node", "tree-cosigner-missing", leaves_own_key_out),
    Fraud("own key twice", "tree-cosigner-duplicate", names_own_key_twice),
    Fraud("own key with the other parity", "tree-cosigner-duplicate", names_twin_of_own_key),
    Fraud("another cosigner than the parent pays", "tree-edge", swaps_a_cosigner),
    Fraud("cosigner that is no point", "tree-cosigner-key", names_no_point),
    Fraud("anchor missing", "tree-anchor", node(1, lambda outputs: outputs.pop())),
    Fraud(
        "anchor with a value",
        "tree-anchor",
        node(1, lambda outputs: rewrite(outputs, -1, TxOut(1, anchor().script))),
    ),
    Fraud("value created in a node", "tree-conserve", node(1, lambda o: shifted(o, 1, 1))),
    Fraud("value burnt in a node", "tree-conserve", node(1, lambda o: shifted(o, 1, -1))),
    Fraud(
        "node output that is not taproot",
        "tree-script",
        node(1, lambda outputs: rewrite(outputs, 1, TxOut(outputs[1].amount_sat, b"\x51"))),
    ),
    Fraud("child of the anchor", "tree-child", child(1, 2)),
    Fraud("child of another output", "tree-conserve", child(1, 1)),
    Fraud("leaf pays a stranger", "leaf-not-mine", sends_leaf_to_a_stranger),
    Fraud("two receivers merged into one", "leaf-amount", merges_receivers),
    Fraud("two equal receivers paid once", "leaf-not-mine", pays_two_equal_receivers_once),
    Fraud("leaf is one satoshi short", "leaf-amount", moves_a_sat_inside_the_leaf),
    Fraud("branch that ends at the root", "leaf-not-mine", ends_at_the_root),
    Fraud("commitment with a locktime", "commitment-form", field_of_commitment("locktime", 9)),
    Fraud("commitment of version 3", "commitment-form", field_of_commitment("version", 3)),
    Fraud(
        "commitment input that is not final",
        "commitment-form",
        sequence_of_input(SEQUENCE_FINAL - 1),
    ),
    Fraud("commitment spends an own vtxo", "commitment-input", spends_own_vtxo),
    Fraud("garbage tree signature", "tree-signature", garbles_signature, SIGNED),
    Fraud("signature of another node", "tree-signature", repeats_a_signature, SIGNED),
    Fraud(
        "missing tree signature",
        "forfeit-branch-complete",
        lambda run: run.tree_signatures.pop(),
        SIGNED,
    ),
    Fraud("another commitment announced", "batch-txid", announces_another_commitment),
    Fraud("another commitment finalized", "batch-changed", finalizes_another_commitment, SIGNED),
    Fraud(
        "connector of another commitment",
        "connector-lineage",
        offers_a_connector_of_another_commitment,
    ),
    Fraud("connector used twice", "connector-reused", gives_every_input_the_first_connector),
    Fraud(
        "connector output that is not taproot",
        "connector-script",
        options={"connector_script": b"\x00\x14" + bytes(20)},
    ),
    Fraud(
        "connectors that do not come from this commitment",
        "connector-script",
        options={"connector_script": STRANGER},
    ),
    Fraud(
        "connector tree with another sum",
        "connector-conserve",
        connector_step(0, lambda outputs: shifted(outputs, 0, 1)),
    ),
    Fraud(
        "connector to a stranger",
        "connector-script",
        connector_step(1, lambda outputs: rewrite(outputs, 0, TxOut(330, STRANGER))),
    ),
    Fraud(
        "connector node without anchor",
        "connector-anchor",
        connector_step(0, lambda outputs: outputs.pop()),
    ),
    Fraud("anchor offered as connector", "connector-child", connector_index(1, 1)),
]


def spoiled_refresh(run: Run, fraud: Fraud) -> None:
    """The refresh with the fraud in it, up to its end: the device is expected to stop it."""
    run.options.update(fraud.options)
    run.open()
    if fraud.when == OPENED:
        fraud.change(run)
    run.announce()
    run.feed_commitment()
    run.feed_branch()
    run.sign_tree()
    if fraud.when == SIGNED:
        fraud.change(run)
    run.feed_signatures()
    run.finish()


def elsewhere(number: int) -> bytes:
    """An outpoint that belongs to nobody here."""
    return outpoint(bytes([number]) * 32, 0)
