"""Off-chain payments: built by one rule, finished only with the operator's signatures (10).

Invariants I1 and I3: the checkpoint, which gives the VTXO away, is signed last. Transactions are
compared with another implementation in tests/conformance.
"""

from arkcore.closures import cltv_multisig, condition_multisig, csv_multisig
from arkcore.nodes import anchor
from arkcore.offchain import (
    Checkpoint,
    VtxoInput,
    ark_spend,
    ark_tx,
    check_ark_txid,
    check_operator_signature,
    checkpoint,
    match_checkpoints,
    match_pending,
    receiver_output,
)
from arkcore.scripts import checkpoint_leaf
from arkcore.taproot import TapTree, p2tr_script
from arkcore.tx import Tx, TxIn, TxOut

from tests.both.batch_samples import EXIT, sign, vtxo_script, xonly
from tests.both.helpers import refusal

OPERATOR_LEAF = checkpoint_leaf(EXIT, xonly("forfeit"))
SIGNERS = [xonly("signer")]
PAYEE = p2tr_script(xonly("payee"))


def vtxo(number: int, amount_sat: int, locktime: int = 0) -> VtxoInput:
    keys = [xonly("owner"), xonly("signer")]
    leaf = cltv_multisig(locktime, keys).script if locktime else vtxo_script("owner").forfeit_leaf
    tree = TapTree([leaf, vtxo_script("owner").exit_leaf])
    point = bytes((number,)) * 32 + bytes(4)
    return VtxoInput(point, TxOut(amount_sat, tree.script_pubkey()), leaf, tree.control_block(0))


def checkpoints(*vtxos: VtxoInput) -> "list[Checkpoint]":
    return [checkpoint(one, OPERATOR_LEAF) for one in vtxos]


PAIR = checkpoints(vtxo(1, 600), vtxo(2, 400))
OUTPUTS = [TxOut(700, PAYEE), TxOut(300, vtxo_script("owner").script_pubkey)]


def test_a_checkpoint_moves_the_vtxo_under_the_operators_delay_or_the_same_leaf() -> None:
    one = PAIR[0]
    assert one.tx.version == 3 and one.tx.locktime == 0
    assert one.tx.inputs[0].outpoint == one.vtxo.outpoint
    assert one.tx.outputs == [one.output, anchor()]
    assert one.tree.scripts == [OPERATOR_LEAF, one.vtxo.leaf_script]
    assert one.output == TxOut(600, one.tree.script_pubkey())
    one.spend().check_leaf()


def test_the_ark_transaction_spends_every_checkpoint_in_order() -> None:
    tx = ark_tx(PAIR, OUTPUTS)
    assert (tx.version, tx.locktime) == (3, 0)
    assert [txin.outpoint for txin in tx.inputs] == [one.txid + bytes(4) for one in PAIR]
    assert tx.outputs == OUTPUTS + [anchor()]
    for index in range(2):
        ark_spend(tx, index, PAIR).check_leaf()


def test_only_locked_inputs_carry_the_sequence_of_a_lock() -> None:
    mixed = checkpoints(vtxo(1, 600, 500_000), vtxo(2, 400), vtxo(3, 10, 600_000))
    assert mixed[0].tx.locktime == 500_000
    assert mixed[0].tx.inputs[0].sequence == 0xFFFFFFFE
    outputs = [TxOut(1010, PAYEE)]
    tx = ark_tx(mixed, outputs)
    assert tx.locktime == 600_000
    final, lock = 0xFFFFFFFF, 0xFFFFFFFE
    assert [txin.sequence for txin in tx.inputs] == [lock, final, lock]
    every = ark_tx(mixed, outputs, lock_every_input=True)
    assert [txin.sequence for txin in every.inputs] == [lock, lock, lock]


def test_refuses_heights_and_times_in_one_transaction() -> None:
    for locktime, expected in ((499_999_999, ""), (500_000_000, "ark-locktime")):
        mixed = checkpoints(vtxo(1, 600, 500_000), vtxo(2, 400, locktime))
        assert refusal(ark_tx, mixed, OUTPUTS) == expected
        assert refusal(ark_tx, list(reversed(mixed)), OUTPUTS) == expected


def test_refuses_to_spend_by_a_leaf_that_is_not_collaborative() -> None:
    script = vtxo_script("owner")
    by_exit = vtxo(1, 600)
    by_exit.leaf_script, by_exit.control = script.exit_leaf, script.exit_control()
    assert refusal(checkpoint, by_exit, OPERATOR_LEAF) == "ark-leaf"
    keys = [xonly("owner"), xonly("signer")]
    by_exit.leaf_script = condition_multisig(b"\x51", keys).script
    assert refusal(checkpoint, by_exit, OPERATOR_LEAF) == ""
    by_exit.leaf_script = csv_multisig(EXIT, keys).script
    assert refusal(checkpoint, by_exit, OPERATOR_LEAF) == "ark-leaf"


def test_refuses_payments_that_do_not_add_up_or_have_no_ends() -> None:
    assert refusal(ark_tx, PAIR, [TxOut(999, PAYEE)]) == "ark-conserve"
    assert refusal(ark_tx, PAIR, [TxOut(1001, PAYEE)]) == "ark-conserve"
    assert refusal(ark_tx, [], OUTPUTS) == "ark-empty"
    assert refusal(ark_tx, PAIR, []) == "ark-empty"


