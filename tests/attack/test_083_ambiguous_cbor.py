"""Row 83: messages have duplicate keys, open lengths or huge counts."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    83,
    "H",
    "messages have duplicate keys, open lengths or huge counts",
    "E_ENCODING",
    "cbor-encoding",
)


def test_refuses_messages_that_can_be_read_in_two_ways(lab: Lab) -> None:
    twice, open_end, count = "a3000200020107", "bf0002ff", "9bffffffffffffffff"
    for text in (twice, open_end, count, "a3000201180202a0", "5affffffff"):
        lab.refuses_bytes(ROW, bytes.fromhex(text))
