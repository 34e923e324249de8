"""Pushes and numbers have one form, the shortest (spec/arkade.md 2.1)."""

from arkcore import pushes

from tests.both.helpers import refusal

NUMBERS = [
    (0, ""), (1, "01"), (-1, "81"), (127, "7f"), (-127, "ff"), (128, "8000"), (-128, "8080"),
    (255, "ff00"), (256, "0001"), (32767, "ff7f"), (32768, "008000"), (0x400090, "900040"),
    (0x7FFFFFFF, "ffffff7f"), (0x80000000, "0000008000"), (0xFFFFFFFF, "ffffffff00"),
]  # fmt: skip


def test_numbers_have_their_shortest_form() -> None:
    for value, text in NUMBERS:
        assert pushes.encode_number(value).hex() == text, value
        assert pushes.decode_number(bytes.fromhex(text)) == value, value


def test_refuses_padded_and_oversized_numbers() -> None:
    for text in ("00", "80", "0100", "0180", "ff0000", "7f80", "000000000000"):
        assert refusal(pushes.decode_number, bytes.fromhex(text)) == "closure-number", text
    assert refusal(pushes.decode_number, bytes(4) + b"\x01", 4) == "closure-number"


def test_small_numbers_are_opcodes() -> None:
    for value, text in [(0, "00"), (-1, "4f"), (1, "51"), (16, "60"), (17, "0111"), (-2, "0182")]:
        script = pushes.push_number(value)
        assert script.hex() == text, value
        assert pushes.pushed_number(pushes.read_ops(script)[0]) == value, value
    for text in ("0101", "0110", "0181"):
        op = pushes.read_ops(bytes.fromhex(text))[0]
        assert refusal(pushes.pushed_number, op) == "closure-number", text
    assert refusal(pushes.pushed_number, pushes.read_ops(b"\xac")[0]) == "closure-shape"


def test_each_size_of_data_has_its_opcode() -> None:
    for size, head in [
        (0, "00"), (1, "01"), (75, "4b"), (76, "4c4c"), (255, "4cff"), (256, "4d0001"),
        (65535, "4dffff"),
    ]:  # fmt: skip
        script = pushes.push_data(bytes(size))
        assert script == bytes.fromhex(head) + bytes(size), size
        op = pushes.read_ops(script + b"\xac")[0]
        assert op.data == bytes(size) and op.start == 0 and op.end == len(script), size
    assert refusal(pushes.push_data, bytes(65536)) == "closure-push"


def test_refuses_every_longer_push() -> None:
    for text in ("4c0101", "4d010001", "4e0100000001", "4c4b" + "00" * 75, "4dff00" + "00" * 255):
        assert refusal(pushes.read_ops, bytes.fromhex(text)) == "closure-push", text
    assert refusal(pushes.read_ops, b"\x4e\x00\x00\x01\x00" + bytes(65536)) == "closure-push"


def test_refuses_pushes_that_are_cut_off() -> None:
    for text in ("01", "4b00", "4c", "4c4c00", "4d", "4d00", "4e000000", "4effffffff00"):
        assert refusal(pushes.read_ops, bytes.fromhex(text)) == "closure-push", text


def test_success_codes_are_those_of_bip342() -> None:
    named = [80, 98] + list(range(126, 130)) + list(range(131, 135)) + [137, 138, 141, 142]
    named += list(range(149, 154)) + list(range(187, 255))
    assert [code for code in range(256) if pushes.is_success(code)] == named
