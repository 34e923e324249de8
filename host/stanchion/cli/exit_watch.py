"""`stanchion exit watch`: what happens to the exits, live; it reads, and changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from arkcore.codec import outpoint_text, to_hex_txid
from arkcore.tx import Tx
from rich.console import Console
from rich.live import Live
from rich.table import Table

from stanchion.chain.port import ChainError, ChainSource
from stanchion.cli import exit_tools
from stanchion.cli.exit_tools import ExitOptions
from stanchion.exits.exit_package import read_plan
from stanchion.exits.json_codec import BadExitRecord
from stanchion.exits.json_store import JsonExitStore
from stanchion.exits.states import (
    AwaitingDeltaState,
    CanceledState,
    ExitState,
    ProcessingState,
    StartState,
    is_live,
)
from stanchion.exits.statuses import AwaitingConfirmation, Confirmed, ExitTxStatus
from stanchion.exits.store import StoredExit

WAITING, BROADCAST, CONFIRMED = "waiting", "broadcast", "confirmed"
_BARS = {
    WAITING: "[dim]..........[/dim]",
    BROADCAST: "[yellow]=====.....[/yellow]",
    CONFIRMED: "[green]==========[/green]",
}
_SHOWN_TXID = 16

Json = dict[str, Any]


def _stage(status: ExitTxStatus) -> str:
    if isinstance(status, Confirmed):
        return CONFIRMED
    return BROADCAST if isinstance(status, AwaitingConfirmation) else WAITING


def _stages(state: ExitState, txids: list[bytes]) -> list[Json]:
    """Each transaction of the exit with its stage, parents first."""
    found = dict.fromkeys(txids, CONFIRMED)
    if isinstance(state, ProcessingState):
        found = {row.txid: _stage(row.status) for row in state.transactions}
    elif isinstance(state, StartState | CanceledState):
        found = dict.fromkeys(txids, WAITING)
    return [{"txid": to_hex_txid(txid), "stage": stage} for txid, stage in found.items()]


def _blocks_left(state: ExitState, tip_height: int) -> int | None:
    if isinstance(state, AwaitingDeltaState) and state.claimable_height is not None:
        return max(state.claimable_height - tip_height, 0)
    return None


def _paid_sat(chain: ChainSource, child: Tx) -> int:
    """What a child pays that the network knows; 0 for one that it does not."""
    if not chain.tx_status(child.txid()).found:
        return 0
    paid = -sum(txout.amount_sat for txout in child.outputs)
    for txin in child.inputs:
        raw = chain.raw_tx(txin.txid)
        paid += 0 if raw is None else Tx.parse(raw).outputs[txin.vout].amount_sat
    return paid


def snapshot(store: JsonExitStore, chain: ChainSource) -> list[Json]:
    """Every exit of the store as it stands now. Raises ChainUnavailable."""
    return [_exit(store, chain, entry) for entry in store.list_exit_vtxos()]


def _exit(store: JsonExitStore, chain: ChainSource, entry: StoredExit) -> Json:
    record = store.get_plan(entry.vtxo_id)
    txids = [] if record is None else [step.txid for step in read_plan(record).steps]
    children = [child for txid in txids if (child := store.get_exit_child_tx(txid)) is not None]
    return {
        "vtxo": outpoint_text(entry.vtxo_id),
        "state": entry.state.kind.value,
        "live": is_live(entry.state),
        "transactions": _stages(entry.state, txids),
        "blocks_left": _blocks_left(entry.state, chain.tip().height),
        "fees_sat": sum(_paid_sat(chain, child.tx) for child in children),
    }


def table(exits: list[Json]) -> Table:
    """One line an exit, and one bar a transaction."""
    shown = Table("exit", "", "state", "fees (sat)")
    for one in exits:
        left = one["blocks_left"]
        state = one["state"] if left is None else f"{one['state']}, {left} blocks left"
        shown.add_row(one["vtxo"], "", state, str(one["fees_sat"]), style="bold")
        for row in one["transactions"]:
            shown.add_row(f"  {row['txid'][:_SHOWN_TXID]}", _BARS[row["stage"]], row["stage"], "")
    return shown


def _snapshots(path: Path, chain: ChainSource, interval: float) -> Iterator[list[Json]]:
    """Until no exit is under way; whoever moves the exits on writes the file."""
    while True:
        exits = snapshot(JsonExitStore(path), chain)
        yield exits
        if not any(one["live"] for one in exits):
            return
        pause(interval)


def watch(
    context: typer.Context,
    interval: Annotated[float, typer.Option(min=0, help="Seconds between looks.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line an event.")] = False,
) -> None:
    """Show each transaction, the blocks left and the fees paid, until all exits are over."""
    chosen: ExitOptions = context.obj
    try:
        with exit_tools.open_chain(chosen, chosen.prefix) as chain:
            seen = _snapshots(chosen.store, chain, interval)
            if as_json:
                _print_events(seen)
            else:
                _show_live(chosen.console, seen)
    except (ChainError, BadExitRecord, OSError) as error:
        chosen.console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error


def _print_events(seen: Iterator[list[Json]]) -> None:
    """A line for every exit that changed since the last look."""
    known: dict[str, Json] = {}
    for exits in seen:
        for one in exits:
            if known.get(one["vtxo"]) != one:
                known[one["vtxo"]] = one
                typer.echo(json.dumps(one))


def _show_live(console: Console, seen: Iterator[list[Json]]) -> None:
    with Live(console=console, auto_refresh=False) as live:
        for exits in seen:
            live.update(table(exits), refresh=True)


def pause(seconds: float) -> None:
    """Waits for the exits to move on."""
    time.sleep(seconds)
