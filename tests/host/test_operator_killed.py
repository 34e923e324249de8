"""The operator's process is killed in the middle of a batch and started again.

Protects everybody's money: after the restart a coin is either still its owner's to bring, or its
batch stands and the new VTXO is there. Nothing that was acknowledged is gone.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from stanchion.rounds.driver import BatchDriver, BatchState
from stanchion.signers.facts import AddressKind, InputFact, InputKind

from tests.host.batch_world import own_vtxo
from tests.host.served import RemoteOwner, run
from tests.micropython import ROOT

AMOUNT_SAT = 50_000
_PATIENCE_SECONDS = 40.0


class OperatorProcess:
    """`stanchion operator` with a data directory, killed without warning."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        command = [sys.executable, "-m", "stanchion", "operator", "--port", "0"]
        command += ["--data", str(self._data), "--session-seconds", "6"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[-1]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                httpx.get(self.url + "/v1/info").raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise TimeoutError("the operator does not answer")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[OperatorProcess]:
    running = OperatorProcess(tmp_path / "operator")
    running.start()
    yield running
    running.kill()


def poll_until(driver: BatchDriver, state: BatchState) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while driver.state is not state:
        assert time.monotonic() < deadline, driver.state
        if not driver.poll():
            time.sleep(0.005)


def live_amounts(owner: RemoteOwner) -> list[int]:
    script = owner.signer.get_address(AddressKind.VTXO, 0).script.hex()
    return [int(one["amount"]) for one in owner.port.vtxos([script], spendableOnly=True)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "state", [BatchState.NONCES_SENT, BatchState.TREE_SIGNED, BatchState.SETTLED, BatchState.DONE]
)
def test_a_kill_in_a_batch_loses_no_coin(process: OperatorProcess, state: BatchState) -> None:
    owner = RemoteOwner(process.url, f"owner {state}")
    address = owner.signer.get_address(AddressKind.BOARDING, 0).address
    body = {"address": address, "amount": AMOUNT_SAT}
    coin = httpx.post(process.url + "/regtest/fund", json=body, timeout=20).json()
    point = bytes.fromhex(coin["txid"])[::-1] + coin["vout"].to_bytes(4, "little")
    boarding = InputFact(InputKind.BOARDING, point, AMOUNT_SAT, 0)
    driver = owner.join([boarding], [own_vtxo(AMOUNT_SAT)])
    poll_until(driver, state)
    process.kill()
    owner.port.close()
    process.start()
    again = RemoteOwner(process.url, owner.signer)
    if state is BatchState.DONE:
        assert live_amounts(again) == [AMOUNT_SAT]
    if not live_amounts(again):
        fresh = RemoteOwner(process.url, f"owner {state}")
        assert run([fresh.join([boarding], [own_vtxo(AMOUNT_SAT)])]) == []
        fresh.port.close()
    assert live_amounts(again) == [AMOUNT_SAT]
    again.port.close()
