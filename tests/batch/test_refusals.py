"""No falsely shown batch gets a forfeit out of the device (invariants I1, I4, I8).

One honest refresh of two VTXOs, one changed fact a test (`tests.batch.frauds`): the tag is the
expected one, nothing was signed away, the ledger is unchanged, the session and its nonces are
gone, and an honest refresh afterwards passes.
"""

import pytest
from arkcore.tx import TxOut

from tests.batch.frauds import FRAUDS, INPUT_SAT, OUTPUT_SAT, Fraud, spoiled_refresh
from tests.batch.local import LocalDevice
from tests.batch.owner import Run, boarding_input, facts, live, own_vtxo, vtxo_input
from tests.batch.refusal import assert_refused, tag_of


def device_with_two_vtxos() -> LocalDevice:
    device = LocalDevice()
    coin = boarding_input("first", 2 * INPUT_SAT + 500)
    Run(device, [coin], [own_vtxo(INPUT_SAT, 1), own_vtxo(INPUT_SAT, 2)]).all()
    return device


def refresh(device: LocalDevice) -> Run:
    """Both VTXOs into two equal ones of the same key."""
    inputs = [vtxo_input(item) for item in live(device)]
    return Run(device, inputs, [own_vtxo(OUTPUT_SAT, 3), own_vtxo(OUTPUT_SAT, 3)])


@pytest.mark.parametrize("fraud", FRAUDS, ids=str)
def test_refuses_a_refresh_with(fraud: Fraud) -> None:
    device = device_with_two_vtxos()
    run = refresh(device)
    assert_refused(device, lambda: spoiled_refresh(run, fraud), fraud.tag)
    assert run.given == [], "no forfeit left the device"
    refresh(device).all()
    assert [item["amount_sat"] for item in live(device)] == [OUTPUT_SAT, OUTPUT_SAT]


def test_refuses_the_spoiled_batch_over_again_from_any_step() -> None:
    device = device_with_two_vtxos()
    run = refresh(device)
    tag_of(lambda: spoiled_refresh(run, FRAUDS[0]))
    for name in ("get_nonces", "abort_batch", "close_batch"):
        assert tag_of(lambda name=name: run.call(name)) == "session-unknown"
    assert tag_of(lambda: run.call("sign_forfeit", input_index=0)) == "session-unknown"


def test_refuses_other_aggregate_nonces_after_signing() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_tree()
    run.feed_branch()
    run.sign_tree()
    other = list(reversed(run.aggregates))
    action = lambda: run.call("sign_tree", agg_nonces=other)  # noqa: E731
    assert_refused(device, action, "nonce-spent")
    refresh(device).all()


@pytest.mark.parametrize(
    ("change", "tag"),
    [
        (lambda nonces: nonces[:-1], "nonce-count"),
        (lambda nonces: nonces + nonces[:1], "nonce-count"),
        (lambda nonces: [b"\x02" + b"\xff" * 65] + nonces[1:], "musig-aggnonce"),
    ],
)
def test_refuses_aggregate_nonces_that_do_not_fit(change, tag: str) -> None:  # type: ignore[no-untyped-def]
    device = device_with_two_vtxos()
    run = refresh(device).to_tree()
    run.feed_branch()
    nonces = run.call("get_nonces")["nonces"]
    assert run.cosigner_key is not None
    aggregates = change(run.batch.aggregate_nonces(run.cosigner_key, nonces))
    assert_refused(device, lambda: run.call("sign_tree", agg_nonces=aggregates), tag)
    refresh(device).all()


def test_aggregate_nonces_without_the_owners_lead_to_no_valid_tree() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_tree()
    run.feed_branch()
    assert run.cosigner_key is not None
    own = run.call("get_nonces")["nonces"]
    aggregates = run.batch.aggregate_nonces(run.cosigner_key, list(reversed(own)))
    partials = run.call("sign_tree", agg_nonces=aggregates)["partial_signatures"]
    run.tree_signatures = run.batch.tree_signatures(partials)
    assert_refused(device, run.feed_signatures, "tree-signature")


def test_nonces_and_cosigner_key_are_gone_after_a_refusal() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_tree()
    run.feed_branch()
    run.call("get_nonces")
    session = device.device.batch
    secret, signers = session.cosigner_secret, session.signing.signers
    scalars = [nonce._scalars for signer in signers for nonce in signer._secnonces]
    assert any(secret) and all(any(one) for one in scalars)
    tag_of(lambda: run.call("sign_tree", agg_nonces=[bytes(66)]))
    assert not any(secret)
    assert not any(any(one) for one in scalars)
    assert session.signing is None and session.branch is None


