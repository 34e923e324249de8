"""A new VTXO that the ledger takes for another coin is paid for by nothing (invariants I1, I5).

The host knows the leaf's outpoint before the forfeit and could have it noted as a boarding output:
the old VTXO would be gone, and the new one could neither leave nor enter a batch.
"""

import pytest
from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.owner import Run, boarding_input, ledger_of, live, own_vtxo, vtxo_input
from tests.batch.refusal import tag_of


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    return local


def test_refuses_a_forfeit_when_the_new_vtxo_was_claimed_as_a_boarding_output(
    device: LocalDevice,
) -> None:
    old = live(device)[0]
    run = Run(device, [vtxo_input(old)], [own_vtxo(49_800, 6)]).to_exit_path()
    point = run.batch.nodes[-1].txid + bytes(4)
    claim = {**boarding_input("", 20_000), "outpoint": point, "destination_index": 1}
    device.call("sign_claim", fee_sat=300, **claim)
    run.connect()
    assert tag_of(run.give) == "vtxo-single-purpose"
    assert run.given == []
    assert [(item["outpoint"], item["state"]) for item in ledger_of(device)] == [
        (old["outpoint"], terms.VTXO_LIVE)
    ]
