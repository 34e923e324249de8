"""Row 75: many refreshes each pay a fee within the limit."""

from stanchion.device.errors import DeviceRefused

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import Run, own_vtxo
from tests.batch.refusal import tag_of

ROW = Row(
    75,
    "H",
    "many refreshes each pay a fee within the limit",
    "velocity-fee",
    "user-refused",
)


def test_many_small_fees_add_up_until_the_owner_is_asked(lab: Lab) -> None:
    lab.board("drained", 100_000).all()
    refused = False
    with lab.owner(("", "no")) as owner:
        for _ in range(12):
            coin = max(lab.coins(), key=lambda one: one["amount_sat"])
            run = Run(lab, [coin], [own_vtxo(coin["amount_sat"] - 5_000, 4)])
            refused = tag_of(run.open, DeviceRefused) == ROW.tag
            if refused:
                break
            run.announce()
            run.feed_commitment()
            run.after_commitment()
            run.finish()
        lab.refuses(ROW, run.open, run=run)
    assert refused and any("FEES ADD UP" in line for lines in owner.seen for line in lines)
