"""Forfeits bind a VTXO to one connector, and an operator takes each once (spec/arkade.md 5).

Invariants I1 and I3. Transactions and signatures are compared with another implementation in
tests/conformance.
"""

from arkcore.closures import cltv_multisig, csv_multisig
from arkcore.forfeit import (
    delegated_forfeit_sighash,
    delegated_forfeit_tx,
    forfeit_sighash,
    forfeit_tx,
)
from arkcore.forfeit_check import ForfeitCollector
from arkcore.nodes import anchor
from arkcore.offchain import VtxoInput
from arkcore.sighash import SIGHASH_ALL_ANYONECANPAY
from arkcore.taproot import TapTree, leaf_hash, p2tr_script
from arkcore.tapsigs import LeafSpend
from arkcore.tx import TxIn, TxOut

from tests.both.batch_samples import EXIT, FORFEIT_SCRIPT, sign, vtxo_script, xonly
from tests.both.helpers import refusal

SCRIPT = vtxo_script("owner")
VTXO = VtxoInput(
    b"\x01" * 32 + bytes(4),
    TxOut(10_000, SCRIPT.script_pubkey),
    SCRIPT.forfeit_leaf,
    SCRIPT.forfeit_control(),
)
CONNECTOR = TxOut(330, p2tr_script(xonly("connector")))
POINTS = [b"\x02" * 32 + bytes((n, 0, 0, 0)) for n in range(2)]
LEAF = leaf_hash(VTXO.leaf_script)


def forfeit(point: bytes = POINTS[0]):  # type: ignore[no-untyped-def]
    return forfeit_tx(VTXO.outpoint, 10_000, point, 330, FORFEIT_SCRIPT)


def signed(tx, vtxo_index: int = 0) -> "dict[bytes, bytes]":  # type: ignore[no-untyped-def]
    prevouts = [CONNECTOR, CONNECTOR]
    prevouts[vtxo_index] = VTXO.output
    spend = LeafSpend(tx, vtxo_index, prevouts, VTXO.leaf_script, VTXO.control)
    return {xonly("owner"): sign("owner", spend.sighash())}


def collector(vtxo: VtxoInput = VTXO) -> ForfeitCollector:
    connectors = dict.fromkeys(POINTS, CONNECTOR)
    return ForfeitCollector([vtxo], connectors, FORFEIT_SCRIPT, (xonly("signer"),))


def test_a_forfeit_gives_all_value_to_the_operator_and_pays_no_fee() -> None:
    tx = forfeit()
    assert (tx.version, tx.locktime) == (3, 0)
    assert [txin.outpoint for txin in tx.inputs] == [VTXO.outpoint, POINTS[0]]
    assert tx.outputs == [TxOut(10_330, FORFEIT_SCRIPT), anchor()]


def test_a_locked_leaf_switches_the_lock_on_for_its_own_input() -> None:
    tx = forfeit_tx(VTXO.outpoint, 10_000, POINTS[0], 330, FORFEIT_SCRIPT, 840_000)
    assert tx.locktime == 840_000
    assert [txin.sequence for txin in tx.inputs] == [0xFFFFFFFE, 0xFFFFFFFF]


def test_the_signature_is_void_without_this_very_connector() -> None:
    digests = set()
    for point in POINTS:
        digests.add(forfeit_sighash(forfeit(point), VTXO.output, CONNECTOR, LEAF))
    other = TxOut(331, CONNECTOR.script)
    digests.add(forfeit_sighash(forfeit(), VTXO.output, other, LEAF))
    assert len(digests) == 3


def test_a_delegated_forfeit_leaves_room_for_any_connector() -> None:
    tx = delegated_forfeit_tx(VTXO.outpoint, 10_000, 330, FORFEIT_SCRIPT)
    assert len(tx.inputs) == 1 and tx.outputs[0].amount_sat == 10_330
    digest = delegated_forfeit_sighash(tx, VTXO.output, LEAF)
    tx.inputs.append(TxIn(POINTS[0]))
    spend = LeafSpend(tx, 0, [VTXO.output, CONNECTOR], VTXO.leaf_script, VTXO.control)
    assert spend.sighash(SIGHASH_ALL_ANYONECANPAY) == digest
    signature = sign("owner", digest) + bytes((SIGHASH_ALL_ANYONECANPAY,))
    assert spend.is_signed_by(xonly("owner"), signature, (SIGHASH_ALL_ANYONECANPAY,))
    assert not spend.is_signed_by(xonly("owner"), signature)


