"""Addresses are derived on the device from its own keys and the pinned operator (I4).

Compared with embit for the keys, and with arkcore on CPython (another curve library) for scripts.
"""

import pytest
from arkcore.address import decode_ark_address, segwit_address
from arkcore.delays import from_operator_value
from arkcore.scripts import VtxoScript
from coincurve import PrivateKey
from embit import bech32
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser
from wire import terms

from tests.device.owner import OPERATOR, WORDS, Call, enroll, key_at, refusal


def owner_xonly(index: int) -> bytes:
    secret = key_at(WORDS, f"m/86h/1h/1h/0/{index}")
    return PrivateKey(secret).public_key.format()[1:]


def expected_script(index: int, delay: int) -> VtxoScript:
    signer = OPERATOR["signer_key"][1:]
    return VtxoScript(owner_xonly(index), signer, from_operator_value(delay))


@pytest.mark.parametrize("index", [0, 3, 100_000])
def test_vtxo_address_holds_the_owners_key_and_the_operators(
    emulator: Emulator, wallet: DeviceClient, index: int
) -> None:
    enroll(emulator, wallet)
    derived = wallet.get_address(kind=terms.ADDRESS_VTXO, index=index, show=False)
    expected = expected_script(index, OPERATOR["unilateral_exit_delay"])
    assert derived["owner_key"] == owner_xonly(index)
    assert derived["script"] == expected.script_pubkey
    assert decode_ark_address(derived["address"]) == (
        "tark",
        OPERATOR["signer_key"][1:],
        expected.output_key,
    )


def test_boarding_address_has_the_boarding_delay(emulator: Emulator, wallet: DeviceClient) -> None:
    enroll(emulator, wallet)
    derived = wallet.get_address(kind=terms.ADDRESS_BOARDING, index=2, show=False)
    expected = expected_script(2, OPERATOR["boarding_exit_delay"])
    assert derived["script"] == expected.script_pubkey
    assert derived["address"] == segwit_address("bcrt", expected.script_pubkey)
    version, program = bech32.decode("bcrt", derived["address"])
    assert version == 1 and bytes(program) == expected.output_key


def test_another_operator_gives_other_addresses(emulator: Emulator, wallet: DeviceClient) -> None:
    enroll(emulator, wallet)
    request = {"kind": terms.ADDRESS_VTXO, "index": 0, "show": False}
    first = wallet.call("get_address", **request)
    other = PrivateKey(b"\x44" * 32).public_key.format()
    enroll(emulator, wallet, signer_key=other)
    second = wallet.call("get_address", **request)
    assert first["owner_key"] == second["owner_key"]
    assert first["address"] != second["address"]


def test_shown_address_is_on_the_screen_in_groups_of_four(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    enroll(emulator, wallet)
    with Presser(emulator, [("Ark address", "yes")]) as owner:
        address = wallet.get_address(kind=terms.ADDRESS_VTXO, index=1, show=True)["address"]
    lines = [line for page in owner.seen for line in page[1:-1] if line]
    assert "".join(lines).replace(" ", "") == address
    assert all(len(group) == 4 for group in " ".join(lines).split(" ")[:-1])


def test_address_is_withheld_when_the_owner_says_that_it_differs(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    asked = Call(wallet, "get_address", kind=terms.ADDRESS_ONCHAIN, index=0, show=True)
    emulator.wait_screen("On-chain address")
    emulator.press("no")
    assert refusal(asked.result) == "user-refused"


def test_ark_addresses_need_an_operator_and_onchain_ones_do_not(wallet: DeviceClient) -> None:
    for kind in (terms.ADDRESS_VTXO, terms.ADDRESS_BOARDING):
        tag = refusal(wallet.get_address, kind=kind, index=0, show=False)
        assert tag == "operator-missing"
    assert wallet.get_address(kind=terms.ADDRESS_ONCHAIN, index=0, show=False)["address"]


@pytest.mark.parametrize("index", [100_001, 0x7FFFFFFF])
def test_an_index_that_a_restored_wallet_would_never_find_is_refused(
    wallet: DeviceClient, index: int
) -> None:
    tag = refusal(wallet.get_address, kind=terms.ADDRESS_ONCHAIN, index=index, show=False)
    assert tag == "path-range"
