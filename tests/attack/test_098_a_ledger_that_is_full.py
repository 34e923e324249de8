"""Row 98: batches are made until the ledger has no room."""

from stanchion.device.errors import DeviceRefused

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import Run, boarding_input, live, own_vtxo
from tests.batch.refusal import tag_of

ROW = Row(
    98,
    "C",
    "batches are made until the ledger has no room",
    "store-full",
    "ledger-full",
)


def test_a_full_ledger_forgets_no_live_vtxo_and_leaves_room_to_work(lab: Lab) -> None:
    many = [own_vtxo(1_000, 4)] * 16
    number, refused = 0, ""
    while not refused:
        number += 1
        held = len(live(lab))
        run = Run(lab, [boarding_input(f"crowd {number}", 16_500)], many)
        refused = tag_of(run.all, DeviceRefused)
    lab.refuses(ROW, run.open, run=run)
    assert len(live(lab)) == held == 2 + (number - 1) * 16 > 32
    coin = {**boarding_input("unused", 20_000), "destination_index": 1, "fee_sat": 300}
    lab.call("sign_claim", **coin)
    left_sat = lab.coins()[0]["amount_sat"] - 1
    large = Run(lab, lab.coins()[:1], [own_vtxo(left_sat, 3)], others=127)
    assert len(large.all()) == 1 and len(live(lab)) == held
