"""What the exit commands open: chain, signer, store; one place for their options."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from stanchion.chain.esplora import EsploraSource
from stanchion.chain.node import NodeSource
from stanchion.chain.port import ChainSource
from stanchion.chain.rpc import NodeRpc
from stanchion.device.client import DeviceClient
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.exit_package import read_plan
from stanchion.exits.json_store import JsonExitStore
from stanchion.signers.device import DeviceSigner
from stanchion.signers.port import Signer

_PASSWORD_VARIABLE = "STANCHION_RPC_PASSWORD"


@dataclass(frozen=True)
class ExitOptions:
    """Where chain and device are, as the command line told it."""

    store: Path
    esplora: str | None
    prefix: str
    node: str | None
    cookie: Path | None
    user: str
    device: str | None
    fee_rate: float | None
    console: Console


@contextmanager
def open_chain(options: ExitOptions, prefix: str) -> Iterator[ChainSource]:
    """Exactly one of node and Esplora has to be named."""
    if (options.node is None) == (options.esplora is None):
        raise typer.BadParameter("name one chain source: --node or --esplora")
    if options.node is not None:
        password = os.environ.get(_PASSWORD_VARIABLE, "")
        rpc = NodeRpc(options.node, cookie=options.cookie, user=options.user, password=password)
        try:
            yield NodeSource(rpc)
        finally:
            rpc.close()
    elif options.esplora is not None:
        source = EsploraSource(options.esplora, prefix)
        try:
            yield source
        finally:
            source.close()


@contextmanager
def open_signer(options: ExitOptions) -> Iterator[Signer]:
    if options.device is None:
        raise typer.BadParameter("name the device's port: --device")

    def show(prompt: str) -> None:
        options.console.print(f"[bold]{prompt}[/bold]")

    with DeviceClient(options.device, on_wait_user=show) as client:
        yield DeviceSigner(client)


@contextmanager
def open_exits(
    options: ExitOptions, store: JsonExitStore, prefix: str
) -> Iterator[ExitCoordinator]:
    """The stored exits over chain and device."""
    with open_chain(options, prefix) as chain, open_signer(options) as signer:
        coins = OnchainCoins(chain, signer)
        cpfp = SignedCpfp(coins, signer)
        exits = ExitCoordinator(chain, store, signer, cpfp, coins, read_plan)
        if options.fee_rate is not None:
            exits.fee_rate = int(options.fee_rate * 1000)
        exits.load()
        yield exits
