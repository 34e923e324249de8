"""`stanchion operator`: the reference operator on a chain of its own, for wallets to use."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.esplora_face import EsploraFace, mine_waiting
from stanchion.operator.config import OperatorConfig
from stanchion.operator.engine import Operator
from stanchion.operator.http.app import operator_app
from stanchion.operator.http.server import OperatorServer
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.sandbox import REGTEST_CONFIG
from stanchion.store.database import open_database, sqlite_url
from stanchion.store.journal import SqlJournal, SqlOffchainStore

_START_BEFORE_SECONDS = 3 * 24 * 3600
_SHUTDOWN_SECONDS = 2
_KEY_NAMES = ("signer", "forfeit", "connector")


def load_keys(path: Path) -> OperatorKeys:
    """The operator's keys, made on first use; readable by their owner alone."""
    if path.exists():
        stored = json.loads(path.read_text())
        return OperatorKeys(**{name: bytes.fromhex(stored[name]) for name in _KEY_NAMES})
    keys = OperatorKeys()
    secrets = (keys.signer_secret, keys.forfeit_secret, keys.connector.seckey)
    stored = {name: secret.hex() for name, secret in zip(_KEY_NAMES, secrets, strict=True)}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(stored, file)
    return keys


def _make_operator(
    chain: EmbeddedChain, config: OperatorConfig, keys: OperatorKeys, database: str
) -> Operator:
    """Goes on from what the database holds; without one, everything is kept in memory."""
    if not database:
        return Operator(chain, chain.wallet, config, keys)
    engine = open_database(database)
    journal, offchain = SqlJournal(engine), SqlOffchainStore(engine)
    return Operator(chain, chain.wallet, config, keys, journal=journal, offchain=offchain)


def operator(
    data: Annotated[
        Path | None,
        typer.Option(help="Directory to keep chain and keys in; default keeps nothing."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 7070,
    database: Annotated[
        str, typer.Option(help="SQLAlchemy URL; default is operator.sqlite in the data directory.")
    ] = "",
    session_seconds: Annotated[int, typer.Option(min=4, help="Time for one batch.")] = 30,
) -> None:
    """Run the reference operator with a regtest chain: REST and SSE, explorer at /esplora."""
    console = Console()
    config = replace(REGTEST_CONFIG, session_seconds=session_seconds)
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    keys = OperatorKeys() if data is None else load_keys(data / "keys.json")
    datadir = None if data is None else data / "chain"
    if data is not None and not database:
        database = sqlite_url(data / "operator.sqlite")
    start_time = int(time.time()) - _START_BEFORE_SECONDS
    with EmbeddedChain(datadir, start_time=start_time) as chain:
        server = OperatorServer(
            _make_operator(chain, config, keys, database), partial(mine_waiting, chain)
        )
        face = EsploraFace(chain, config.segwit_hrp, mine_at_once=True, on_change=server.advance)
        app = operator_app(server, face.mounts())
        settings = uvicorn.Config(
            app,
            host,
            port,
            log_level="warning",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        serving = uvicorn.Server(settings)
        sock = settings.bind_socket()
        console.print(f"Operator at http://{host}:{sock.getsockname()[1]}", highlight=False)
        serving.run(sockets=[sock])


def register(app: typer.Typer) -> None:
    app.command()(operator)
