"""Leaving alone: own coins move to own keys alone, at fees that the owner allowed (I5, I6).

Signatures are verified over transactions that the test builds from the same facts.
"""

from typing import Any

import pytest
import secp256k1
from arkcore.claim import ExitCoin, claim_tx
from arkcore.cpfp import FundingCoin, build_child
from arkcore.nodes import anchor
from arkcore.tx import SEQUENCE_FINAL, Tx, TxOut
from signer import limits
from wire import terms

from tests.batch.leaving import PARENT, cpfp, funding
from tests.batch.local import LocalDevice
from tests.batch.owner import (
    Run,
    boarding_input,
    ledger_of,
    live,
    own_script,
    own_vtxo,
    vtxo_input,
    vtxo_script,
)
from tests.batch.refusal import assert_refused, tag_of


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    return local


def vtxo(device: LocalDevice) -> dict[str, Any]:
    return ledger_of(device)[0]


def start_exit(device: LocalDevice) -> bytes:
    point: bytes = vtxo(device)["outpoint"]
    device.answer("yes")
    device.call("start_exit", outpoint=point)
    return point


def claim(device: LocalDevice, **changes: Any) -> bytes:
    params = {**vtxo_input(vtxo(device)), "destination_index": 8, "fee_sat": 500}
    signature: bytes = device.call("sign_claim", **{**params, **changes})["signature"]
    return signature


def test_the_start_of_an_exit_asks_and_cannot_be_taken_back(device: LocalDevice) -> None:
    action = lambda: device.call("start_exit", outpoint=vtxo(device)["outpoint"])  # noqa: E731
    assert_refused(device, action, "user-refused")
    point = start_exit(device)
    assert vtxo(device)["state"] == terms.VTXO_EXITING
    device.call("start_exit", outpoint=point)
    run = Run(device, [vtxo_input(vtxo(device))], [own_vtxo(49_000, 1)])
    assert_refused(device, run.open, "vtxo-single-purpose")
    device.restart()
    assert vtxo(device)["state"] == terms.VTXO_EXITING


def test_refuses_to_leave_with_a_coin_that_is_not_live(device: LocalDevice) -> None:
    old = vtxo(device)["outpoint"]
    action = lambda: device.call("start_exit", outpoint=bytes(36))  # noqa: E731
    assert_refused(device, action, "input-unknown")
    Run(device, [vtxo_input(vtxo(device))], [own_vtxo(49_800, 1)]).all()
    device.answer("yes")
    action = lambda: device.call("start_exit", outpoint=old)  # noqa: E731
    assert_refused(device, action, "exit-not-forfeited")
    assert tag_of(lambda: claim(device)) == "exit-not-forfeited"


def test_refuses_to_leave_with_a_coin_of_the_session_at_work(device: LocalDevice) -> None:
    run = Run(device, [vtxo_input(vtxo(device))], [own_vtxo(49_800, 1)]).open()
    device.answer("yes")
    point = vtxo(device)["outpoint"]
    for name in ("start_exit", "release_vtxo"):
        assert tag_of(lambda name=name: device.call(name, outpoint=point)) == "vtxo-single-purpose"
    run.call("abort_batch")
    start_exit(device)


def test_a_package_child_pays_the_fee_and_returns_the_rest_to_the_owner(
    device: LocalDevice,
) -> None:
    start_exit(device)
    coins = [funding(), funding(20_000, 6)]
    signatures = cpfp(device, funding=coins)
    scripts = [own_script(device, terms.ADDRESS_ONCHAIN, coin["index"]) for coin in coins]
    held = [
        FundingCoin(coin["outpoint"], TxOut(coin["amount_sat"], script))
        for coin, script in zip(coins, scripts, strict=True)
    ]
    child = build_child(PARENT, held, own_script(device, terms.ADDRESS_ONCHAIN, 4), 1_000)
    assert child.tx.version == 3 and len(child.tx.outputs) == 1
    for position, (script, signature) in enumerate(zip(scripts, signatures, strict=True)):
        assert secp256k1.verify_schnorr(script[2:], child.sighash(position + 1), signature)


def test_refuses_to_pay_for_packages_when_nothing_is_leaving(device: LocalDevice) -> None:
    assert tag_of(lambda: cpfp(device)) == "cpfp-no-exit"


