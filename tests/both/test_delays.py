"""A delay means the same to us, to the operator and to consensus (BIP-68, BIP-112).

Examples: the script bytes of spec/arkade.md 2.3; the operator's threshold of 512.
"""

from arkcore import delays
from arkcore.closures import csv_multisig

from tests.both.helpers import refusal

KEY = bytes(range(32))


def test_delays_have_the_script_bytes_of_the_protocol() -> None:
    for sequence, script in [
        (delays.blocks(16), "60b275"),
        (delays.blocks(17), "0111b275"),
        (delays.blocks(144), "029000b275"),
        (delays.seconds(512), "03010040b275"),
        (delays.seconds(86016), "03a80040b275"),
        (delays.seconds(604672), "039d0440b275"),
    ]:
        assert csv_multisig(sequence, [KEY]).script.hex().startswith(script), script


def test_operator_values_below_512_are_blocks_and_seconds_from_there() -> None:
    assert delays.decode(delays.from_operator_value(1)) == ("blocks", 1)
    assert delays.decode(delays.from_operator_value(511)) == ("blocks", 511)
    assert delays.decode(delays.from_operator_value(512)) == ("seconds", 512)
    assert delays.decode(delays.from_operator_value(86016)) == ("seconds", 86016)


def test_refuses_seconds_that_are_no_multiple_of_512() -> None:
    assert refusal(delays.seconds, 513) == "delay-granularity"
    assert refusal(delays.from_operator_value, 86400) == "delay-granularity"


def test_refuses_delays_that_no_sequence_number_can_express() -> None:
    assert refusal(delays.blocks, 65536) == "delay-range"
    assert refusal(delays.blocks, -1) == "delay-range"
    assert refusal(delays.seconds, 65536 * 512) == "delay-range"
    assert refusal(delays.from_operator_value, 0) == "delay-range"
    assert refusal(delays.decode, 1 << 32) == "delay-range"
    assert delays.decode(delays.blocks(65535)) == ("blocks", 65535)
    assert delays.decode(delays.seconds(65535 * 512)) == ("seconds", 33553920)


def test_a_delay_of_zero_can_be_written() -> None:
    assert delays.decode(delays.blocks(0)) == ("blocks", 0)
    assert delays.decode(delays.seconds(0)) == ("seconds", 0)
    assert delays.decode(0) == ("blocks", 0)


def test_refuses_a_sequence_with_its_lock_switched_off() -> None:
    assert refusal(delays.decode, 0x80000010) == "delay-disabled"
    assert refusal(delays.decode, 0xFFFFFFFF) == "delay-disabled"
    assert refusal(csv_multisig, 0xFFFFFFFE, [KEY]) == "delay-disabled"


def test_refuses_bits_without_meaning_in_a_script_but_reads_them_as_consensus_does() -> None:
    assert delays.decode(0x00010090) == ("blocks", 144)
    assert refusal(delays.check_canonical, 0x00010090) == "delay-bits"
    assert refusal(csv_multisig, 0x00010090, [KEY]) == "delay-bits"
