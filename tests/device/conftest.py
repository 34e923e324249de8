"""A device on a real pty for each test: the built bundle on the unix port of MicroPython."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stanchion.bundle import ensure_bundle
from stanchion.device.client import DeviceClient
from stanchion.device.link import DeviceLink
from stanchion.emulator import Emulator

from tests.device.bare import HELLO, ask, reply
from tests.device.owner import WORDS, restore


@pytest.fixture(scope="session")
def bundle() -> Path:
    return ensure_bundle("emulator")


@pytest.fixture
def emulator(bundle: Path, tmp_path: Path) -> Iterator[Emulator]:
    """A device fresh from the factory."""
    with Emulator(bundle, tmp_path / "flash.bin") as device:
        yield device
        assert "Traceback" not in device.log(), device.log()


@pytest.fixture
def client(emulator: Emulator) -> Iterator[DeviceClient]:
    with DeviceClient(emulator.port) as connected:
        yield connected


@pytest.fixture
def wallet(emulator: Emulator, client: DeviceClient) -> DeviceClient:
    """The client of a device that holds the wallet of `owner.WORDS` on regtest."""
    restore(emulator, client, WORDS)
    return client


@pytest.fixture
def link(emulator: Emulator, wallet: DeviceClient) -> Iterator[DeviceLink]:
    """The bare link of a device with a wallet, greeted with request 1."""
    wallet.close()
    bare = DeviceLink(emulator.port)
    bare.open()
    assert 1 in reply(bare, ask(bare, 1, "hello", **HELLO))
    yield bare
    bare.close()
