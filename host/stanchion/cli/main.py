"""The `stanchion` command: one line a subcommand."""

import typer

from stanchion.cli import bundle, demo, emulator, operator
from stanchion.cli import exit as exit_commands

app = typer.Typer(
    name="stanchion",
    help="Bridge of a hardware signer for Ark.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

for command in (demo, emulator, bundle, operator, exit_commands):
    command.register(app)
