"""`stanchion bundle`: compile the firmware of a board."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stanchion.bundle import BundleError, build_bundle, project_root


def bundle(
    board: Annotated[str, typer.Option(help="Folder in boards/ to build for.")] = "emulator",
    out: Annotated[
        Path | None, typer.Option(help="Where to put it; default build/bundle/<board>.")
    ] = None,
) -> None:
    """Compile firmware, shared code and board files to .mpy files with a manifest."""
    console = Console()
    try:
        root = project_root()
        target = out or root / "build" / "bundle" / board
        manifest = build_bundle(root, board, target)
    except BundleError as error:
        console.print("[red]No bundle:[/red] ", end="")
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"{target}: {len(manifest.files)} files, {manifest.size} bytes", soft_wrap=True)
    console.print(f"firmware {manifest.build.hex()}", soft_wrap=True)


def register(app: typer.Typer) -> None:
    app.command()(bundle)
