"""Exits: children that pay, steps in order, claims when the time has come (11).

Invariant I10: the way out is complete and needs nobody. Fees, transactions and witnesses are
compared with another implementation in tests/conformance.
"""

from arkcore import delays, unroll
from arkcore.claim import ExitCoin, claim_fee, claim_tx, exit_leaf_index, is_mature
from arkcore.closures import condition_csv_multisig
from arkcore.cpfp import (
    Child,
    FundingCoin,
    anchor_outpoint,
    build_child,
    child_vsize,
    fund_child,
    package_fee,
    select_coins,
)
from arkcore.nodes import anchor, node_tx
from arkcore.psbt import Psbt, add_tap_leaf_script, add_tap_script_sig, set_tap_key_sig
from arkcore.scripts import VtxoScript
from arkcore.sighash import taproot_sighash
from arkcore.taproot import leaf_hash, p2tr_script
from arkcore.tx import TxOut
from arkcore.weights import WeightEstimate, fee_at

from tests.both.batch_samples import EXIT, sign, vtxo_script, xonly
from tests.both.helpers import refusal

SCRIPT = p2tr_script(xonly("wallet"))
POINT = b"\x01" * 32 + bytes(4)
PARENT = node_tx(POINT, [TxOut(1000, vtxo_script("owner").script_pubkey), anchor()])
PARENT.inputs[0].witness = [bytes(64)]


def coin(number: int, amount_sat: int) -> FundingCoin:
    return FundingCoin(bytes((number,)) * 36, TxOut(amount_sat, SCRIPT))


