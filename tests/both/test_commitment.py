"""The commitment transaction is built in one form and read by the same (spec/arkade.md 6).

Invariants I1 and I3: a device hashes what it was fed, knows its own inputs and what it is owed,
and signs a boarding input only over the whole. Txids and sighashes are compared with those of the
whole transaction.
"""

from arkcore.codec import MAX_MONEY_SAT
from arkcore.commitment import (
    CommitmentStream,
    OwnInput,
    WantedOutput,
    check_commitment,
    commitment_tx,
    read_commitment,
)
from arkcore.sighash import taproot_sighash
from arkcore.taproot import p2tr_script
from arkcore.tx import Tx, TxIn, TxOut

from tests.both.batch_samples import vtxo_script, xonly
from tests.both.helpers import refusal

BOARDING = TxOut(50_000, vtxo_script("boarder").script_pubkey)
WALLET = TxOut(9_000, p2tr_script(xonly("wallet")))
POINTS = [bytes((n,)) * 32 + bytes(4) for n in range(1, 4)]
PREVOUTS = [WALLET, BOARDING, WALLET]
BATCH_OUTPUT = TxOut(40_000, p2tr_script(xonly("batch")))
CONNECTORS = TxOut(330, p2tr_script(xonly("connector")))
PAYOUT = TxOut(2_000, p2tr_script(xonly("payee")))
CHANGE = TxOut(1_000, p2tr_script(xonly("change")))


def whole() -> Tx:
    return commitment_tx(POINTS, BATCH_OUTPUT, CONNECTORS, [PAYOUT, PAYOUT], CHANGE)


def stream(own=None, wanted=None, expects_batch=True, expects_connectors=True):  # type: ignore[no-untyped-def]
    tx = whole()
    counts = (len(tx.inputs), len(tx.outputs))
    return CommitmentStream(
        counts[0], counts[1], own or [], wanted or [], expects_batch, expects_connectors
    )


def test_outputs_stand_where_clients_look_for_them() -> None:
    full = whole()
    assert full.outputs == [BATCH_OUTPUT, CONNECTORS, PAYOUT, PAYOUT, CHANGE]
    assert full.version == 2 and full.locktime == 0
    without_batch = commitment_tx(POINTS, None, CONNECTORS, [PAYOUT, PAYOUT])
    assert without_batch.outputs == [PAYOUT, CONNECTORS, PAYOUT]
    only_payouts = commitment_tx(POINTS, None, None, [PAYOUT], CHANGE)
    assert only_payouts.outputs == [PAYOUT, CHANGE]
    assert refusal(commitment_tx, POINTS, None, CONNECTORS, []) == "commitment-outputs"


def test_refuses_a_commitment_of_another_form() -> None:
    assert refusal(check_commitment, whole()) == ""
    for name, value in (("version", 3), ("locktime", 900_000), ("inputs", []), ("outputs", [])):
        tx = whole()
        setattr(tx, name, value)
        assert refusal(check_commitment, tx) == "commitment-form", name
    late = whole()
    late.inputs[1].sequence = 144
    assert refusal(check_commitment, late) == "commitment-form"
    legacy = whole()
    legacy.inputs[1].script_sig = b"\x51"
    assert refusal(check_commitment, legacy) == "commitment-form"


def test_the_stream_finds_the_txid_and_sighashes_of_the_whole() -> None:
    tx = whole()
    own = [OwnInput(POINTS[1], BOARDING)]
    wanted = [WantedOutput(PAYOUT), WantedOutput(PAYOUT)]
    fed = stream(own, wanted)
    assert not fed.inputs_complete
    assert read_commitment(tx, PREVOUTS, fed) == tx.txid()
    assert fed.inputs_complete and fed.outputs_complete
    assert fed.finish() == fed.txid == tx.txid()
    assert fed.batch_output == BATCH_OUTPUT and fed.connector_output == CONNECTORS
    assert own[0].index == 1
    assert sorted(one.index for one in wanted) == [2, 3]
    leaf = b"\x05" * 32
    assert fed.sighash(1, leaf) == taproot_sighash(tx, 1, PREVOUTS, leaf)


def test_two_equal_debts_need_two_outputs() -> None:
    wanted = [WantedOutput(PAYOUT) for _ in range(3)]
    fed = stream(wanted=wanted)
    assert refusal(read_commitment, whole(), PREVOUTS, fed) == "commitment-output"


def test_batch_and_connector_output_pay_no_debt() -> None:
    for output, expects_batch, expects_connectors, expected in [
        (BATCH_OUTPUT, True, False, "commitment-output"),
        (BATCH_OUTPUT, False, False, ""),
        (CONNECTORS, False, True, "commitment-output"),
        (CONNECTORS, True, False, ""),
    ]:
        fed = stream(None, [WantedOutput(output)], expects_batch, expects_connectors)
        assert refusal(read_commitment, whole(), PREVOUTS, fed) == expected


def test_refuses_an_own_input_that_is_not_as_recorded() -> None:
    for record in (TxOut(50_001, BOARDING.script), TxOut(50_000, WALLET.script)):
        fed = stream([OwnInput(POINTS[1], record)])
        assert refusal(fed.add_input, POINTS[1], BOARDING) == "commitment-input"


