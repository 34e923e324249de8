"""A VTXO whose batch may still be undone is never forgotten (invariant I5).

Its record is the only way back on the device when the commitment transaction never confirms. Claims
of boarding outputs need no button and can be made up, so that a host can fill the ledger with them.
"""

import pytest
from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.owner import (
    Run,
    boarding_input,
    ledger_of,
    live,
    own_onchain,
    own_vtxo,
    vtxo_input,
)


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    return local


def flood(device: LocalDevice) -> None:
    for number in range(140):
        coin = {**boarding_input(f"flood {number}", 20_000), "destination_index": 1}
        device.call("sign_claim", fee_sat=300, **coin)


def released(device: LocalDevice, point: bytes) -> int:
    device.answer("yes")
    device.call("release_vtxo", outpoint=point)
    states = {item["outpoint"]: item["state"] for item in ledger_of(device)}
    return int(states[point])


def test_a_vtxo_given_for_an_onchain_output_can_be_taken_back(device: LocalDevice) -> None:
    old = live(device)[0]
    Run(device, [vtxo_input(old)], [own_onchain(49_000, 3)]).all()
    flood(device)
    assert released(device, old["outpoint"]) == terms.VTXO_LIVE


def test_a_pledge_does_not_forget_the_coin_that_it_gives(device: LocalDevice) -> None:
    old = live(device)[0]
    flood(device)
    outputs = [own_vtxo(10_000, 6), own_vtxo(10_000, 7), own_vtxo(29_800, 8)]
    Run(device, [vtxo_input(old)], outputs).all()
    assert released(device, old["outpoint"]) == terms.VTXO_LIVE
    device.restart()
    assert [item["outpoint"] for item in live(device)] == [old["outpoint"]]


def test_a_full_ledger_remembers_a_given_coin_whose_successor_is_leaving(
    device: LocalDevice,
) -> None:
    old = live(device)[0]
    (new,) = Run(device, [vtxo_input(old)], [own_vtxo(49_800, 6)]).all()
    device.answer("yes")
    device.call("start_exit", outpoint=new)
    coin = next(item for item in ledger_of(device) if item["outpoint"] == new)
    device.call("sign_claim", **vtxo_input(coin), destination_index=1, fee_sat=300)
    flood(device)
    assert released(device, old["outpoint"]) == terms.VTXO_LIVE
