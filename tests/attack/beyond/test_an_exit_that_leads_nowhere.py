"""A press on "leave alone" cannot lock the coin that was given before (invariants I5, I10).

A batch that never confirms makes a VTXO that does not exist. If the owner leaves with it, the coin
that was given must still be his to take back: it is the only one on chain.
"""

import pytest
from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.owner import Run, boarding_input, ledger_of, live, own_vtxo, vtxo_input


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    return local


@pytest.mark.parametrize("is_claimed", [False, True])
def test_the_old_coin_is_taken_back_although_the_new_one_is_leaving(
    device: LocalDevice, is_claimed: bool
) -> None:
    old = live(device)[0]
    (new,) = Run(device, [vtxo_input(old)], [own_vtxo(49_800, 6)]).all()
    device.answer("yes", "yes", "yes")
    device.call("start_exit", outpoint=new)
    left = terms.VTXO_EXITING
    if is_claimed:
        coin = vtxo_input(ledger_of(device)[1])
        device.call("sign_claim", **coin, destination_index=1, fee_sat=300)
        left = terms.VTXO_EXITED
    device.call("release_vtxo", outpoint=old["outpoint"])
    states = [item["state"] for item in ledger_of(device)]
    assert states == [terms.VTXO_LIVE, left], "what is leaving goes on, if it exists"
    device.call("start_exit", outpoint=old["outpoint"])
    device.restart()
    assert [item["state"] for item in ledger_of(device)] == [terms.VTXO_EXITING, left]
