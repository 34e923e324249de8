"""`stanchion demo`: the whole life of a VTXO on an emulated device."""

from typing import Annotated

import typer

from stanchion.demo.report import Report
from stanchion.demo.run import MIN_PARTICIPANTS, run_demo


def demo(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    participants: Annotated[
        int, typer.Option(min=MIN_PARTICIPANTS, max=64, help="Participants of the batches.")
    ] = MIN_PARTICIPANTS,
) -> None:
    """Board, refresh, leave alone, and refuse a lying operator, with the keys in the device."""
    if not run_demo(Report(as_json=json), participants):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command()(demo)
