"""Row 144: a request is sent again with another content."""

from wire import frame, terms

from tests.attack.scaffold import Lab, Row, request
from tests.device.bare import reply

ROW = Row(
    144,
    "H",
    "a request is sent again with another content",
    "request-replayed",
    "request-replayed",
)


def test_refuses_a_replayed_request(lab: Lab) -> None:
    address = {"kind": terms.ADDRESS_VTXO, "index": 1, "show": False}
    with lab.bare_link() as link:
        assert 1 in reply(link, link.send(frame.REQUEST, request(2, "get_address", address)))
        changed = request(2, "get_address", {**address, "index": 2})
        assert reply(link, link.send(frame.REQUEST, changed))[2][1] == ROW.tag
    lab.assert_works()
