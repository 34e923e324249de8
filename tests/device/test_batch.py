"""Whole batches over a real serial line, on real MicroPython (invariants I1 to I6, I8).

The honest run boards and refreshes; each fraud of `tests.batch.frauds` is refused with its tag, no
forfeit emitted, the ledger unchanged, and an honest batch passes afterwards. One device serves the
whole module, as one does in life. Heap figures are those of `get_status`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stanchion.device.client import DeviceClient
from stanchion.device.errors import DeviceRefused
from stanchion.emulator import Emulator, Presser
from wire import terms

from tests.batch.frauds import FRAUDS, INPUT_SAT, OUTPUT_SAT, Fraud, spoiled_refresh
from tests.batch.leaving import cpfp
from tests.batch.operator import enrolment
from tests.batch.owner import Run, boarding_input, live, own_vtxo, vtxo_input
from tests.batch.refusal import assert_refused, tag_of
from tests.device.owner import WORDS, restore

FRAME_BYTES = 4_200


@pytest.fixture(scope="module")
def machine(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    flash = tmp_path_factory.mktemp("batch") / "flash.bin"
    with Emulator(bundle, flash) as emulator:
        yield emulator
        assert "Traceback" not in emulator.log(), emulator.log()


@pytest.fixture(scope="module")
def device(machine: Emulator) -> Iterator[DeviceClient]:
    """A wallet with the tests' operator and two live VTXOs."""
    with DeviceClient(machine.port) as client:
        restore(machine, client, WORDS)
        with Presser(machine):
            client.call("enroll_operator", **enrolment())
        coin = boarding_input("first", 2 * INPUT_SAT + 500)
        Run(client, [coin], [own_vtxo(INPUT_SAT, 1), own_vtxo(INPUT_SAT, 2)]).all()
        yield client


def refresh(client: DeviceClient) -> Run:
    """The two live VTXOs into two equal ones of one key; fees make them smaller each time."""
    coins = live(client)
    left_sat = min(coin["amount_sat"] for coin in coins) - 1
    return Run(
        client, [vtxo_input(coin) for coin in coins], [own_vtxo(left_sat, 3), own_vtxo(left_sat, 3)]
    )


def spoiled(client: DeviceClient, fraud: Fraud) -> Run:
    """A refresh whose amounts are those that the frauds speak of."""
    inputs = [vtxo_input(coin) for coin in live(client)]
    return Run(client, inputs, [own_vtxo(OUTPUT_SAT, 3), own_vtxo(OUTPUT_SAT, 3)])


def test_a_boarded_coin_is_refreshed(device: DeviceClient) -> None:
    before = {item["outpoint"] for item in live(device)}
    vtxos = refresh(device).all()
    after = {item["outpoint"] for item in live(device)}
    assert after == set(vtxos) and not after & before
    assert device.get_status()["session_state"] == terms.SESSION_NONE


@pytest.mark.parametrize("fraud", FRAUDS, ids=str)
def test_refuses_a_refresh_with(device: DeviceClient, fraud: Fraud) -> None:
    run = spoiled(device, fraud)
    assert_refused(device, lambda: spoiled_refresh(run, fraud), fraud.tag, DeviceRefused)
    assert run.given == [], "no forfeit left the device"


def test_an_honest_refresh_passes_after_all_of_them(device: DeviceClient) -> None:
    assert len(refresh(device).all()) == 2


def test_refuses_other_aggregate_nonces_after_signing(device: DeviceClient) -> None:
    run = refresh(device).to_tree()
    run.feed_branch()
    run.sign_tree()
    same = run.call("sign_tree", agg_nonces=run.aggregates)["partial_signatures"]
    assert same == run.partials

    def again() -> None:
        run.call("sign_tree", agg_nonces=list(reversed(run.aggregates)))

    assert_refused(device, again, "nonce-spent", DeviceRefused)


def test_a_restart_ends_the_session_and_keeps_the_ledger(
    machine: Emulator, device: DeviceClient
) -> None:
    run = refresh(device).to_tree()
    run.feed_branch()
    run.call("get_nonces")
    before = live(device)
    machine.restart()
    device.connect()
    assert tag_of(lambda: run.call("get_nonces"), DeviceRefused) == "session-unknown"
    assert live(device) == before
    assert len(refresh(device).all()) == 2


def test_refuses_the_exit_of_a_forfeited_vtxo(device: DeviceClient) -> None:
    old = live(device)[0]["outpoint"]
    refresh(device).all()
    action = lambda: device.call("start_exit", outpoint=old)  # noqa: E731
    assert_refused(device, action, "exit-not-forfeited", DeviceRefused)


def test_a_branch_under_129_cosigners_fits_into_the_heap(device: DeviceClient) -> None:
    """128 participants and the operator at the root, 8 transactions down to the owner's leaf."""
    coins = live(device)
    left_sat = min(coin["amount_sat"] for coin in coins) - 1
    outputs = [own_vtxo(left_sat, 3), own_vtxo(left_sat, 3)]
    run = Run(device, [vtxo_input(coin) for coin in coins], outputs, others=127).to_tree()
    run.feed_branch()
    assert len(run.batch.branch) == 8 and len(run.batch.branch[0].cosigners) == 129
    assert device.get_status()["largest_free"] > FRAME_BYTES
    run.sign_tree()
    assert device.get_status()["largest_free"] > FRAME_BYTES
    run.feed_signatures()
    assert len(run.finish()) == 2


def test_a_vtxo_leaves_alone_after_one_press(machine: Emulator, device: DeviceClient) -> None:
    """Last of the module: what has left takes part in no batch."""
    assert tag_of(lambda: cpfp(device), DeviceRefused) == "cpfp-no-exit"
    coin = live(device)[0]
    with Presser(machine) as owner:
        device.call("start_exit", outpoint=coin["outpoint"])
    assert any("without the operator" in line for lines in owner.seen for line in lines)
    assert len(cpfp(device)) == 1
    claim = {**vtxo_input(coin), "destination_index": 2, "fee_sat": 300}
    assert len(device.call("sign_claim", **claim)["signature"]) == 64
    run = Run(device, [vtxo_input(coin)], [own_vtxo(1_000, 1)])
    assert_refused(device, run.open, "vtxo-single-purpose", DeviceRefused)


def test_a_batch_that_never_confirms_is_released_on_the_screen(
    machine: Emulator, device: DeviceClient
) -> None:
    coin = live(device)[0]
    (point,) = Run(device, [vtxo_input(coin)], [own_vtxo(coin["amount_sat"] - 1, 3)]).all()
    with Presser(machine, [("", "no")]):
        action = lambda: device.call("release_vtxo", outpoint=coin["outpoint"])  # noqa: E731
        assert_refused(device, action, "user-refused", DeviceRefused)
    with Presser(machine):
        action()
    assert coin in live(device) and point not in [one["outpoint"] for one in live(device)]
