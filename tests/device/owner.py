"""What a person does at the device in these tests, and what other software says of the keys."""

import threading
from collections.abc import Callable
from typing import Any

import coincurve
from embit import bip32, bip39, hashes
from stanchion.device.client import DeviceClient
from stanchion.device.errors import DeviceRefused
from stanchion.emulator import Emulator, Presser
from stanchion.emulator.presser import enter_words

WORDS = [
    "legal",
    "winner",
    "thank",
    "year",
    "wave",
    "sausage",
    "worth",
    "useful",
    "legal",
    "winner",
    "thank",
    "yellow",
]
REGTEST = 4
MAINNET = 0
SIGNER_KEY = coincurve.PrivateKey(b"\x11" * 32).public_key.format()
FORFEIT_KEY = coincurve.PrivateKey(b"\x22" * 32).public_key.format()
OPERATOR: dict[str, Any] = {
    "name": "Test operator",
    "signer_key": SIGNER_KEY,
    "forfeit_key": FORFEIT_KEY,
    "forfeit_script": b"\x00\x14" + hashes.hash160(FORFEIT_KEY),
    "unilateral_exit_delay": 512,
    "boarding_exit_delay": 1024,
    "checkpoint_exit_delay": 10,
    "min_batch_expiry": 20,
    "dust_sat": 330,
}


def restore(
    emulator: Emulator, client: DeviceClient, words: list[str], network: int = REGTEST
) -> bytes:
    """Restores a wallet by spelling its words with the buttons; the fingerprint."""
    asked = Call(client, "restore_wallet", network=network, word_count=len(words))
    emulator.wait_screen("Restore wallet")
    emulator.press("yes")
    enter_words(emulator, words)
    return bytes(asked.result()["fingerprint"])


def enroll(emulator: Emulator, client: DeviceClient, **changes: Any) -> bytes:
    """Enrolls OPERATOR with `changes`, saying yes to every page; the operator id."""
    with Presser(emulator):
        return bytes(client.call("enroll_operator", **{**OPERATOR, **changes})["operator_id"])


def refusal(call: Callable[..., object], *values: Any, **params: Any) -> str:
    """The tag with which the device refuses the call, or "" if it does not."""
    try:
        call(*values, **params)
    except DeviceRefused as error:
        return error.tag
    return ""


def key_at(words: list[str], path: str) -> bytes:
    """Secret key (32 bytes) that embit derives from the words."""
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(words)))
    return bytes(root.derive(path).key.secret)


class Call:
    """A request at work in another thread, so that the test can play the owner meanwhile."""

    def __init__(self, client: DeviceClient, name: str, /, **params: Any) -> None:
        self._outcome: dict[str, Any] | Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(client, name, params))
        self._thread.start()

    def _run(self, client: DeviceClient, name: str, params: dict[str, Any]) -> None:
        try:
            self._outcome = client.call(name, **params)
        except Exception as error:  # noqa: BLE001 - handed to the thread that asks
            self._outcome = error

    def result(self, timeout: float = 30) -> dict[str, Any]:
        self._thread.join(timeout)
        assert not self._thread.is_alive(), "the request never came to an end"
        if isinstance(self._outcome, Exception):
            raise self._outcome
        assert self._outcome is not None
        return self._outcome
