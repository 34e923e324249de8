"""Whole runs of the protocol, cut at every write: what is found, and whether work goes on.

`cut_everywhere` demands after each restart that the ledger is the one last answered or the one in
flight (I5, I9), that no session or nonce is left (I2), that what was signed is noted (I5), and that
an honest run then passes: the owner's coins are refreshed, left with, or taken back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wire import terms

from tests.batch.leaving import cpfp
from tests.batch.local import LocalDevice
from tests.batch.owner import Run, boarding_input, ledger_of, live, own_vtxo, vtxo_input
from tests.batch.refusal import tag_of
from tests.power.torn import PowerCut, TornStorage

Steps = Iterator[None]


class CutDevice(LocalDevice):
    """A local device whose flash can lose power; `given` holds signatures that left it."""

    def __init__(self) -> None:
        self.given: list[bytes] = []
        super().__init__(TornStorage())

    @property
    def flash(self) -> TornStorage:
        assert isinstance(self.storage, TornStorage)
        return self.storage

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        result = super().call(name, **params)
        if name in ("sign_forfeit", "sign_boarding"):
            self.given.append(result["signature"])
        return result


@dataclass
class Scenario:
    """`steps` yields after each answer; `prepare` is what must have happened before."""

    name: str
    prepare: Callable[[CutDevice], Any]
    steps: Callable[[CutDevice], Steps]


def state_of(device: CutDevice) -> list[tuple[int, int, int]]:
    """(amount, key index, state) of each VTXO; outpoints differ, since cosigner keys are fresh."""
    return [(one["amount_sat"], one["index"], one["state"]) for one in ledger_of(device)]


def two_vtxos(device: CutDevice) -> None:
    coin = boarding_input("first", 40_500)
    Run(device, [coin], [own_vtxo(20_000, 1), own_vtxo(20_000, 2)]).all()


def refresh(device: CutDevice) -> Run:
    coins = [vtxo_input(one) for one in live(device)]
    left_sat = min(one["amount_sat"] for one in coins) - 1
    return Run(device, coins, [own_vtxo(left_sat, 3) for _ in coins])


def board(device: CutDevice) -> Steps:
    run = Run(device, [boarding_input("second", 20_500)], [own_vtxo(20_000, 4)])
    yield from batch(run)


def forfeit(device: CutDevice) -> Steps:
    yield from batch(refresh(device))


def batch(run: Run) -> Steps:
    run.to_exit_path()
    yield
    run.connect()
    for index, one in enumerate(run.inputs):
        name = "sign_forfeit" if one["kind"] == terms.COIN_VTXO else "sign_boarding"
        run.call(name, input_index=index)
        yield
    run.call("close_batch")
    yield


def leave(device: CutDevice) -> Steps:
    coin = live(device)[0]
    device.answer("yes")
    device.call("start_exit", outpoint=coin["outpoint"])
    yield
    cpfp(device)
    yield
    device.call("sign_claim", **vtxo_input(coin), destination_index=5, fee_sat=300)
    yield


def take_back(device: CutDevice) -> Steps:
    device.answer("yes", "yes")
    old = ledger_of(device)[0]["outpoint"]
    device.call("release_vtxo", outpoint=old)
    yield
    new = ledger_of(device)[-1]["outpoint"]
    device.call("release_vtxo", outpoint=new)
    yield


def refreshed(device: CutDevice) -> None:
    two_vtxos(device)
    refresh(device).all()


def compact(device: CutDevice) -> Steps:
    for _ in range(2):
        device.device.journal.compact()
        yield


SCENARIOS = [
    Scenario("boarding", two_vtxos, board),
    Scenario("forfeit", two_vtxos, forfeit),
    Scenario("exit", two_vtxos, leave),
    Scenario("take back", refreshed, take_back),
    Scenario("compaction", two_vtxos, compact),
]


def ready(scenario: Scenario, files: dict[str, bytes] | None = None) -> CutDevice:
    """A device at the beginning of the scenario, on a copy of `files` where they are given."""
    device = CutDevice()
    if files is None:
        scenario.prepare(device)
    else:
        device.flash.files = dict(files)
    device.restart()
    device.given.clear()
    return device


def cut_everywhere(
    scenario: Scenario, eighths: tuple[int, ...] = (0, 1, 4, 7, 8)
) -> dict[str, int]:
    """{"cuts": points tried, "old": ..., "new": ...}. Raises AssertionError for anything else."""
    device = ready(scenario)
    files = dict(device.flash.files)
    states = [state_of(device)]
    device.flash.writes = 0
    for _ in scenario.steps(device):
        states.append(state_of(device))
    found = {"cuts": 0, "old": 0, "new": 0}
    for cut in range(device.flash.writes):
        for part in eighths:
            found["cuts"] += 1
            found[_cut(scenario, files, states, cut, part)] += 1
    return found


def _cut(
    scenario: Scenario,
    files: dict[str, bytes],
    states: list[list[tuple[int, int, int]]],
    cut: int,
    part: int,
) -> str:
    device = ready(scenario, files)
    device.flash.budget, device.flash.eighths = cut, part
    answers = 0
    try:
        for _ in scenario.steps(device):
            answers += 1
    except PowerCut:
        pass
    else:
        raise AssertionError("the power was not cut")
    device.flash.budget = -1
    device.board.answers.clear()
    device.restart()
    left = state_of(device)
    allowed = states[answers : answers + 2]
    assert left in allowed, f"{scenario.name}: neither old nor new after {answers} answers"
    assert device.call("get_status")["session_state"] == terms.SESSION_NONE
    assert tag_of(lambda: device.call("get_nonces", session=1)) == "session-unknown"
    if device.given:
        assert left != states[0], "a signature is in the world that the ledger does not know"
    work_goes_on(device)
    return "old" if left == allowed[0] else "new"


def work_goes_on(device: CutDevice) -> None:
    """Each coin has its next honest step: refreshed, left with, or taken back."""
    if live(device):
        refresh(device).all()
    for item in ledger_of(device):
        if item["state"] == terms.VTXO_EXITING:
            device.call("sign_claim", **vtxo_input(item), destination_index=6, fee_sat=300)
    if live(device):
        device.answer("yes")
        device.call("start_exit", outpoint=live(device)[0]["outpoint"])
    before = ledger_of(device)
    device.restart()
    assert ledger_of(device) == before, "work after the cut is kept"