def test_the_operator_takes_a_forfeit_in_either_input_order() -> None:
    for vtxo_index in (0, 1):
        tx = forfeit()
        if vtxo_index:
            tx.inputs.reverse()
        one = collector()
        assert one.missing() == [VTXO.outpoint]
        assert one.add(tx, signed(tx, vtxo_index)) == VTXO.outpoint
        assert one.missing() == []
        assert one.collected[VTXO.outpoint] == (tx, POINTS[0])


def test_the_operator_refuses_a_vtxo_twice_or_of_another_batch() -> None:
    one = collector()
    one.add(forfeit(), signed(forfeit()))
    again = forfeit(POINTS[1])
    assert refusal(one.add, again, signed(again)) == "forfeit-vtxo"
    foreign = forfeit()
    foreign.inputs[0].outpoint = b"\x09" * 36
    assert refusal(collector().add, foreign, {}) == "forfeit-vtxo"


def test_the_operator_refuses_a_connector_twice_or_of_another_batch() -> None:
    second = VtxoInput(b"\x03" * 36, VTXO.output, VTXO.leaf_script, VTXO.control)
    connectors = dict.fromkeys(POINTS, CONNECTOR)
    both = ForfeitCollector([VTXO, second], connectors, FORFEIT_SCRIPT, (xonly("signer"),))
    both.add(forfeit(), signed(forfeit()))
    tx = forfeit_tx(second.outpoint, 10_000, POINTS[0], 330, FORFEIT_SCRIPT)
    assert refusal(both.add, tx, signed(tx)) == "forfeit-connector"
    stranger = forfeit(b"\x09" * 36)
    assert refusal(collector().add, stranger, signed(stranger)) == "forfeit-connector"


def test_the_operator_refuses_any_other_transaction() -> None:
    def bent(change):  # type: ignore[no-untyped-def]
        tx = forfeit()
        change(tx)
        return refusal(collector().add, tx, signed(tx))

    assert bent(lambda tx: tx.outputs.pop()) == "forfeit-form"
    assert bent(lambda tx: setattr(tx, "version", 2)) == "forfeit-form"
    assert bent(lambda tx: setattr(tx, "locktime", 5)) == "forfeit-form"
    assert bent(lambda tx: setattr(tx.inputs[0], "sequence", 0)) == "forfeit-form"
    assert bent(lambda tx: setattr(tx.outputs[0], "amount_sat", 10_000)) == "forfeit-form"
    assert bent(lambda tx: setattr(tx.outputs[0], "script", b"\x51")) == "forfeit-form"
    more = forfeit()
    more.inputs.append(TxIn(bytes(36)))
    assert refusal(collector().add, more, {}) == "forfeit-form"
    del more.inputs[1:]
    assert refusal(collector().add, more, {}) == "forfeit-form"


def test_the_operator_refuses_signatures_that_are_missing_or_wrong() -> None:
    tx = forfeit()
    assert refusal(collector().add, tx, {}) == "tapsig-missing"
    other = signed(forfeit(POINTS[1]))
    assert refusal(collector().add, tx, other) == "tapsig-invalid"
    own = signed(tx)[xonly("owner")]
    assert refusal(collector().add, tx, {xonly("owner"): own[:63]}) == "tapsig-encoding"
    every = {xonly("owner"): own, xonly("signer"): own}
    assert refusal(collector().add, tx, every) == "tapsig-invalid"


def test_the_operator_refuses_a_leaf_that_needs_no_operator() -> None:
    exit_leaf = VtxoInput(VTXO.outpoint, VTXO.output, SCRIPT.exit_leaf, SCRIPT.exit_control())
    assert refusal(collector(exit_leaf).add, forfeit(), {}) == "forfeit-leaf"


def test_a_locked_leaf_is_forfeited_with_its_lock_only() -> None:
    locked = cltv_multisig(840_000, [xonly("owner"), xonly("signer")]).script
    tree = TapTree([locked, csv_multisig(EXIT, [xonly("owner")]).script])
    output = TxOut(10_000, tree.script_pubkey())
    vtxo = VtxoInput(VTXO.outpoint, output, locked, tree.control_block(0))
    for locktime, expected in ((840_000, ""), (0, "forfeit-form"), (840_001, "forfeit-form")):
        tx = forfeit_tx(vtxo.outpoint, 10_000, POINTS[0], 330, FORFEIT_SCRIPT, locktime)
        spend = LeafSpend(tx, 0, [output, CONNECTOR], locked, vtxo.control)
        signatures = {xonly("owner"): sign("owner", spend.sighash())}
        assert refusal(collector(vtxo).add, tx, signatures) == expected
