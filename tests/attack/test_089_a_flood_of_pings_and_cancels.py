"""Row 89: pings and cancels flood the line to starve the device."""

from stanchion.device import messages
from wire import frame

from tests.attack.scaffold import HARMLESS, Lab, Row

ROW = Row(
    89,
    "H",
    "pings and cancels flood the line to starve the device",
    "rate",
    HARMLESS,
)


def test_a_flood_of_pings_and_cancels_does_no_harm(lab: Lab) -> None:
    with lab.bare_link() as link:
        for number in range(300):
            link.send(frame.PING, b"flood")
            link.send(frame.CANCEL, messages.encode_cancel(number))
    lab.assert_works()
