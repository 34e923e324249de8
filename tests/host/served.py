"""An operator behind a real HTTP server on a free port, and owners who reach it only that way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import uvicorn
from arkcore.hashes import sha256
from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.esplora_face import EsploraFace, mine_waiting
from stanchion.operator.engine import Operator
from stanchion.operator.http.app import operator_app
from stanchion.operator.http.server import OperatorServer
from stanchion.operator.sandbox import REGTEST_CONFIG, enrolment
from stanchion.operator_client.port import HttpOperatorPort
from stanchion.rounds.driver import BatchAbandoned, BatchDriver
from stanchion.rounds.exit_data import MemoryExitDataStore
from stanchion.rounds.offer import make_offer
from stanchion.signers.facts import InputFact, OutputFact
from stanchion.signers.port import Signer
from stanchion.signers.software import SoftwareSigner

SESSION_SECONDS = 6
_START_SECONDS = 20.0
_BATCH_SECONDS = 90.0
_INTENT_SECONDS = 600


@dataclass
class Served:
    """`url` of the operator; the operator itself is touched by its server's thread alone."""

    url: str
    server: OperatorServer
    chain: EmbeddedChain


@contextmanager
def serve(chain: EmbeddedChain, **settings: int) -> Iterator[Served]:
    """`settings` replace fields of the operator's configuration."""
    config = replace(REGTEST_CONFIG, **{"session_seconds": SESSION_SECONDS, **settings})
    server = OperatorServer(Operator(chain, chain.wallet, config), partial(mine_waiting, chain))
    face = EsploraFace(chain, mine_at_once=True, on_change=server.advance)
    app = operator_app(server, face.mounts())
    listening = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    running = uvicorn.Server(listening)
    sock = listening.bind_socket()
    thread = threading.Thread(target=running.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{sock.getsockname()[1]}", server, chain)
    finally:
        running.should_exit = True
        thread.join(_START_SECONDS)


class RemoteOwner:
    """A signer that knows the operator by its URL."""

    def __init__(self, url: str, signer: Signer | str) -> None:
        self.port = HttpOperatorPort(url)
        if isinstance(signer, str):
            signer = SoftwareSigner(sha256(signer.encode()))
            signer.enroll_operator(enrolment(self.port.info(), "remote"))
        self.signer = signer
        self.exits = MemoryExitDataStore()

    def join(self, inputs: Sequence[InputFact], outputs: Sequence[OutputFact]) -> BatchDriver:
        now = int(time.time())
        offer = make_offer(self.signer, inputs, outputs, now, now + _INTENT_SECONDS)
        driver = BatchDriver(self.signer, self.port, offer, self.exits)
        driver.start()
        return driver


def run(drivers: Sequence[BatchDriver]) -> list[BatchAbandoned]:
    """Until all are over; the failures."""
    failures = []
    deadline = time.monotonic() + _BATCH_SECONDS
    while not all(driver.over for driver in drivers):
        assert time.monotonic() < deadline, [driver.state for driver in drivers]
        busy = False
        for driver in drivers:
            try:
                busy |= driver.poll()
            except BatchAbandoned as failure:
                failures.append(failure)
        if not busy:
            time.sleep(0.02)
    return failures
