"""What the owner reads is what is signed: no trick with characters, digits or breaks (I6)."""

from signer import text


def test_characters_that_could_mislead_are_shown_as_question_marks() -> None:
    for tricky in ("a\nb", "a\tb", "a\u202eb", "\u0430b", "a\x7fb", "a\x00b", "\xe9b"):
        cleaned = text.clean(tricky)
        assert "?" in cleaned and len(cleaned) == len(tricky), tricky
    assert text.clean("plain ASCII ~!") == "plain ASCII ~!"


def test_an_address_is_split_into_groups_of_four_and_nothing_is_lost() -> None:
    address = (
        "tark1qqellv77udfmr20tun8dvju5vgudpf9vxe8jwhthrkn26fz96pawqfdy8nk05rsmrf8h94j26905e7n6sng8"
    )
    lines = text.groups(address)
    assert "".join(lines).replace(" ", "") == address
    assert all(len(line) <= text.WIDTH for line in lines)
    assert lines[0] == "tark 1qqe llv7 7udf"


def test_amounts_are_shown_in_sat_and_in_btc() -> None:
    cases = (
        (0, "0 sat", "0.00000000 BTC"),
        (1, "1 sat", "0.00000001 BTC"),
        (999, "999 sat", "0.00000999 BTC"),
        (1_000, "1 000 sat", "0.00001000 BTC"),
        (123_456_789, "123 456 789 sat", "1.23456789 BTC"),
        (2_100_000_000_000_000, "2100000000000000 sat", "21000000.00000000 BTC"),
    )
    for amount_sat, in_sat, in_btc in cases:
        assert text.amount(amount_sat) == [in_sat, in_btc]


def test_long_text_is_wrapped_at_spaces_or_cut() -> None:
    assert text.wrap("short") == ["short"]
    name = "a name that is too long for a line"
    assert text.wrap(name) == ["a name that is too", "long for a line"]
    assert text.wrap("x" * 50) == ["x" * 21, "x" * 21, "x" * 8]
    for line in text.wrap("many words and averyveryverylongwordinbetween of it"):
        assert len(line) <= text.WIDTH


def test_pages_hold_six_lines() -> None:
    lines = [str(number) for number in range(13)]
    assert [len(page) for page in text.pages(lines)] == [6, 6, 1]
