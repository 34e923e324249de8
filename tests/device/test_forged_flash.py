"""A device whose records were changed behind its back signs nothing and says why (I5, I9).

The flash file is changed through littlefs by the same interpreter, while the device is off.
"""

import pytest
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator
from wire import terms

from tests.device.owner import OPERATOR, enroll, refusal
from tests.micropython import micropython


def forge(emulator: Emulator, name: str, how: str) -> None:
    """Changes the file `name` on the flash of the device, which is off meanwhile."""
    emulator.kill()
    arguments = ["tests/device/forge.py", str(emulator.flash_path), name, how]
    result = micropython(arguments)
    assert result.stdout == "ok\n", result.stdout + result.stderr
    emulator.start()


@pytest.mark.parametrize(
    ("name", "how", "tag"),
    [
        ("journal.a", "12", "journal-forged"),
        ("journal.a", "40", "journal-forged"),
        ("journal.a", "crc", "journal-forged"),
        ("journal.a", "remove", "journal-forged"),
        ("wallet", "0", "wallet-damaged"),
        ("wallet", "10", "wallet-damaged"),
        ("wallet", "60", "wallet-damaged"),
        ("wallet", "-1", "wallet-damaged"),
    ],
)
def test_a_device_with_changed_records_stops_and_says_why(
    emulator: Emulator, wallet: DeviceClient, name: str, how: str, tag: str
) -> None:
    enroll(emulator, wallet)
    forge(emulator, name, how)
    assert wallet.connect()["state"] == terms.STATE_HALTED
    assert wallet.get_status()["state"] == terms.STATE_HALTED
    assert refusal(wallet.enroll_operator, **OPERATOR) == tag
    assert refusal(wallet.get_address, kind=0, index=0, show=False) == tag
    assert refusal(wallet.start_exit, outpoint=bytes(36)) == tag
    assert refusal(wallet.abort_batch, session=1) == tag
    emulator.wait_screen(tag)


def test_a_torn_last_record_is_forgotten_and_work_goes_on(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    first = enroll(emulator, wallet)
    enroll(emulator, wallet, dust_sat=500)
    forge(emulator, "journal.a", "-1")
    assert wallet.connect()["state"] == terms.STATE_READY
    assert wallet.get_operator()["operator_id"] == first
    last = enroll(emulator, wallet, dust_sat=600)
    emulator.restart()
    wallet.connect()
    assert wallet.get_operator()["operator_id"] == last
