"""The demo from beginning to end; true only if every check of it held."""

import time

from stanchion.bundle import BundleError
from stanchion.chain.port import ChainError
from stanchion.demo.accounts import show_accounts
from stanchion.demo.batches import board, fund_boarding, refresh
from stanchion.demo.frauds import refuse_frauds
from stanchion.demo.leave import leave
from stanchion.demo.report import DemoFailed, Report
from stanchion.demo.stage import (
    BAIT_SAT,
    BOARDED_SAT,
    Stage,
    create_wallet,
    enroll_operator,
    open_stage,
    start_device,
)
from stanchion.device.errors import DeviceError
from stanchion.emulator import EmulatorError
from stanchion.exits.errors import ExitError
from stanchion.operator.sandbox import SandboxStalled
from stanchion.rounds.driver import BatchAbandoned
from stanchion.signers.port import SignerRefused

MIN_PARTICIPANTS = 8
_FAILURES = (
    BatchAbandoned,
    BundleError,
    ChainError,
    DemoFailed,
    DeviceError,
    EmulatorError,
    ExitError,
    SandboxStalled,
    SignerRefused,
)


def play(stage: Stage, participants: int) -> None:
    """All chapters. Raises one of the failures above where something is off."""
    start_device(stage)
    create_wallet(stage)
    enroll_operator(stage)
    stage.chapter("d", "The boarding address of the device is funded and mined")
    coin = fund_boarding(stage, BOARDED_SAT, 0)
    stage.chapter("e", f"A batch of {participants} participants boards the coin")
    board(stage, coin, participants - 1)
    stage.chapter("f", "A second batch refreshes it: the old VTXO is forfeited, a new one held")
    refresh(stage)
    stage.chapter("g", "The operator vanishes: the owner leaves alone")
    leave(stage)
    stage.chapter("h", "A new coin is boarded; then the operator begins to lie")
    board(stage, fund_boarding(stage, BAIT_SAT, 1), 1)
    refuse_frauds(stage)
    stage.chapter("i", "The accounts")
    show_accounts(stage)


def run_demo(report: Report, participants: int = MIN_PARTICIPANTS) -> bool:
    """Whether the demo came to its end with every check true.

    Whatever ends it, also an unforeseen exception or Ctrl-C, the last thing said is how it ended.
    """
    started = time.monotonic()
    try:
        with open_stage(report) as stage:
            play(stage, participants)
    except _FAILURES as error:
        report.failed(error)
        return False
    except BaseException as error:
        report.failed(error)
        raise
    report.finished(time.monotonic() - started)
    return True
