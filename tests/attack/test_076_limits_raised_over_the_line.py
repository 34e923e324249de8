"""Row 76: limits are to be raised by a message."""

from wire import cbor, frame
from wire.methods import METHODS

from tests.attack.scaffold import Lab, Row
from tests.device.bare import reply

ROW = Row(
    76,
    "H",
    "limits are to be raised by a message",
    "E_NOT_ALLOWED",
    "method-unknown",
)


def test_no_command_raises_a_limit(lab: Lab) -> None:
    known = {method.code for method in METHODS}
    with lab.bare_link() as link:
        for number, code in enumerate(set(range(256)) - known):
            body = cbor.encode({0: number + 2, 1: code, 2: {}})
            assert reply(link, link.send(frame.REQUEST, body))[2][1] == ROW.tag
    lab.assert_works()
