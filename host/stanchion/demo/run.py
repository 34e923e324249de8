"""The demo from beginning to end; true only if every check of it held."""

import time

from stanchion.bundle import BundleError
from stanchion.chain.port import ChainError
from stanchion.demo.accounts import show_accounts
from stanchion.demo.batches import board, fund_boarding, refresh
from stanchion.demo.frauds import refuse_frauds
from stanchion.demo.leave import leave
from stanchion.demo.report import DemoFailed, Report
from stanchion.demo.stage import Stage, create_wallet, enroll_operator, open_stage, start_device
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
    coin = fund_boarding(stage)
    board(stage, coin, participants)
    refresh(stage, participants)
    leave(stage)
    refuse_frauds(stage)
    show_accounts(stage)


def run_demo(report: Report, participants: int = MIN_PARTICIPANTS) -> bool:
    """Whether the demo came to its end with every check true."""
    started = time.monotonic()
    try:
        with open_stage(report) as stage:
            play(stage, participants)
    except _FAILURES as error:
        report.failed(error)
        return False
    report.finished(time.monotonic() - started)
    return True