def test_refuses_children_of_parents_that_are_none(device: LocalDevice) -> None:
    start_exit(device)
    paid = TxOut(1, anchor().script)
    other = TxOut(9, PARENT.outputs[0].script)
    for outputs, tag in (
        ([anchor(), other], "cpfp-parent"),
        ([other, paid], "cpfp-parent"),
        ([other, anchor(), anchor()], "cpfp-anchor"),
    ):
        parent = Tx(3, PARENT.inputs, outputs)
        assert tag_of(lambda parent=parent: cpfp(device, parent)) == tag
    assert tag_of(lambda: cpfp(device, funding=[funding()] * 2)) == "cpfp-duplicate-input"
    assert tag_of(lambda: cpfp(device, fee_sat=29_800)) == "cpfp-funds"
    assert tag_of(lambda: cpfp(device, change_index=100_001)) == "path-range"
    assert tag_of(lambda: cpfp(device, funding=[funding(30_000, 100_001)])) == "path-range"
    assert len(cpfp(device)) == 1


def test_package_fees_beyond_the_allowance_ask(device: LocalDevice) -> None:
    start_exit(device)
    device.screens()
    rich = [funding(10_000_000)]
    each = limits.EXIT_BUDGET_SAT // 2
    cpfp(device, funding=rich, fee_sat=each)
    cpfp(device, funding=rich, fee_sat=each)
    assert device.screens() == ""
    assert tag_of(lambda: cpfp(device, funding=rich, fee_sat=1)) == "user-refused"
    device.answer("yes")
    cpfp(device, funding=rich, fee_sat=1)
    device.restart()
    assert tag_of(lambda: cpfp(device)) == "user-refused"


def test_refuses_a_package_fee_that_no_market_asks_for(device: LocalDevice) -> None:
    start_exit(device)
    device.answer("yes", "yes")
    rich = [funding(10_000_000)]
    assert tag_of(lambda: cpfp(device, funding=rich, fee_sat=400_000)) == "exit-fee-range"


def test_a_claim_sends_the_vtxo_to_an_own_key_by_its_exit_leaf(device: LocalDevice) -> None:
    item = vtxo(device)
    start_exit(device)
    signature = claim(device)
    script = vtxo_script(device, terms.COIN_VTXO, 5)
    output = TxOut(item["amount_sat"], script.script_pubkey)
    coin = ExitCoin(item["outpoint"], output, script.exit_leaf, script.exit_control())
    expected = claim_tx([coin], own_script(device, terms.ADDRESS_ONCHAIN, 8), 500)
    assert expected.tx.version == 2 and expected.tx.inputs[0].sequence == 20
    owner = device.call("get_address", kind=terms.ADDRESS_VTXO, index=5, show=False)["owner_key"]
    assert secp256k1.verify_schnorr(owner, expected.spends[0].sighash(), signature)
    assert vtxo(device)["state"] == terms.VTXO_EXITED
    claim(device, fee_sat=900)
    assert len(cpfp(device)) == 1, "a claim signed early does not strand the packages"


def test_refuses_a_claim_of_a_coin_that_is_not_leaving_or_not_as_recorded(
    device: LocalDevice,
) -> None:
    assert_refused(device, lambda: claim(device), "vtxo-single-purpose")
    start_exit(device)
    for changes, tag in (
        ({"amount_sat": 49_901}, "input-mismatch"),
        ({"index": 6}, "input-mismatch"),
        ({"outpoint": bytes(36)}, "input-unknown"),
        ({"kind": terms.COIN_BOARDING}, "input-mismatch"),
        ({"fee_sat": 49_500}, "claim-funds"),
        ({"destination_index": 100_001}, "path-range"),
    ):
        assert_refused(device, lambda changes=changes: claim(device, **changes), tag)
    claim(device)


def test_a_claim_with_a_high_fee_asks_and_with_an_absurd_one_is_refused(
    device: LocalDevice,
) -> None:
    start_exit(device)
    fee_sat = limits.exit_fee_limit_sat(49_900) + 1
    assert_refused(device, lambda: claim(device, fee_sat=fee_sat), "user-refused")
    device.answer("yes")
    claim(device, fee_sat=fee_sat)
    rich = {**boarding_input("rich", 100_000_000, 2), "destination_index": 1}
    device.answer("yes")
    action = lambda: device.call("sign_claim", fee_sat=300_000, **rich)  # noqa: E731
    assert_refused(device, action, "exit-fee-range")


