"""Power goes at every flash operation and at any instant of a running device (I9).

Under littlefs on MicroPython (tests/device/cuts.py), and with SIGKILL on the whole emulator.
"""

import random
import time
from typing import Any

from stanchion.device.client import DeviceClient, Patience
from stanchion.device.errors import DeviceError
from stanchion.emulator import Emulator, Presser
from wire import terms

from tests.device.owner import OPERATOR, REGTEST, Call
from tests.micropython import micropython


def test_every_flash_operation_can_be_the_last_one() -> None:
    result = micropython(["tests/device/cuts.py"])
    assert result.returncode == 0 and result.stdout.endswith("ok\n"), result.stdout + result.stderr
    assert result.stdout.count("0 other") == 6


def cut_while_asking(
    emulator: Emulator, client: DeviceClient, after_s: float, name: str, /, **params: Any
) -> bool:
    """Asks, cuts the power `after_s` seconds later, starts again; whether an answer came before."""
    usual = client.patience
    client.patience = Patience(quiet_s=0.5, ping_s=0.2, attempts=1)
    with Presser(emulator):
        asked = Call(client, name, **params)
        time.sleep(after_s)
        emulator.kill()
        try:
            asked.result()
            return True
        except DeviceError:
            return False
        finally:
            client.patience = usual
            emulator.start()


def test_what_was_answered_before_a_kill_is_there_after_it(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    chance = random.Random(7)
    told = 0
    for number in range(1, 9):
        changed = {**OPERATOR, "dust_sat": 400 + number % 6}
        wait_s = chance.random() * 0.12
        if cut_while_asking(emulator, wallet, wait_s, "enroll_operator", **changed):
            told = number
        assert wallet.connect()["state"] == terms.STATE_READY
        if told:
            dust_sat = wallet.get_operator()["dust_sat"]
            assert dust_sat in (400 + told % 6, 400 + number % 6)
            told = number if dust_sat == 400 + number % 6 else told
    assert told


def test_a_kill_during_creation_leaves_no_wallet_or_a_whole_one(
    emulator: Emulator, client: DeviceClient
) -> None:
    chance = random.Random(3)
    states = set()
    for _ in range(7):
        params = {"network": REGTEST, "word_count": 12, "entropy": bytes(32)}
        wait_s = chance.random() * 0.25
        cut_while_asking(emulator, client, wait_s, "create_wallet", **params)
        state = client.connect()["state"]
        assert state in (terms.STATE_EMPTY, terms.STATE_READY)
        states.add(state)
        if state == terms.STATE_READY:
            assert client.get_address(kind=0, index=0, show=False)["address"]
            emulator.kill()
            emulator.flash_path.unlink()
            emulator.start()
            client.connect()
    assert terms.STATE_EMPTY in states
