"""Row 77: a payment goes elsewhere than the host's text says."""

from arkcore.address import segwit_address
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT

ROW = Row(
    77,
    "H",
    "a payment goes elsewhere than the host's text says",
    "screen",
    "user-refused",
)


def test_a_payment_shows_its_whole_destination(lab: Lab) -> None:
    script = b"\x00\x14" + bytes(range(20))
    output = {"kind": terms.OUTPUT_FOREIGN_ONCHAIN, "amount_sat": OUTPUT_SAT, "script": script}
    with lab.owner(("HIGH FEE", "no"), ("", "yes")) as owner:
        lab.refuses(ROW, lambda: lab.open_intent(outputs=[output]))
    shown = "".join("".join(lines[1:-1]) for lines in owner.seen).replace(" ", "")
    assert segwit_address("bcrt", script) in shown