def test_the_cosigner_key_is_gone_once_the_tree_is_signed() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_tree()
    run.feed_branch()
    secret = device.device.batch.cosigner_secret
    assert any(secret)
    run.sign_tree()
    assert not any(secret) and not device.device.batch.signing.signers


def test_nonces_do_not_survive_a_restart() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_tree()
    run.feed_branch()
    nonces = run.call("get_nonces")["nonces"]
    assert run.cosigner_key is not None
    aggregates = run.batch.aggregate_nonces(run.cosigner_key, nonces)
    device.restart()
    action = lambda: run.call("sign_tree", agg_nonces=aggregates)  # noqa: E731
    assert tag_of(action) == "session-unknown"
    refresh(device).all()


def test_refuses_a_missing_connector_before_any_forfeit() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_exit_path()
    run.connect_one(0, run.batch.connectors[0])
    assert tag_of(lambda: run.call("sign_forfeit", input_index=0)) == "connector-missing"
    run.connect_one(1, run.batch.connectors[1])
    run.give()


def test_refuses_a_connector_for_an_input_that_has_none() -> None:
    device = LocalDevice()
    coin = boarding_input("first", 50_000)
    Run(device, [coin], [own_vtxo(49_000, 1)]).all()
    inputs = [vtxo_input(live(device)[0]), boarding_input("second", 10_000)]
    for index in (1, 5):
        run = Run(device, inputs, [own_vtxo(58_000, 2)]).to_exit_path()
        action = lambda run=run, index=index: run.connect_one(  # noqa: E731
            index, run.batch.connectors[0]
        )
        assert_refused(device, action, "batch-input")


def test_refuses_two_connectors_for_one_input() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_exit_path()
    run.connect_one(0, run.batch.connectors[0])
    action = lambda: run.connect_one(0, run.batch.connectors[1])  # noqa: E731
    assert_refused(device, action, "connector-reused")


def test_an_abort_before_the_forfeits_leaves_the_vtxos_live() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_exit_path()
    run.connect()
    run.call("abort_batch")
    assert len(live(device)) == 2
    refresh(device).all()


def test_refuses_an_abort_once_a_forfeit_is_in_the_world() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).to_exit_path()
    run.connect()
    run.give()
    assert tag_of(lambda: run.call("abort_batch")) == "state-wrong"
    run.call("close_batch")


def test_the_ledger_knows_a_forfeit_before_the_host_has_it() -> None:
    device = device_with_two_vtxos()
    before = live(device)
    run = refresh(device).to_exit_path()
    run.connect()
    run.call("sign_forfeit", input_index=0)
    device.restart()
    assert not [item for item in live(device) if item in before], "both are pledged at once"
    again = Run(device, [vtxo_input(before[1])], [own_vtxo(19_000, 1)])
    assert_refused(device, again.open, "vtxo-single-purpose")


def boarding_run(device: LocalDevice) -> Run:
    coin = boarding_input("second", INPUT_SAT + 500)
    return Run(device, [coin], [own_vtxo(INPUT_SAT, 4)]).open()


def test_refuses_to_board_into_a_commitment_that_creates_money() -> None:
    device = device_with_two_vtxos()
    run = boarding_run(device)
    outputs = run.batch.commitment.outputs
    outputs[-1] = TxOut(outputs[-1].amount_sat + 10_000_000, outputs[-1].script)
    run.announce()
    assert_refused(device, run.feed_commitment, "commitment-amount")
    refresh(device).all()


def test_refuses_to_board_without_what_the_other_inputs_spend() -> None:
    device = device_with_two_vtxos()
    run = boarding_run(device)
    run.announce()
    bare = [{"outpoint": i.outpoint, "sequence": i.sequence} for i in run.batch.commitment.inputs]
    action = lambda: run.call("feed_commitment_inputs", inputs=bare)  # noqa: E731
    assert_refused(device, action, "commitment-prevout")
    refresh(device).all()


def test_refuses_prevouts_that_nothing_would_show_to_be_false() -> None:
    device = device_with_two_vtxos()
    run = refresh(device).open()
    run.announce()
    told = [
        {"outpoint": i.outpoint, "sequence": i.sequence, **fact}
        for i, fact in zip(run.batch.commitment.inputs, facts(run.batch.prevouts), strict=True)
    ]
    action = lambda: run.call("feed_commitment_inputs", inputs=told)  # noqa: E731
    assert_refused(device, action, "commitment-prevout")
    refresh(device).all()
