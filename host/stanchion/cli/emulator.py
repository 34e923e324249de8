"""`stanchion emulator`: a device to try, without a board."""

import select
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel

from stanchion.bundle import BundleError, ensure_bundle
from stanchion.emulator import Emulator, EmulatorError, Presser

_KEYS = {"y": "yes", "n": "no", "u": "up", "d": "down"}
_TICK_SECONDS = 0.1
_SCREEN_WIDTH = 25
_KEYS_HELP = "Keys: y yes, n no, u up, d down; Ctrl-C ends it."


def read_script(path: Path) -> list[tuple[str, str]]:
    """Rules of a press script: a line `text = button` answers the questions that hold the text.

    Empty lines and lines that begin with `#` say nothing. Raises typer.BadParameter.
    """
    rules = []
    try:
        lines = path.read_text().splitlines()
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path} cannot be read as text: {error}")
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        text, separator, button = line.rpartition("=")
        if not separator or button.strip() not in _KEYS.values():
            raise typer.BadParameter(f"{path}, line {number}: not `text = yes|no|up|down`")
        rules.append((text.strip(), button.strip()))
    return rules


@contextmanager
def _single_keys() -> Iterator[bool]:
    """The terminal gives single keys; False when standard input is no terminal."""
    if not sys.stdin.isatty():
        yield False
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield True
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _watch(device: Emulator, console: Console, has_keys: bool) -> None:
    """Prints each new screen and presses the keys, until interrupted."""
    shown = 0
    while True:
        if has_keys and select.select([sys.stdin], [], [], _TICK_SECONDS)[0]:
            button = _KEYS.get(sys.stdin.read(1).lower())
            if button:
                device.press(button)
        elif not has_keys:
            time.sleep(_TICK_SECONDS)
        count = device.panel.count()
        if count != shown:
            shown = count
            console.print(Panel("\n".join(device.screen()), width=_SCREEN_WIDTH), highlight=False)
        if device.has_failed:
            [*_, last] = device.log().splitlines() or ["it gave no reason"]
            raise EmulatorError(f"the firmware ended: {last}. All of it: {device.log_path}")


def _print_line(console: Console, text: str) -> None:
    """Unbroken and unchanged, so that it can be copied."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def emulator(
    flash: Annotated[Path, typer.Option(help="The flash file; made when missing.")] = Path(
        "build/emulator.flash"
    ),
    bundle: Annotated[
        Path | None, typer.Option(help="A built bundle; default is built when out of date.")
    ] = None,
    press: Annotated[
        Path | None, typer.Option(help="File of `text = button` lines that answers questions.")
    ] = None,
) -> None:
    """Run the device in the emulator. Keys: y yes, n no, u up, d down; Ctrl-C ends it."""
    console = Console()
    rules = read_script(press) if press else []
    try:
        with Emulator(bundle or ensure_bundle("emulator"), flash) as device:
            _print_line(console, f"Serial port {device.port}")
            _print_line(console, f"Flash file {device.flash_path}")
            _print_line(console, f"Firmware {device.firmware_hash.hex()}")
            with _single_keys() as has_keys, Presser(device, rules):
                _print_line(console, _KEYS_HELP if has_keys else "No terminal, so no keys.")
                _watch(device, console, has_keys)
    except (BundleError, EmulatorError) as error:
        console.print("[red]Stopped:[/red] ", end="")
        _print_line(console, str(error))
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("The emulator is off.")


def register(app: typer.Typer) -> None:
    app.command()(emulator)
