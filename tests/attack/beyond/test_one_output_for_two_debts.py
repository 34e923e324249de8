"""One on-chain output settles one debt, also over two sessions (invariant I1).

Outputs in the tree are bound to their session by its fresh cosigner key; those on chain are not.
"""

import pytest
from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.operator import Batch
from tests.batch.owner import Run, boarding_input, live, own_onchain, own_vtxo, vtxo_input
from tests.batch.refusal import assert_refused

SHOP = b"\x00\x14" + bytes(range(20))


@pytest.fixture
def device() -> LocalDevice:
    """Two live VTXOs of 49 900 sat."""
    local = LocalDevice()
    outputs = [own_vtxo(49_900, 5), own_vtxo(49_900, 6)]
    Run(local, [boarding_input("first", 100_000)], outputs).all()
    return local


def shown(run: Run, batch: Batch) -> Run:
    """`run` goes on with the commitment transaction and the connectors of `batch`."""
    run.batch.commitment, run.batch.prevouts = batch.commitment, batch.prevouts
    run.batch.connectors = batch.connectors
    return run


def leaves(device: LocalDevice, position: int, index: int = 3) -> Run:
    return Run(device, [vtxo_input(live(device)[position])], [own_onchain(49_000, index)])


def flood(device: LocalDevice) -> None:
    claim = {"destination_index": 1, "fee_sat": 300}
    for number in range(140):
        device.call("sign_claim", **boarding_input(f"flood {number}", 20_000), **claim)


def test_refuses_a_second_vtxo_for_the_key_of_an_output_that_another_one_was_given_for(
    device: LocalDevice,
) -> None:
    leaves(device, 0).all()
    assert_refused(device, leaves(device, 0).open, "onchain-index")
    device.restart()
    flood(device)
    assert_refused(device, leaves(device, 0).open, "onchain-index")
    assert_refused(device, leaves(device, 0, 2).open, "onchain-index")
    leaves(device, 0, 4).all()


def test_refuses_an_output_of_a_batch_that_the_ledger_has_forgotten(device: LocalDevice) -> None:
    first = Run(device, [vtxo_input(live(device)[0])], [own_vtxo(900, 1), own_onchain(49_000, 3)])
    first.all()
    for _ in range(3):
        coin = next(item for item in live(device) if item["amount_sat"] == 900)
        Run(device, [vtxo_input(coin)], [own_vtxo(900, 1)]).all()
        flood(device)
    assert_refused(device, leaves(device, 0).open, "onchain-index")


def test_refuses_a_key_so_far_ahead_that_none_would_be_left(device: LocalDevice) -> None:
    assert_refused(device, leaves(device, 0, 99_999).open, "onchain-index")


def test_refuses_a_batch_that_a_foreign_payment_was_counted_in(device: LocalDevice) -> None:
    shop = {"kind": terms.OUTPUT_FOREIGN_ONCHAIN, "amount_sat": 49_000, "script": SHOP}
    device.answer("yes", "yes")
    first = Run(device, [vtxo_input(live(device)[0])], [shop])
    first.all()
    second = shown(Run(device, [vtxo_input(live(device)[0])], [shop]).open(), first.batch)
    second.announce()
    assert_refused(device, second.feed_commitment, "batch-known")
    assert len(live(device)) == 1


def test_a_batch_that_was_released_may_be_shown_again(device: LocalDevice) -> None:
    shop = {"kind": terms.OUTPUT_FOREIGN_ONCHAIN, "amount_sat": 49_000, "script": SHOP}
    device.answer("yes", "yes", "yes")
    first = Run(device, [vtxo_input(live(device)[0])], [shop])
    first.all()
    device.call("release_vtxo", outpoint=first.inputs[0]["outpoint"])
    again = shown(Run(device, first.inputs, first.outputs).open(), first.batch)
    again.announce()
    again.feed_commitment()
    again.finish()
    assert [item["state"] for item in device.call("list_vtxos", start=0)["items"]] == [
        terms.VTXO_FORFEITED,
        terms.VTXO_LIVE,
    ]