def test_refuses_more_op_returns_than_the_operator_allows() -> None:
    extension = TxOut(0, b"\x6a\x01\x00")
    for count, expected in ((3, ""), (4, "ark-op-returns")):
        assert refusal(ark_tx, PAIR, OUTPUTS + [extension] * count) == expected
    assert refusal(ark_tx, PAIR, OUTPUTS + [extension] * 2, 1) == "ark-op-returns"


def test_amounts_below_dust_go_into_an_op_return() -> None:
    assert receiver_output(xonly("payee"), 330, 330) == TxOut(330, PAYEE)
    below = receiver_output(xonly("payee"), 329, 330)
    assert below == TxOut(329, b"\x6a\x20" + xonly("payee"))


def test_refuses_an_answer_about_other_transactions() -> None:
    own = ark_tx(PAIR, OUTPUTS).txid()
    assert refusal(check_ark_txid, own, own) == ""
    assert refusal(check_ark_txid, own, bytes(32)) == "ark-txid"
    txids = [one.txid for one in PAIR]
    assert match_checkpoints(PAIR, [txids[1], txids[0]]) == [1, 0]
    for returned in ([], txids[:1], [txids[0]] * 2, txids + txids[:1], [txids[0], bytes(32)]):
        assert refusal(match_checkpoints, PAIR, returned) == "ark-checkpoints"


def test_refuses_to_go_on_without_the_operators_valid_signature() -> None:
    tx = ark_tx(PAIR, OUTPUTS)
    spend = ark_spend(tx, 0, PAIR)
    good = {xonly("signer"): sign("signer", spend.sighash())}
    assert check_operator_signature(spend, good, SIGNERS) == xonly("signer")
    other = ark_spend(ark_tx(PAIR, list(reversed(OUTPUTS))), 0, PAIR)
    bad = {xonly("signer"): sign("signer", other.sighash())}
    for signatures in ({}, {xonly("owner"): good[xonly("signer")]}, bad):
        assert refusal(check_operator_signature, spend, signatures, SIGNERS) == "ark-signature"
    assert refusal(check_operator_signature, spend, good, [xonly("x")]) == "ark-signature"


def test_a_pending_payment_is_known_by_what_it_must_be() -> None:
    vtxos = [one.vtxo for one in PAIR]
    tx = ark_tx(PAIR, OUTPUTS)
    returned = [PAIR[1].tx, PAIR[0].tx]
    leaves = [checkpoint_leaf(EXIT, xonly("old forfeit")), OPERATOR_LEAF]
    found = match_pending(vtxos, leaves, tx, returned, [OUTPUTS[0]])
    assert [one.txid for one in found.checkpoints] == [one.txid for one in PAIR]
    assert found.ark is tx


def test_refuses_pending_checkpoints_that_are_not_built_from_own_coins() -> None:
    vtxos = [one.vtxo for one in PAIR]
    tx = ark_tx(PAIR, OUTPUTS)
    returned = [one.tx for one in PAIR]
    foreign_leaf = [checkpoint_leaf(EXIT, xonly("thief"))]
    tag = refusal(match_pending, vtxos, foreign_leaf, tx, returned, [])
    assert tag == "pending-checkpoint"
    tag = refusal(match_pending, vtxos[:1], [OPERATOR_LEAF], tx, returned, [])
    assert tag == "pending-checkpoint"
    twofold = Tx(3, returned[0].inputs + [TxIn(bytes(36))], returned[0].outputs)
    for odd in (twofold, Tx(3, [], returned[0].outputs)):
        tag = refusal(match_pending, vtxos, [OPERATOR_LEAF], tx, [odd, returned[1]], [])
        assert tag == "pending-checkpoint"


def test_refuses_a_pending_ark_transaction_that_is_bent() -> None:
    vtxos = [one.vtxo for one in PAIR]
    returned = [one.tx for one in PAIR]

    def judge(tx, txs=returned, owed=()):  # type: ignore[no-untyped-def]
        return refusal(match_pending, vtxos, [OPERATOR_LEAF], tx, txs, list(owed))

    assert judge(ark_tx(PAIR, OUTPUTS)) == ""
    assert judge(ark_tx(PAIR, OUTPUTS), returned[:1]) == "pending-ark"
    assert judge(ark_tx(PAIR[:1], [TxOut(600, PAYEE)])) == "pending-ark"
    late = ark_tx(PAIR, OUTPUTS)
    late.locktime = 900_000
    assert judge(late) == "pending-ark"
    without_anchor = ark_tx(PAIR, OUTPUTS)
    without_anchor.outputs[-1] = TxOut(0, PAYEE)
    assert judge(without_anchor) == "pending-ark"


def test_refuses_a_pending_payment_to_somebody_else() -> None:
    vtxos = [one.vtxo for one in PAIR]
    returned = [one.tx for one in PAIR]
    tx = ark_tx(PAIR, OUTPUTS)
    for owed in ([TxOut(701, PAYEE)], [OUTPUTS[0]] * 2, [TxOut(700, p2tr_script(xonly("x")))]):
        tag = refusal(match_pending, vtxos, [OPERATOR_LEAF], tx, returned, owed)
        assert tag == "pending-output"