def test_refuses_an_own_input_that_is_missing_or_there_twice() -> None:
    elsewhere = OwnInput(b"\x09" * 36, TxOut(1, p2tr_script(xonly("other"))))
    assert refusal(read_commitment, whole(), PREVOUTS, stream([elsewhere])) == "commitment-input"
    fed = stream([OwnInput(POINTS[1], BOARDING)])
    fed.add_input(POINTS[1], BOARDING)
    assert refusal(fed.add_input, POINTS[1], BOARDING) == "commitment-input"


def test_refuses_an_own_coin_that_was_never_offered() -> None:
    fed = stream([OwnInput(POINTS[1], BOARDING)])
    assert refusal(fed.add_input, POINTS[0], BOARDING) == "commitment-input"


def test_refuses_other_counts_than_announced() -> None:
    tx = whole()
    for inputs, outputs in ((0, 5), (3, 0), (3, 1), (10_001, 5), (3, 10_001)):
        tag = refusal(CommitmentStream, inputs, outputs, [], [], True, True)
        assert tag == "commitment-count", (inputs, outputs)
    short = stream()
    assert refusal(short.add_output, PAYOUT) == "commitment-count"
    for index in range(3):
        short.add_input(POINTS[index], PREVOUTS[index])
    assert refusal(short.add_input, b"\x09" * 36, WALLET) == "commitment-count"
    assert refusal(short.finish) == "commitment-count"
    assert refusal(short.sighash, 0, bytes(32)) == "commitment-count"
    for output in tx.outputs:
        short.add_output(output)
    assert refusal(short.add_output, PAYOUT) == "commitment-count"
    for prevouts in (PREVOUTS[:2], PREVOUTS + [WALLET]):
        assert refusal(read_commitment, tx, prevouts, stream()) == "commitment-count"


def test_the_stream_knows_how_far_it_is() -> None:
    fed = stream()
    for index in range(3):
        assert not fed.inputs_complete and not fed.outputs_complete
        fed.add_input(POINTS[index], PREVOUTS[index])
    for output in whole().outputs:
        assert fed.inputs_complete and not fed.outputs_complete
        fed.add_output(output)
    assert fed.outputs_complete


def test_inputs_and_debts_at_the_first_position_count() -> None:
    own = [OwnInput(POINTS[0], BOARDING)]
    wanted = [WantedOutput(PAYOUT)]
    tx = commitment_tx(POINTS[:1], None, CONNECTORS, [PAYOUT, PAYOUT])
    fed = CommitmentStream(1, 3, own, wanted, False, True)
    read_commitment(tx, [BOARDING], fed)
    assert own[0].index == 0 and wanted[0].index == 0


def test_refuses_amounts_that_cannot_be() -> None:
    fed = stream()
    for amount_sat in (-1, MAX_MONEY_SAT + 1):
        assert refusal(fed.add_input, POINTS[0], TxOut(amount_sat, b"")) == "commitment-amount"
    paid_sat = sum(output.amount_sat for output in whole().outputs)
    for total_sat, expected in ((paid_sat, ""), (paid_sat - 1, "commitment-amount")):
        funds = [TxOut(0, WALLET.script), TxOut(0, WALLET.script), TxOut(total_sat, WALLET.script)]
        assert refusal(read_commitment, whole(), funds, stream()) == expected
    poor = [TxOut(10, WALLET.script)] * 3
    assert refusal(read_commitment, whole(), poor, stream()) == "commitment-amount"
    for index in range(3):
        fed.add_input(POINTS[index], PREVOUTS[index])
    assert refusal(fed.add_output, TxOut(MAX_MONEY_SAT + 1, b"")) == "commitment-amount"


def test_refuses_inputs_with_which_the_txid_could_change_after_signing() -> None:
    program = bytes(20)
    for script, expected in [
        (b"\x51\x20" + bytes(32), ""),
        (b"\x00\x14" + program, ""),
        (b"\x00\x20" + bytes(32), ""),
        (b"\x60\x28" + bytes(40), ""),
        (b"\x51\x02\x4e\x73", ""),
        (b"\xa9\x14" + program + b"\x87", "commitment-malleable"),
        (b"\x76\xa9\x14" + program + b"\x88\xac", "commitment-malleable"),
        (b"\x21" + bytes(33) + b"\xac", "commitment-malleable"),
        (b"\x50\x20" + bytes(32), "commitment-malleable"),
        (b"\x61\x20" + bytes(32), "commitment-malleable"),
        (b"\x51\x21" + bytes(32), "commitment-malleable"),
        (b"\x51\x29" + bytes(41), "commitment-malleable"),
        (b"\x51\x01\x00", "commitment-malleable"),
        (b"\x51", "commitment-malleable"),
        (b"", "commitment-malleable"),
    ]:
        assert refusal(stream().add_input, POINTS[0], TxOut(1000, script)) == expected, script


def test_any_other_form_has_another_txid() -> None:
    tx = whole()
    tx.inputs[0] = TxIn(POINTS[0], 5)
    fed = stream()
    for index in range(3):
        fed.add_input(POINTS[index], PREVOUTS[index])
    for output in tx.outputs:
        fed.add_output(output)
    assert fed.finish() != tx.txid()


def test_no_sighash_is_made_of_a_stream_that_lacks_a_prevout() -> None:
    tx = whole()
    fed = stream()
    for index in range(3):
        fed.add_input(POINTS[index], None)
    for output in tx.outputs:
        fed.add_output(output)
    assert fed.finish() == tx.txid()
    assert refusal(fed.sighash, 1, bytes(32)) == "commitment-prevout"
