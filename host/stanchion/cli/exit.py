"""`stanchion exit`: leave without the operator."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from arkcore.codec import outpoint_text, parse_outpoint_text, to_hex_txid
from arkcore.errors import ArkError
from rich.console import Console

from stanchion.chain.port import ChainError
from stanchion.cli import exit_tools, exit_watch
from stanchion.cli.exit_tools import ExitOptions
from stanchion.device.errors import DeviceError
from stanchion.exits.coordinator import ExitCoordinator, ExitProgressStatus
from stanchion.exits.errors import ExitError
from stanchion.exits.exit_package import (
    BadExitPackage,
    encode_package,
    read_package,
    write_package,
)
from stanchion.exits.json_codec import state_to_json
from stanchion.exits.json_store import JsonExitStore
from stanchion.exits.plan import ExitPlan
from stanchion.exits.states import ExitStateKind, ProcessingState, is_live
from stanchion.exits.statuses import Confirmed
from stanchion.exits.store import StoredExit
from stanchion.signers.port import SignerRefused

app = typer.Typer(no_args_is_help=True, help="Leave with VTXOs, whatever the operator does.")

_FAILURES = (ExitError, ChainError, DeviceError, SignerRefused, BadExitPackage, ArkError, OSError)
_AWAITED = {
    ExitStateKind.START: "its transactions are looked up",
    ExitStateKind.AWAITING_DELTA: "the owner's delay runs",
    ExitStateKind.CLAIMABLE: "claim it: `stanchion exit claim`",
    ExitStateKind.CLAIM_IN_PROGRESS: "the claim waits for a block",
    ExitStateKind.CLAIMED: "done",
    ExitStateKind.VTXO_ALREADY_SPENT: "somebody spent it otherwise",
    ExitStateKind.CANCELED: "given up",
}

Package = Annotated[Path, typer.Argument(help="An exit package (docs/exit-package.md).")]
Vtxo = Annotated[str, typer.Argument(help="A VTXO as txid:vout.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of lines.")]


@app.callback()
def options(
    context: typer.Context,
    store: Annotated[Path, typer.Option(help="File that the exits are kept in.")] = Path(
        "exits.json"
    ),
    esplora: Annotated[str | None, typer.Option(help="URL of an Esplora server.")] = None,
    prefix: Annotated[str, typer.Option(help="Esplora's network: bc, tb or bcrt.")] = "bc",
    node: Annotated[str | None, typer.Option(help="URL of a Bitcoin node's RPC.")] = None,
    cookie: Annotated[Path | None, typer.Option(help="The node's cookie file.")] = None,
    user: Annotated[
        str, typer.Option(help="RPC user; the password is read from STANCHION_RPC_PASSWORD.")
    ] = "",
    device: Annotated[str | None, typer.Option(help="Serial port of the device.")] = None,
    fee_rate: Annotated[
        float | None, typer.Option(min=1, help="Sat per vB; default is the source's estimate.")
    ] = None,
) -> None:
    console = Console(soft_wrap=True, highlight=False)
    context.obj = ExitOptions(store, esplora, prefix, node, cookie, user, device, fee_rate, console)


@contextmanager
def _reported(console: Console) -> Iterator[None]:
    """Failures that a person can act on become one line and exit code 1."""
    try:
        yield
    except _FAILURES as error:
        console.print(f"[red]{_words(error)}[/red]")
        raise typer.Exit(1) from error


def _words(error: Exception) -> str:
    sentence = getattr(error, "sentence", "")
    return f"{sentence} ({error})" if sentence else str(error) or type(error).__name__


@contextmanager
def _opened(context: typer.Context) -> Iterator[tuple[ExitOptions, ExitCoordinator]]:
    chosen: ExitOptions = context.obj
    with _reported(chosen.console):
        store = JsonExitStore(chosen.store)
        with exit_tools.open_exits(chosen, store, chosen.prefix) as exits:
            yield chosen, exits


@app.command()
def start(context: typer.Context, package: Package) -> None:
    """Start the exits of all VTXOs of a package."""
    with _opened(context) as (chosen, exits):
        _show_pass(chosen.console, _start_new(exits, read_package(package).plans))


def _start_new(exits: ExitCoordinator, plans: Iterable[ExitPlan]) -> list[ExitProgressStatus]:
    """Starts what was never started; a finished exit is not begun again."""
    return exits.start_exits([p for p in plans if exits.get_exit_status(p.vtxo_id) is None])


@app.command()
def progress(context: typer.Context) -> None:
    """One pass over all exits: broadcast what can be, look at what happened."""
    with _opened(context) as (chosen, exits):
        _show_pass(chosen.console, exits.progress_exits())


@app.command()
def claim(context: typer.Context, destination_index: int = 0) -> None:
    """Send everything claimable to an own on-chain address."""
    with _opened(context) as (chosen, exits):
        exits.sync()
        for tx in exits.claim_all(destination_index):
            chosen.console.print(f"claimed by {to_hex_txid(tx.txid())}")
        exits.sync()


@app.command()
def cancel(context: typer.Context, vtxo: Vtxo) -> None:
    """Give an exit up whose last transaction is not broadcast."""
    with _opened(context) as (chosen, exits):
        exits.cancel_exit(parse_outpoint_text(vtxo))
        chosen.console.print(f"{vtxo}: canceled")


@app.command()
def estimate(context: typer.Context, package: Package, as_json: AsJson = False) -> None:
    """What leaving with a package would cost now."""
    with _opened(context) as (chosen, exits):
        cost = exits.estimate(read_package(package).plans)
        if as_json:
            typer.echo(json.dumps({**asdict(cost), "total_sat": cost.total_sat}))
            return
        chosen.console.print(
            f"{cost.txs_to_broadcast} transactions in at least {cost.rounds} blocks:"
            f" {cost.exit_broadcast_fee_sat} sat, claims {cost.claim_fee_sat} sat,"
            f" together {cost.total_sat} sat at {cost.fee_rate / 1000:g} sat/vB"
        )
        if not cost.fundable:
            chosen.console.print("[red]the confirmed on-chain coins do not pay for this[/red]")


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """What has happened and what comes next, from the store alone."""
    chosen: ExitOptions = context.obj
    with _reported(chosen.console):
        entries = list(JsonExitStore(chosen.store).list_exit_vtxos())
    if as_json:
        typer.echo(json.dumps([_entry_json(entry) for entry in entries]))
        return
    for entry in entries:
        chosen.console.print(_line(entry))
    if not entries:
        chosen.console.print(f"no exits in {chosen.store}")


app.command()(exit_watch.watch)


def _entry_json(entry: StoredExit) -> dict[str, Any]:
    history = [state_to_json(state) for state in entry.history]
    state = state_to_json(entry.state)
    return {"vtxo": outpoint_text(entry.vtxo_id), "state": state, "history": history}


def _line(entry: StoredExit) -> str:
    state = entry.state
    if isinstance(state, ProcessingState):
        done = sum(isinstance(row.status, Confirmed) for row in state.transactions)
        note = f"{done} of {len(state.transactions)} transactions confirmed"
    else:
        note = _AWAITED[state.kind]
    return f"{outpoint_text(entry.vtxo_id)}: {state.kind.value}, {note}"


def _show_pass(console: Console, statuses: Iterable[ExitProgressStatus]) -> None:
    for one in statuses:
        console.print(_line(StoredExit(one.vtxo_id, one.state, ())))
        if one.error is not None:
            console.print(f"  [red]{_words(one.error)}[/red]")


@app.command()
def export(context: typer.Context, package: Package) -> None:
    """Write one file with all that is needed to leave with the live VTXOs of the store."""
    chosen: ExitOptions = context.obj
    with _reported(chosen.console):
        store = JsonExitStore(chosen.store)
        live = [entry.vtxo_id for entry in store.list_exit_vtxos() if is_live(entry.state)]
        records = [record for one in live if (record := store.get_plan(one)) is not None]
        write_package(package, encode_package(chosen.prefix, records))
        count = len(read_package(package).plans)
    chosen.console.print(f"{package}: {count} VTXOs")


@app.command()
def run(
    context: typer.Context,
    package: Package,
    interval: Annotated[float, typer.Option(min=0, help="Seconds between passes.")] = 30.0,
) -> None:
    """Leave with everything in a package, to the last claim; may be stopped and run again."""
    given: ExitOptions = context.obj
    chosen = replace(given, store=package.with_name(package.name + ".state.json"))
    with _reported(chosen.console):
        wanted = read_package(package)
        store = JsonExitStore(chosen.store)
        with exit_tools.open_exits(chosen, store, wanted.segwit_prefix) as exits:
            _show_pass(chosen.console, _start_new(exits, wanted.plans))
            _run_to_the_end(chosen.console, exits, interval)
            _require_all(exits, wanted.plans)


def _run_to_the_end(console: Console, exits: ExitCoordinator, interval: float) -> None:
    shown: dict[bytes, str] = {}
    while exits.list_live():
        try:
            statuses = exits.progress_exits()
            for exit_vtxo in exits.list_claimable():
                exits.claim(exit_vtxo.id)
        except ExitError as error:
            # The chain or the device may be back at the next pass; nothing is lost by waiting.
            console.print(f"[yellow]{_words(error)}[/yellow]")
            statuses = []
        for one in statuses:
            words = _line(StoredExit(one.vtxo_id, one.state, ())) + _note(one)
            if shown.get(one.vtxo_id) != words:
                console.print(words)
                shown[one.vtxo_id] = words
        if exits.list_live():
            pause(interval)


def _note(status: ExitProgressStatus) -> str:
    return "" if status.error is None else f"; {_words(status.error)}"


def _require_all(exits: ExitCoordinator, plans: Iterable[ExitPlan]) -> None:
    """Raises typer.Exit with code 1 when a VTXO did not end in the owner's claim."""
    for plan in plans:
        entry = exits.get_exit_status(plan.vtxo_id)
        if entry is None or entry.state.kind is not ExitStateKind.CLAIMED:
            raise typer.Exit(1)


def pause(seconds: float) -> None:
    """Waits for the chain to move on."""
    time.sleep(seconds)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="exit")
