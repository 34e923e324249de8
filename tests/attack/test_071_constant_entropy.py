"""Row 71: the host feeds constant entropy to bias the seed."""

from pathlib import Path

from stanchion.bundle import ensure_bundle
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser
from stanchion.emulator.presser import words_shown
from wire import terms

from tests.attack.scaffold import HARMLESS, Lab, Row

ROW = Row(
    71,
    "H",
    "the host feeds constant entropy to bias the seed",
    "counted",
    HARMLESS,
)


def test_the_same_entropy_gives_another_seed_each_time(lab: Lab, tmp_path: Path) -> None:
    words = []
    for number in range(2):
        with Emulator(ensure_bundle("emulator"), tmp_path / f"flash{number}.bin") as machine:
            with DeviceClient(machine.port) as client, Presser(machine) as owner:
                params = {"network": terms.NETWORK_REGTEST, "word_count": 12, "entropy": bytes(32)}
                client.call("create_wallet", **params)
            words.append(words_shown(owner.seen))
    assert len(words[0]) == 12 and words[0] != words[1]
    lab.assert_works()
