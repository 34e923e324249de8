"""Device, chain and operator of the demo, and how the device is set up on its screen."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wire.terms import NETWORK_REGTEST

from stanchion.bundle import ensure_bundle
from stanchion.chain.embedded import EmbeddedChain
from stanchion.demo.report import Report
from stanchion.demo.signatures import SignatureLog
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser
from stanchion.emulator.presser import words_shown
from stanchion.operator.sandbox import Participant, Sandbox, enrolment
from stanchion.signers.device import DeviceSigner

BOARDED_SAT = 200_000
BAIT_SAT = 60_000
FEE_COIN_SAT = 50_000
WORD_COUNT = 12
HEAP = "400k"


@dataclass
class Stage:
    """Everything that takes part, and what the accounts will need of it."""

    report: Report
    chain: EmbeddedChain
    emulator: Emulator
    client: DeviceClient
    log: SignatureLog
    signer: DeviceSigner
    sandbox: Sandbox
    owner: Participant
    others: list[Participant] = field(default_factory=list)
    # (what, txid in internal order) of every transaction that the demo tells of.
    transactions: list[tuple[str, bytes]] = field(default_factory=list)
    received_sat: int = 0

    def chapter(self, letter: str, title: str) -> None:
        self.log.chapter = letter
        self.report.chapter(letter, title)


@contextmanager
def open_stage(report: Report) -> Iterator[Stage]:
    """Powers the device on, starts chain and operator; everything is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedChain() as chain:
        emulator = Emulator(ensure_bundle("emulator"), Path(folder) / "flash", heap=HEAP)
        with emulator, DeviceClient(emulator.port) as client:
            log = SignatureLog(client)
            signer = DeviceSigner(log)
            sandbox = Sandbox(chain)
            owner = sandbox.add(signer)
            yield Stage(report, chain, emulator, client, log, signer, sandbox, owner)


def start_device(stage: Stage) -> None:
    stage.chapter("a", "The device starts: MicroPython, the board's own files, a serial port")
    greeting = stage.client.greeting
    report = stage.report
    report.check(greeting is not None, "the device answers on its serial port")
    assert greeting is not None
    report.fact("serial port", stage.emulator.port)
    report.fact("firmware", f"{greeting['firmware']} on {greeting['board']}, heap {HEAP}")
    report.fact("firmware hash", greeting["build"].hex())
    report.check(
        greeting["build"] == stage.emulator.firmware_hash,
        "the device runs the files of the bundle",
    )


def create_wallet(stage: Stage) -> None:
    stage.chapter(
        "b", "A wallet is made on the device; its words are on its screen and nowhere else"
    )
    with Presser(stage.emulator) as presser:
        entropy = secrets.token_bytes(32)
        made = stage.client.create_wallet(
            network=NETWORK_REGTEST, word_count=WORD_COUNT, entropy=entropy
        )
    words = words_shown(presser.seen)
    stage.report.fact("fingerprint", made["fingerprint"].hex())
    stage.report.check(len(words) == WORD_COUNT, f"the screen showed {len(words)} words")


def enroll_operator(stage: Stage) -> None:
    stage.chapter("c", "The operator is enrolled: its keys and delays are confirmed on the screen")
    facts = enrolment(stage.sandbox.operator.info(), "demo operator")
    with Presser(stage.emulator) as presser:
        operator_id = stage.signer.enroll_operator(facts)
    stage.report.fact("operator", f"{facts.name}, id {operator_id.hex()}")
    stage.report.fact("signer key", facts.signer_key.hex())
    stage.report.fact("forfeit key", facts.forfeit_key.hex())
    stage.report.check(len(presser.seen) > 1, f"the owner confirmed {len(presser.seen)} pages")
    stage.report.check(stage.signer.get_operator() == facts, "the device has pinned these values")
