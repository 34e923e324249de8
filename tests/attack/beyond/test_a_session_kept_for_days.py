"""A forfeit is given while the new VTXO lives (invariant I1).

The device has no calendar, but it knows how long it has been running. A host that keeps a session
open until the new batch has expired would get the old coin for one that was swept meanwhile.
"""

import pytest

from tests.batch.local import LocalBoard, LocalDevice
from tests.batch.owner import Run, boarding_input, live, own_vtxo, vtxo_input
from tests.batch.refusal import assert_refused

HOUR_MS = 3_600_000


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    return local


def wait(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    monkeypatch.setattr(LocalBoard, "ticks_ms", lambda board: hours * HOUR_MS)


def test_refuses_a_forfeit_in_a_session_of_yesterday(
    device: LocalDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(device, [vtxo_input(live(device)[0])], [own_vtxo(49_800, 6)]).to_exit_path()
    run.connect()
    wait(monkeypatch, 24)
    assert_refused(device, run.give, "session-unknown")


def test_refuses_a_batch_for_an_intent_of_yesterday(
    device: LocalDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(device, [vtxo_input(live(device)[0])], [own_vtxo(49_800, 6)]).open()
    wait(monkeypatch, 24)
    assert_refused(device, run.announce, "session-unknown")


def test_a_session_of_an_hour_is_finished(
    device: LocalDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(device, [vtxo_input(live(device)[0])], [own_vtxo(49_800, 6)]).to_exit_path()
    wait(monkeypatch, 1)
    assert len(run.finish()) == 1
