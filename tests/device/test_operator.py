"""An operator is enrolled once, on the screen, whole, and nothing changes it silently (I6, I4).

The terms that are refused are those under which an owner could not leave in time.
"""

from typing import Any

import coincurve
import pytest
from embit import hashes
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser

from tests.device.owner import MAINNET, OPERATOR, WORDS, enroll, refusal, restore

MAINNET_TERMS = {
    "unilateral_exit_delay": 86_016,
    "boarding_exit_delay": 7_775_744,
    "checkpoint_exit_delay": 86_016,
    "min_batch_expiry": 604_672,
}
STRANGER = coincurve.PrivateKey(b"\x33" * 32).public_key.format()


def test_enrolled_operator_is_returned_as_it_was_shown(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    assert refusal(wallet.get_operator) == "operator-missing"
    ident = enroll(emulator, wallet)
    assert wallet.get_operator() == {**OPERATOR, "operator_id": ident}
    assert wallet.get_status()["operator_id"] == ident


def test_screen_shows_both_keys_whole_and_every_term(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    with Presser(emulator) as owner:
        wallet.enroll_operator(**OPERATOR)
    text = "".join("".join(lines[1:-1]) for lines in owner.seen).replace(" ", "")
    for key in ("signer_key", "forfeit_key"):
        assert OPERATOR[key].hex() in text
    for shown in ("Testoperator", "regtest", "512s", "1024s", "10blocks", "20blocks", "330sat"):
        assert shown in text


def test_nothing_is_pinned_when_the_owner_says_no(emulator: Emulator, wallet: DeviceClient) -> None:
    with Presser(emulator, [("5/5", "no"), ("", "yes")]):
        assert refusal(wallet.enroll_operator, **OPERATOR) == "user-refused"
    assert refusal(wallet.get_operator) == "operator-missing"


def test_operator_survives_a_restart(emulator: Emulator, wallet: DeviceClient) -> None:
    ident = enroll(emulator, wallet)
    emulator.restart()
    wallet.connect()
    assert wallet.get_operator() == {**OPERATOR, "operator_id": ident}


def test_another_operator_replaces_the_pinned_one_only_after_a_loud_question(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    enroll(emulator, wallet)
    other = {**OPERATOR, "signer_key": STRANGER}
    with Presser(emulator, [("REPLACE OPERATOR", "no")]) as owner:
        assert refusal(wallet.enroll_operator, **other) == "user-refused"
    assert owner.seen and wallet.get_operator()["signer_key"] == OPERATOR["signer_key"]
    ident = enroll(emulator, wallet, signer_key=STRANGER)
    assert wallet.get_operator()["signer_key"] == STRANGER
    emulator.restart()
    wallet.connect()
    assert wallet.get_operator()["operator_id"] == ident


def test_the_same_operator_again_asks_nobody(emulator: Emulator, wallet: DeviceClient) -> None:
    ident = enroll(emulator, wallet)
    with Presser(emulator, [("", "no")]) as owner:
        assert wallet.enroll_operator(**OPERATOR)["operator_id"] == ident
    assert not owner.seen


def test_any_changed_term_makes_another_operator(emulator: Emulator, wallet: DeviceClient) -> None:
    idents = {enroll(emulator, wallet)}
    for change in ({"dust_sat": 331}, {"boarding_exit_delay": 2048}, {"name": "Other"}):
        idents.add(enroll(emulator, wallet, **change))
    assert len(idents) == 4


def test_a_ninth_operator_is_refused(emulator: Emulator, wallet: DeviceClient) -> None:
    for number in range(8):
        enroll(emulator, wallet, dust_sat=400 + number)
    with Presser(emulator):
        assert refusal(wallet.enroll_operator, **OPERATOR) == "operator-limit"
    assert wallet.get_operator()["dust_sat"] == 407
    enroll(emulator, wallet, dust_sat=400)
    assert wallet.get_operator()["dust_sat"] == 400


@pytest.mark.parametrize(
    ("changes", "tag"),
    [
        ({"forfeit_script": b"\x00\x14" + bytes(20)}, "operator-forfeit-script"),
        ({"forfeit_key": STRANGER}, "operator-forfeit-script"),
        ({"signer_key": b"\x02" + b"\xff" * 32}, "operator-key"),
        ({"signer_key": b"\x04" + bytes(32)}, "operator-key"),
        ({"boarding_exit_delay": 512}, "operator-delays-equal"),
        ({"unilateral_exit_delay": 0}, "delay-range"),
        ({"unilateral_exit_delay": 513}, "delay-granularity"),
        ({"boarding_exit_delay": 33_554_432}, "delay-range"),
        ({"unilateral_exit_delay": 7_776_256}, "operator-delay-range"),
        ({"boarding_exit_delay": 31_622_656}, "operator-delay-range"),
        ({"min_batch_expiry": 9}, "operator-delay-range"),
        ({"checkpoint_exit_delay": 1}, "operator-delay-range"),
        ({"dust_sat": 0}, "operator-dust"),
        ({"dust_sat": 10_001}, "operator-dust"),
    ],
)
def test_terms_that_harm_the_owner_never_reach_the_screen(
    emulator: Emulator, wallet: DeviceClient, changes: dict[str, Any], tag: str
) -> None:
    with Presser(emulator) as owner:
        assert refusal(wallet.enroll_operator, **{**OPERATOR, **changes}) == tag
    assert not owner.seen
    assert refusal(wallet.get_operator) == "operator-missing"


def test_a_forfeit_script_of_another_kind_is_refused(wallet: DeviceClient) -> None:
    taproot = b"\x51\x20" + OPERATOR["forfeit_key"][1:]
    nested = b"\x00\x14" + hashes.hash160(b"\x00\x14" + OPERATOR["forfeit_script"][2:])
    for script in (taproot, nested):
        tag = refusal(wallet.enroll_operator, **{**OPERATOR, "forfeit_script": script})
        assert tag == "operator-forfeit-script"


def test_mainnet_has_higher_floors_and_no_delays_in_blocks(
    emulator: Emulator, client: DeviceClient
) -> None:
    restore(emulator, client, WORDS, MAINNET)
    terms = {**OPERATOR, **MAINNET_TERMS}
    for change, tag in (
        ({"min_batch_expiry": 144}, "operator-delay-blocks"),
        ({"unilateral_exit_delay": 144}, "operator-delay-blocks"),
        ({"min_batch_expiry": 86_016}, "operator-delay-range"),
        ({"checkpoint_exit_delay": 85_504}, "operator-delay-range"),
    ):
        assert refusal(client.enroll_operator, **{**terms, **change}) == tag
    enroll(emulator, client, **MAINNET_TERMS)
    assert client.get_operator()["min_batch_expiry"] == 604_672
