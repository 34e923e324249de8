"""An own VTXO is large enough for the claim that takes it out (invariants I1, I10).

The device signs no claim that leaves less than dust, so a VTXO between the operator's dust and that
could enter Ark and never leave it alone. A refresh needs no button: a host could shred a wallet.
"""

from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.owner import Run, boarding_input, live, own_vtxo, vtxo_input
from tests.batch.refusal import tag_of


def test_refuses_own_vtxos_that_no_claim_could_take_out() -> None:
    device = LocalDevice()
    for amount_sat in (330, 545, 650):
        outputs = [own_vtxo(10_000, 5), own_vtxo(amount_sat, 6)]
        run = Run(device, [boarding_input("first", 10_000 + amount_sat)], outputs)
        assert tag_of(run.open) == "amount-dust"


def test_the_smallest_vtxo_can_be_claimed() -> None:
    device = LocalDevice()
    Run(device, [boarding_input("first", 1_000)], [own_vtxo(700, 5)]).all()
    coin = live(device)[0]
    device.answer("yes")
    device.call("start_exit", outpoint=coin["outpoint"])
    claim = {**vtxo_input(coin), "destination_index": 1, "fee_sat": 120}
    assert len(device.call("sign_claim", **claim)["signature"]) == 64
    assert device.call("list_vtxos", start=0)["items"][0]["state"] == terms.VTXO_EXITED