def test_the_child_spends_the_anchor_first_and_pays_for_both() -> None:
    child = fund_child(PARENT, [coin(5, 10_000)], SCRIPT, 2_500)
    assert isinstance(child, Child)
    tx = child.tx
    assert (tx.version, tx.locktime) == (3, 0)
    assert tx.inputs[0].outpoint == PARENT.txid() + b"\x01\x00\x00\x00"
    assert tx.inputs[1].outpoint == bytes((5,)) * 36
    vsize = PARENT.vsize() + child_vsize(1, SCRIPT)
    assert child.fee_sat == -(-2_500 * vsize // 1000)
    assert tx.outputs == [TxOut(10_000 - child.fee_sat, SCRIPT)]
    prevouts = [anchor(), TxOut(10_000, SCRIPT)]
    assert child.sighash(1) == taproot_sighash(tx, 1, prevouts)
    tx.inputs[1].witness = [bytes(64)]
    assert 0 <= child_vsize(1, SCRIPT) - tx.vsize() <= 2


def test_the_fee_never_falls_below_the_relay_minimum() -> None:
    for rate in (0, 1, 999, 1000):
        assert package_fee(100, 1, SCRIPT, rate) == 100 + child_vsize(1, SCRIPT)


def test_the_largest_coins_are_taken_first_until_they_exceed_the_fee() -> None:
    coins = [coin(1, 900), coin(2, 2_000), coin(3, 800)]
    vsize = PARENT.vsize()
    assert [one.output.amount_sat for one in select_coins(coins, vsize, SCRIPT, 1000)] == [2000]
    chosen = select_coins(coins, vsize, SCRIPT, 9_000)
    assert [one.output.amount_sat for one in chosen] == [2000, 900]
    target_sat = package_fee(vsize, 1, SCRIPT, 1000)
    exact = [coin(1, target_sat), coin(2, 1)]
    assert len(select_coins(exact, vsize, SCRIPT, 1000)) == 2


def test_refuses_to_start_without_enough_coins() -> None:
    for coins in ([], [coin(1, 100)], [coin(1, 800)]):
        assert refusal(fund_child, PARENT, coins, SCRIPT, 1000) == "cpfp-funds"
    assert refusal(build_child, PARENT, [], SCRIPT, 0) == "cpfp-funds"
    for change_sat, expected in ((546, ""), (545, "cpfp-funds")):
        funding = [coin(1, 300 + change_sat)]
        assert refusal(build_child, PARENT, funding, SCRIPT, 300) == expected
    for fee_sat, expected in ((0, ""), (-1, "cpfp-funds")):
        assert refusal(build_child, PARENT, [coin(1, 1000)], SCRIPT, fee_sat) == expected


def test_refuses_children_larger_than_the_network_relays() -> None:
    many = [coin(number, 10_000) for number in range(1, 18)]
    assert refusal(build_child, PARENT, many, SCRIPT, 300) == "cpfp-size"
    spare = 1000 - child_vsize(15, SCRIPT)
    for longer, expected in ((spare, ""), (spare + 1, "cpfp-size")):
        script = SCRIPT + bytes(longer)
        assert refusal(build_child, PARENT, many[:15], script, 300) == expected


def test_refuses_parents_without_exactly_one_anchor() -> None:
    outputs = PARENT.outputs
    for wrong in (outputs[:1], outputs + [anchor()], outputs + [TxOut(1, anchor().script)]):
        assert refusal(anchor_outpoint, node_tx(POINT, wrong)) == "cpfp-anchor"
    moved = node_tx(POINT, [anchor(), outputs[0]])
    assert anchor_outpoint(moved) == moved.txid() + bytes(4)


def test_what_an_anchor_holds_pays_along() -> None:
    filled = node_tx(POINT, PARENT.outputs[:1] + [TxOut(240, anchor().script)])
    child = build_child(filled, [coin(1, 10_000)], SCRIPT, 300)
    assert child.prevouts[0] == filled.outputs[1]
    assert child.tx.outputs[0].amount_sat == 10_000 + 240 - 300


def test_sizes_grow_with_every_part() -> None:
    estimate = WeightEstimate()
    estimate.add_anchor_input()
    estimate.add_output(SCRIPT)
    without_witness = estimate.vsize()
    assert without_witness == 96
    estimate.add_key_input()
    assert estimate.vsize() == 154
    estimate.add_leaf_input(64, 40, 65)
    assert estimate.vsize() == 247
    assert fee_at(1500, 3) == 5 and fee_at(1000, 3) == 3 and fee_at(1, 3) == 1


def link(number: int, kind: str) -> unroll.ChainLink:
    return unroll.ChainLink(bytes((number,)) * 32, kind)


CHAIN = [
    link(5, unroll.ARK),
    link(4, unroll.CHECKPOINT),
    link(3, unroll.TREE),
    link(2, unroll.TREE),
    link(1, unroll.COMMITMENT),
]


def test_an_exit_goes_from_the_root_to_the_vtxo_one_confirmation_at_a_time() -> None:
    confirmed = {}
    for expected in (2, 3, 4, 5):
        step = unroll.next_step(CHAIN, confirmed)
        assert (step.action, step.link.txid[0]) == (unroll.BROADCAST, expected)
        confirmed[bytes((expected,)) * 32] = False
        step = unroll.next_step(CHAIN, confirmed)
        assert (step.action, step.link.txid[0]) == (unroll.WAIT, expected)
        confirmed[bytes((expected,)) * 32] = True
    step = unroll.next_step(CHAIN, confirmed)
    assert (step.action, step.link.txid[0]) == (unroll.DONE, 5)
    assert refusal(unroll.next_step, [], {}) == "unroll-chain"


def test_a_tree_transaction_is_final_with_its_signature_alone() -> None:
    psbt = Psbt(node_tx(POINT, PARENT.outputs))
    assert refusal(unroll.finalize_psbt, psbt, unroll.TREE) == "unroll-signature"
    set_tap_key_sig(psbt.inputs[0], b"\x05" * 64)
    final = unroll.finalize_psbt(psbt, unroll.TREE)
    assert final.inputs[0].witness == [b"\x05" * 64]
    for wrong in (b"", bytes(63), bytes(65)):
        assert refusal(unroll.finalize_tree_tx, psbt.tx, wrong) == "unroll-signature"


def test_an_ark_transaction_is_final_when_every_key_has_signed() -> None:
    script = vtxo_script("owner")
    psbt = Psbt(node_tx(POINT, PARENT.outputs))
    entries = psbt.inputs[0]
    assert refusal(unroll.finalize_psbt, psbt, unroll.ARK) == "unroll-signature"
    add_tap_leaf_script(entries, script.forfeit_control(), script.forfeit_leaf)
    digest = leaf_hash(script.forfeit_leaf)
    add_tap_script_sig(entries, xonly("owner"), digest, b"\x01" * 64)
    assert refusal(unroll.finalize_psbt, psbt, unroll.CHECKPOINT) == "unroll-signature"
    add_tap_script_sig(entries, xonly("signer"), digest, b"\x02" * 64)
    final = unroll.finalize_psbt(psbt, unroll.ARK)
    assert final.inputs[0].witness == [
        b"\x02" * 64,
        b"\x01" * 64,
        script.forfeit_leaf,
        script.forfeit_control(),
    ]
    assert refusal(unroll.finalize_leaf_tx, psbt.tx, []) == "unroll-signature"


def exit_coin(script: VtxoScript, number: int, amount_sat: int) -> ExitCoin:
    output = TxOut(amount_sat, script.script_pubkey)
    return ExitCoin(bytes((number,)) * 36, output, script.exit_leaf, script.exit_control())


def test_a_claim_waits_for_its_own_delay_and_signs_by_the_exit_leaf() -> None:
    blocks = VtxoScript(xonly("owner"), xonly("signer"), delays.blocks(10))
    coins = [exit_coin(vtxo_script("owner"), 1, 5_000), exit_coin(blocks, 2, 7_000)]
    fee_sat = claim_fee(coins, SCRIPT, 4_000)
    claim = claim_tx(coins, SCRIPT, fee_sat)
    assert (claim.tx.version, claim.tx.locktime) == (2, 0)
    assert [txin.sequence for txin in claim.tx.inputs] == [EXIT, 10]
    assert claim.tx.outputs == [TxOut(12_000 - fee_sat, SCRIPT)]
    for index, spend in enumerate(claim.spends):
        signatures = {xonly("owner"): sign("owner", spend.sighash())}
        spend.check_signatures(signatures)
        claim.tx.inputs[index].witness = spend.witness(signatures)
    assert claim.tx.vsize() * 4 <= fee_sat


def test_refuses_claims_that_would_arrive_as_dust() -> None:
    coins = [exit_coin(vtxo_script("owner"), 1, 1_000)]
    for fee_sat, expected in ((0, ""), (454, ""), (455, "claim-funds"), (-1, "claim-funds")):
        assert refusal(claim_tx, coins, SCRIPT, fee_sat) == expected
    assert refusal(claim_tx, [], SCRIPT, 0) == "claim-funds"


def test_refuses_a_leaf_without_a_delay_as_a_way_out() -> None:
    script = vtxo_script("owner")
    output = TxOut(1_000, script.script_pubkey)
    tag = refusal(ExitCoin, POINT, output, script.forfeit_leaf, script.forfeit_control())
    assert tag == "claim-leaf"


def test_a_delay_is_over_to_the_block_and_to_the_second() -> None:
    in_blocks, in_seconds = delays.blocks(144), delays.seconds(1024)
    for height, expected in ((243, False), (244, True)):
        assert is_mature(in_blocks, 100, 0, height, 0) == expected
    for time, expected in ((2023, False), (2024, True)):
        assert is_mature(in_seconds, 0, 1000, 0, time) == expected


def test_the_first_mature_exit_leaf_is_taken() -> None:
    script = vtxo_script("owner")
    late = VtxoScript(xonly("owner"), xonly("signer"), delays.blocks(1000)).exit_leaf
    soon = condition_csv_multisig(b"\x51", delays.blocks(10), [xonly("owner")]).script
    scripts = [script.forfeit_leaf, late, soon]
    assert exit_leaf_index(scripts, 100, 0, 110, 0) == 2
    assert exit_leaf_index(scripts, 100, 0, 1100, 0) == 1
    assert refusal(exit_leaf_index, scripts, 100, 0, 109, 0) == "claim-immature"
    assert refusal(exit_leaf_index, scripts[:1], 100, 0, 2_000, 0) == "claim-immature"
