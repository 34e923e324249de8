"""Row 49: a hash of 32 bytes is to be signed."""

from wire import cbor

from tests.attack.scaffold import Lab, Row

ROW = Row(
    49,
    "H",
    "a hash of 32 bytes is to be signed",
    "E_METHOD",
    "method-unknown",
)


def test_no_command_signs_a_hash(lab: Lab) -> None:
    lab.refuses_bytes(ROW, cbor.encode({0: 2, 1: 99, 2: {0: bytes(range(32))}}))