def boarding_claim(device: LocalDevice, name: str) -> bytes:
    coin = {**boarding_input(name, 20_000, 2), "destination_index": 1, "fee_sat": 400}
    signature: bytes = device.call("sign_claim", **coin)["signature"]
    return signature


def test_an_unused_boarding_output_is_claimed_by_its_own_longer_delay(
    device: LocalDevice,
) -> None:
    signature = boarding_claim(device, "unused")
    script = vtxo_script(device, terms.COIN_BOARDING, 2)
    output = TxOut(20_000, script.script_pubkey)
    point = boarding_input("unused", 20_000)["outpoint"]
    coin = ExitCoin(point, output, script.exit_leaf, script.exit_control())
    expected = claim_tx([coin], own_script(device, terms.ADDRESS_ONCHAIN, 1), 400)
    assert expected.tx.inputs[0].sequence == 40 != SEQUENCE_FINAL
    owner = device.call("get_address", kind=terms.ADDRESS_VTXO, index=2, show=False)["owner_key"]
    assert secp256k1.verify_schnorr(owner, expected.spends[0].sighash(), signature)
    run = Run(device, [boarding_input("unused", 20_000, 2)], [own_vtxo(19_000, 1)])
    assert_refused(device, run.open, "vtxo-single-purpose")


def test_refuses_to_claim_a_boarding_output_that_is_in_a_batch(device: LocalDevice) -> None:
    run = Run(device, [boarding_input("second", 20_000, 2)], [own_vtxo(19_900, 1)]).open()
    assert tag_of(lambda: boarding_claim(device, "second")) == "vtxo-single-purpose"
    run.call("abort_batch")
    Run(device, [boarding_input("second", 20_000, 2)], [own_vtxo(19_900, 1)]).all()
    assert_refused(device, lambda: boarding_claim(device, "second"), "exit-not-forfeited")


def test_a_batch_that_never_confirms_is_undone_by_the_owner_alone(device: LocalDevice) -> None:
    old = vtxo(device)
    Run(device, [vtxo_input(old)], [own_vtxo(49_800, 1)]).all()
    action = lambda: device.call("release_vtxo", outpoint=old["outpoint"])  # noqa: E731
    assert_refused(device, action, "user-refused")
    device.answer("yes")
    action()
    states = [item["state"] for item in ledger_of(device)]
    assert states == [terms.VTXO_LIVE, terms.VTXO_VOID]
    again = Run(device, [vtxo_input(old)], [own_vtxo(49_700, 2)])
    assert len(again.all()) == 1
    assert [item["amount_sat"] for item in live(device)] == [49_700]


def test_a_release_that_was_a_mistake_is_undone_too(device: LocalDevice) -> None:
    old = vtxo(device)["outpoint"]
    (new,) = Run(device, [vtxo_input(vtxo(device))], [own_vtxo(49_800, 1)]).all()
    before = ledger_of(device)
    device.answer("yes", "yes")
    device.call("release_vtxo", outpoint=old)
    device.call("release_vtxo", outpoint=new)
    assert ledger_of(device) == before


def test_refuses_the_release_of_a_coin_that_was_not_given_away(device: LocalDevice) -> None:
    device.answer("yes", "yes")
    for point, tag in ((vtxo(device)["outpoint"], "vtxo-single-purpose"),
                       (bytes(36), "input-unknown")):  # fmt: skip
        action = lambda point=point: device.call("release_vtxo", outpoint=point)  # noqa: E731
        assert_refused(device, action, tag)


def test_a_vtxo_of_a_former_operator_can_still_leave(device: LocalDevice) -> None:
    from signer.operator_profile import OperatorProfile

    from tests.batch.operator import REGTEST, enrolment

    start_exit(device)
    other = {**enrolment(), "name": "Another", "unilateral_exit_delay": 25}
    before = claim(device)
    device.device.pin_operator(OperatorProfile(REGTEST, other))
    script = vtxo_script(device, terms.COIN_VTXO, 5)
    item = vtxo(device)
    output = TxOut(item["amount_sat"], script.script_pubkey)
    coin = ExitCoin(item["outpoint"], output, script.exit_leaf, script.exit_control())
    digest = claim_tx([coin], own_script(device, terms.ADDRESS_ONCHAIN, 8), 500).spends[0].sighash()
    owner = device.call("get_address", kind=terms.ADDRESS_VTXO, index=5, show=False)["owner_key"]
    assert secp256k1.verify_schnorr(owner, digest, before)
    assert secp256k1.verify_schnorr(owner, digest, claim(device))
