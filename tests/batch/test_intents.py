"""An intent takes own coins to agreed places, or it is not opened (invariants I3, I4, I6).

What returns to the owner within the fee limit passes unattended; what leaves is shown whole.
"""

from typing import Any

import pytest
from arkcore.address import ark_address, segwit_address
from arkcore.taproot import p2tr_script
from signer import limits
from signer.batch.intent import read_outputs
from signer.operator_profile import OperatorProfile
from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.operator import REGTEST, enrolment, public
from tests.batch.owner import (
    EXPIRE_AT,
    VALID_AT,
    Run,
    boarding_input,
    live,
    own_onchain,
    own_vtxo,
    vtxo_input,
)
from tests.batch.refusal import assert_refused, tag_of

FRIEND = p2tr_script(public("friend")[1:])
SHOP = b"\x00\x14" + bytes(range(20))


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    local.screens()
    return local


def open_intent(device: LocalDevice, **changes: Any) -> dict[str, Any]:
    params = {
        "inputs": [vtxo_input(live(device)[0])],
        "outputs": [own_vtxo(49_000, 6)],
        "valid_at": VALID_AT,
        "expire_at": EXPIRE_AT,
    }
    return device.call("open_intent", **{**params, **changes})


def pay(kind: int, amount_sat: int, script: bytes) -> dict[str, Any]:
    return {"kind": kind, "amount_sat": amount_sat, "script": script}


