"""The device says truly who it is: version, board, the bundle it was built from, its memory."""

import pytest
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator
from wire import terms

from tests.device.owner import OPERATOR, enroll, refusal

HEAP_FREE_FLOOR = 130_000


def test_hello_names_the_bundle_that_the_emulator_runs(
    emulator: Emulator, client: DeviceClient
) -> None:
    greeting = client.greeting
    assert greeting is not None
    assert greeting["build"] == emulator.firmware_hash
    assert greeting["board"] == "emulator"
    assert greeting["version"] == terms.VERSION
    assert greeting["state"] == terms.STATE_EMPTY


def test_boot_id_changes_with_each_start_and_with_nothing_else(
    emulator: Emulator, client: DeviceClient
) -> None:
    assert client.greeting is not None
    first = client.greeting["boot_id"]
    assert client.connect()["boot_id"] == first
    emulator.restart()
    assert client.connect()["boot_id"] != first


@pytest.mark.parametrize("versions", [(0, 0), (2, 9), (9, 2)])
def test_refuses_a_host_whose_versions_it_does_not_speak(
    client: DeviceClient, versions: tuple[int, int]
) -> None:
    low, high = versions
    tag = refusal(client.hello, min_version=low, max_version=high, client="other")
    assert tag == "version-unsupported"
    assert client.get_status()["state"] == terms.STATE_EMPTY


def test_memory_suffices_before_and_after_wallet_and_operator(
    emulator: Emulator, client: DeviceClient, wallet: DeviceClient
) -> None:
    assert wallet.get_status()["heap_free"] > HEAP_FREE_FLOOR
    enroll(emulator, wallet)
    for index in range(20):
        wallet.get_address(kind=terms.ADDRESS_VTXO, index=index, show=False)
    status = wallet.get_status()
    assert status["heap_free"] > HEAP_FREE_FLOOR
    assert status["largest_free"] > 32_000


def test_requests_before_a_wallet_exists_are_told_so(client: DeviceClient) -> None:
    assert refusal(client.enroll_operator, **OPERATOR) == "state-wrong"
    assert refusal(client.get_operator) == "state-wrong"
    assert refusal(client.list_vtxos, start=0) == "state-wrong"
    assert client.get_status()["vtxo_count"] == 0
