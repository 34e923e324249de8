"""Row 80: a second request comes while the screen asks about the first."""

from wire import frame, terms

from tests.attack.scaffold import Lab, Row, request
from tests.device.bare import reply

ROW = Row(
    80,
    "H",
    "a second request comes while the screen asks about the first",
    "E_BUSY",
    "busy",
)


def test_refuses_a_second_request_while_the_screen_asks(lab: Lab) -> None:
    show = {"kind": terms.ADDRESS_ONCHAIN, "index": 0, "show": True}
    with lab.bare_link() as link:
        waiting = link.send(frame.REQUEST, request(2, "get_address", show))
        shown = lab.machine.wait_screen("On-chain address")
        second = link.send(frame.REQUEST, request(3, "get_operator", {}))
        assert reply(link, second)[2][1] == ROW.tag
        assert lab.machine.screen() == shown
        lab.machine.press("no")
        assert reply(link, waiting)[2][1] == "user-refused"
    lab.assert_works()