def outputs_and_tags() -> list[tuple[str, list[dict[str, Any]], str]]:
    vtxo, chain = terms.OUTPUT_FOREIGN_VTXO, terms.OUTPUT_FOREIGN_ONCHAIN
    return [
        ("more out than in", [own_vtxo(49_901, 1)], "intent-overspend"),
        ("dust", [own_vtxo(49_000, 1), own_vtxo(329, 2)], "amount-dust"),
        ("own output with a script", [{**own_vtxo(49_000, 1), "script": FRIEND}], "intent-output"),
        ("own output without index", [{"kind": 0, "amount_sat": 49_000}], "intent-output"),
        ("foreign output without script", [{"kind": 2, "amount_sat": 49_000}], "intent-output"),
        ("foreign output with index", [{**pay(vtxo, 49_000, FRIEND), "index": 1}], "intent-output"),
        ("foreign vtxo of another kind", [pay(vtxo, 49_000, SHOP)], "intent-output"),
        ("foreign vtxo off the curve", [pay(vtxo, 49_000, b"\x51\x20" + b"\xff" * 32)],
         "intent-output"),
        ("destination without address", [pay(chain, 49_000, b"\x6a" + bytes(30))],
         "intent-output"),
        ("key index out of reach", [own_vtxo(49_000, 2_000_000_000)], "path-range"),
        ("on-chain index out of reach", [own_onchain(49_000, 100_001)], "path-range"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outputs", "tag"),
    [pytest.param(outputs, tag, id=name) for name, outputs, tag in outputs_and_tags()],
)
def test_refuses_outputs_with(device: LocalDevice, outputs: list[dict[str, Any]], tag: str) -> None:
    assert_refused(device, lambda: open_intent(device, outputs=outputs), tag)
    open_intent(device)


@pytest.mark.parametrize(
    ("valid_at", "expire_at"),
    [
        (VALID_AT, 0),
        (0, EXPIRE_AT),
        (VALID_AT, VALID_AT),
        (EXPIRE_AT, VALID_AT),
        (VALID_AT, VALID_AT + limits.INTENT_WINDOW_SECONDS + 1),
    ],
)
def test_refuses_a_message_that_an_operator_could_keep(
    device: LocalDevice, valid_at: int, expire_at: int
) -> None:
    action = lambda: open_intent(device, valid_at=valid_at, expire_at=expire_at)  # noqa: E731
    assert_refused(device, action, "intent-expiry-range")
    open_intent(device, valid_at=VALID_AT, expire_at=VALID_AT + limits.INTENT_WINDOW_SECONDS)


def test_refuses_inputs_that_are_not_on_record_as_they_are_offered(device: LocalDevice) -> None:
    own = vtxo_input(live(device)[0])
    boarding = boarding_input("second", 1_000)
    for inputs, tag in (
        ([own, own], "intent-duplicate-input"),
        ([boarding, boarding], "intent-duplicate-input"),
        ([{**boarding, "kind": terms.COIN_VTXO}], "input-unknown"),
        ([{**own, "kind": terms.COIN_BOARDING}], "input-mismatch"),
        ([{**own, "amount_sat": 49_901}], "input-mismatch"),
        ([{**own, "index": 6}], "input-mismatch"),
        ([{**boarding, "index": 100_001}], "path-range"),
        ([boarding_input("first", 50_000)], "vtxo-single-purpose"),
    ):
        assert_refused(device, lambda inputs=inputs: open_intent(device, inputs=inputs), tag)
    open_intent(device)


def test_refuses_a_vtxo_of_a_former_operator(device: LocalDevice) -> None:
    other = {**enrolment(), "name": "Another"}
    device.device.pin_operator(OperatorProfile(REGTEST, other))
    assert_refused(device, lambda: open_intent(device), "operator-pinned")


def test_refuses_an_amount_that_cannot_exist(device: LocalDevice) -> None:
    outputs = [own_vtxo(21_000_000 * 100_000_000 + 1, 1)]
    assert tag_of(lambda: read_outputs(device.device, outputs)) == "amount-range"
    assert tag_of(lambda: read_outputs(device.device, [])) == "intent-empty"


def test_a_fee_within_the_limit_needs_no_button(device: LocalDevice) -> None:
    fee_sat = limits.intent_fee_limit_sat(49_900)
    open_intent(device, outputs=[own_vtxo(49_900 - fee_sat, 6)])
    assert device.screens() == ""


def test_a_higher_fee_asks_and_is_refused_without_the_button(device: LocalDevice) -> None:
    fee_sat = limits.intent_fee_limit_sat(49_900) + 1
    outputs = [own_vtxo(49_900 - fee_sat, 6)]
    assert_refused(device, lambda: open_intent(device, outputs=outputs), "user-refused")
    shown = device.screens()
    assert "HIGH FEE" in shown and "5 001 sat" in shown
    device.answer("yes")
    open_intent(device, outputs=outputs)


def test_many_small_fees_ask_as_one_large_fee_would() -> None:
    device = LocalDevice()
    amount_sat = 1_000_000
    Run(device, [boarding_input("first", amount_sat)], [own_vtxo(amount_sat, 1)]).all()

    def refresh() -> list[bytes]:
        coin = live(device)[0]
        run = Run(device, [vtxo_input(coin)], [own_vtxo(coin["amount_sat"] - 5_000, 1)])
        return run.all()

    for _ in range(limits.UNATTENDED_FEE_SAT // 5_000):
        refresh()
    device.restart()
    assert device.screens() == ""
    assert_refused(device, refresh, "user-refused")
    assert "FEES ADD UP" in device.screens()
    device.answer("yes")
    refresh()
    refresh()


def test_a_payment_does_not_pass_without_the_button(device: LocalDevice) -> None:
    outputs = [pay(terms.OUTPUT_FOREIGN_ONCHAIN, 49_800, SHOP)]
    assert_refused(device, lambda: open_intent(device, outputs=outputs), "user-refused")


def shown_address(screens: str) -> str:
    """What the screen shows without the gaps that make it readable."""
    return screens.replace("\n", "").replace(" ", "")


def test_a_payment_shows_amount_destination_and_fee(device: LocalDevice) -> None:
    outputs = [
        pay(terms.OUTPUT_FOREIGN_VTXO, 20_000, FRIEND),
        pay(terms.OUTPUT_FOREIGN_ONCHAIN, 10_000, SHOP),
        own_vtxo(19_000, 7),
    ]
    device.answer("yes")
    open_intent(device, outputs=outputs)
    shown = device.screens()
    assert "20 000 sat" in shown and "10 000 sat" in shown and "900 sat" in shown
    assert "19 000 sat" not in shown, "the owner's own change is no payment"
    friend = ark_address("tark", public("signer")[1:], FRIEND[2:])
    for piece in (friend[:16], friend[-4:], segwit_address("bcrt", SHOP)[:16]):
        assert piece in shown_address(shown)


def test_a_payment_is_found_in_leaf_and_commitment(device: LocalDevice) -> None:
    outputs = [
        pay(terms.OUTPUT_FOREIGN_VTXO, 20_000, FRIEND),
        pay(terms.OUTPUT_FOREIGN_ONCHAIN, 10_000, SHOP),
        own_vtxo(19_000, 7),
    ]
    device.answer("yes")
    run = Run(device, [vtxo_input(live(device)[0])], outputs)
    assert len(run.all()) == 1
    assert [item["amount_sat"] for item in live(device)] == [19_000]


def test_refuses_a_batch_that_does_not_pay_a_chain_output(device: LocalDevice) -> None:
    run = Run(device, [vtxo_input(live(device)[0])], [own_vtxo(29_000, 1), own_onchain(20_000, 2)])
    run.open()
    run.batch.commitment.outputs[2].amount_sat -= 1
    run.announce()
    assert_refused(device, run.feed_commitment, "commitment-output")


def test_refuses_a_commitment_that_pays_two_equal_chain_outputs_once(device: LocalDevice) -> None:
    outputs = [own_onchain(20_000, 2), own_onchain(20_000, 2)]
    run = Run(device, [vtxo_input(live(device)[0])], [*outputs, own_vtxo(9_000, 3)]).open()
    run.batch.commitment.outputs.pop(3)
    run.announce()
    assert_refused(device, run.feed_commitment, "commitment-output")


def boarding_run(device: LocalDevice) -> Run:
    return Run(device, [boarding_input("second", 30_000, 4)], [own_vtxo(29_900, 1)]).open()


def test_refuses_a_commitment_with_a_false_boarding_input(device: LocalDevice) -> None:
    def amount(run: Run) -> None:
        run.batch.prevouts[1].amount_sat += 1

    def script(run: Run) -> None:
        run.batch.prevouts[1].script = FRIEND

    def missing(run: Run) -> None:
        run.batch.commitment.inputs.pop()
        run.batch.prevouts.pop()

    def twice(run: Run) -> None:
        run.batch.commitment.inputs.append(run.batch.commitment.inputs[1])
        run.batch.prevouts.append(run.batch.prevouts[1])

    def other_coin_of_the_same_key(run: Run) -> None:
        run.batch.commitment.inputs[0].outpoint = bytes(36)
        run.batch.prevouts[0].script = run.batch.prevouts[1].script

    for change in (amount, script, missing, twice, other_coin_of_the_same_key):
        run = boarding_run(device)
        change(run)
        run.announce()
        assert_refused(device, run.feed_commitment, "commitment-input")
    boarding_run(device).call("abort_batch")


def test_refuses_more_or_fewer_items_than_were_announced(device: LocalDevice) -> None:
    run = boarding_run(device)
    run.announce()
    run.batch.commitment.inputs *= 2
    run.batch.prevouts *= 2
    assert_refused(device, run.feed_commitment, "commitment-count")
    run = boarding_run(device)
    tx = run.batch.commitment
    facts = {"version": 2, "locktime": 0, "batch_expiry": 144}
    for inputs, outputs in ((limits.MAX_COMMITMENT_ITEMS + 1, 3), (2, 60_000)):
        run = run if device.device.batch else boarding_run(device)
        action = lambda run=run, i=inputs, o=outputs: run.call(  # noqa: E731
            "open_batch", input_count=i, output_count=o, txid=tx.txid(), **facts
        )
        assert_refused(device, action, "commitment-count")
    assert len(tx.inputs) == 2


def test_refuses_a_second_intent_while_one_is_open(device: LocalDevice) -> None:
    first = open_intent(device)
    assert tag_of(lambda: open_intent(device)) == "state-wrong"
    device.call("abort_batch", session=first["session"])
    assert open_intent(device)["session"] == first["session"] + 1
