"""The emulator behaves as a board on a cable: it restarts, keeps its port, and obeys its owner."""

import os
import time
from pathlib import Path

import pytest
import serial
import typer
from stanchion.cli.emulator import read_script
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, EmulatorError, Presser
from wire import terms


def test_any_serial_program_can_open_the_port_again_and_again(emulator: Emulator) -> None:
    for _ in range(3):
        with serial.Serial(emulator.port, 115_200, timeout=1, exclusive=True):
            pass
        with DeviceClient(emulator.port) as client:
            assert client.get_status()["state"] == terms.STATE_EMPTY
    assert emulator.starts == 1


def test_port_stays_the_same_across_restarts(emulator: Emulator) -> None:
    before = emulator.port
    emulator.restart()
    emulator.restart()
    assert emulator.port == before and emulator.starts == 3


def test_two_emulators_run_side_by_side_with_their_own_keys(bundle: Path, tmp_path: Path) -> None:
    with Emulator(bundle, tmp_path / "a.bin") as one, Emulator(bundle, tmp_path / "b.bin") as two:
        found = set()
        for device in (one, two):
            with DeviceClient(device.port) as client, Presser(device):
                params = {"network": terms.NETWORK_REGTEST, "word_count": 12}
                found.add(client.create_wallet(entropy=bytes(32), **params)["fingerprint"])
        assert len(found) == 2


def test_stop_ends_the_interpreter_and_gives_everything_back(bundle: Path, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Emulator(bundle, tmp_path / "flash.bin") as device:
            device.wait_screen("No wallet")
            pid = device.pid
            assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    deadline = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(os.listdir("/proc/self/fd")) <= before


def test_waiting_for_a_screen_that_never_comes_says_what_is_shown(emulator: Emulator) -> None:
    emulator.wait_screen("No wallet")
    with pytest.raises(EmulatorError, match="No wallet yet"):
        emulator.wait_screen("Ready", timeout=0.2)


def test_firmware_that_cannot_start_is_tried_again_only_a_few_times(
    bundle: Path, tmp_path: Path
) -> None:
    with Emulator(bundle, tmp_path / "flash.bin", heap="60k") as device:
        deadline = time.monotonic() + 20
        while not device.has_failed and time.monotonic() < deadline:
            time.sleep(0.05)
        assert device.has_failed and device.pid is None
        assert "MemoryError" in device.log()


def test_two_emulators_never_share_a_flash_file(bundle: Path, tmp_path: Path) -> None:
    flash = tmp_path / "flash.bin"
    with Emulator(bundle, flash) as one:
        one.wait_screen("No wallet")
        with (
            pytest.raises(EmulatorError, match="another emulator runs on"),
            Emulator(bundle, flash),
        ):
            pass
        one.restart()
        one.kill()
        with Emulator(bundle, flash) as two:
            two.wait_screen("No wallet")


@pytest.mark.parametrize("size", [1, 4096 * 128])
def test_a_file_that_is_no_flash_is_left_as_it_is_and_the_log_says_so(
    bundle: Path, tmp_path: Path, size: int
) -> None:
    precious = tmp_path / "holiday.jpg"
    precious.write_bytes(b"j" * size)
    with Emulator(bundle, precious) as device:
        deadline = time.monotonic() + 20
        while not device.has_failed and time.monotonic() < deadline:
            time.sleep(0.05)
        assert device.has_failed and "left as it is" in device.log()
    assert precious.read_bytes() == b"j" * size


def test_what_cannot_be_started_is_named_and_leaves_nothing_open(
    bundle: Path, tmp_path: Path
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for folder, flash in ((tmp_path, tmp_path / "flash.bin"), (bundle, tmp_path)):
        with pytest.raises(EmulatorError, match=str(tmp_path)):
            Emulator(folder, flash).start()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_press_script_is_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    script = tmp_path / "press.txt"
    script.write_text("# always\nNew wallet = yes\n\na = b = no\n = yes\n")
    assert read_script(script) == [("New wallet", "yes"), ("a = b", "no"), ("", "yes")]
    script.write_text("New wallet = yes\nNew wallet = maybe\n")
    with pytest.raises(typer.BadParameter, match="line 2"):
        read_script(script)
    script.write_bytes(b"\xff\xfe")
    for unreadable in (script, tmp_path / "missing"):
        with pytest.raises(typer.BadParameter, match="cannot be read"):
            read_script(unreadable)
