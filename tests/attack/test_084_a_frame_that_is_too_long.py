"""Row 84: a frame announces more bytes than may be sent."""

import struct
from binascii import crc32

from wire import frame

from tests.attack.scaffold import Lab, Row
from tests.device.bare import next_frame

ROW = Row(
    84,
    "H",
    "a frame announces more bytes than may be sent",
    "E_LENGTH",
    "frame-length",
)


def test_refuses_a_frame_that_is_too_long(lab: Lab) -> None:
    head = frame.MAGIC + struct.pack("<BBHH", frame.REQUEST, 0, 7, 0xFFFF)
    with lab.bare_link() as link:
        port = link._require_open()
        port.write(head + struct.pack("<H", crc32(head) & 0xFFFF) + bytes(20))
        error = next_frame(link, (frame.LINK_ERROR,))
        assert ROW.tag.encode() in error.body
    lab.assert_works()
