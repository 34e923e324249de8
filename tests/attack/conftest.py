"""One emulated device for all attacks; it is set back when a test has moved its coins."""

from collections.abc import Iterator

import pytest
from stanchion.bundle import ensure_bundle
from stanchion.emulator import Emulator

from tests.attack.scaffold import Lab


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("attack")
    with Emulator(ensure_bundle("emulator"), folder / "flash.bin") as machine:
        lab = Lab(machine, folder / "snapshot.bin")
        lab.prepare()
        yield lab
        lab.client.close()
        assert "Traceback" not in machine.log(), machine.log()


@pytest.fixture
def lab(laboratory: Lab) -> Lab:
    """Two live VTXOs, one enrolled operator, no session."""
    if laboratory.is_spoiled():
        laboratory.reset()
    return laboratory
