"""How the demo speaks: to people with progress bars and tables, to machines in JSON lines."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

# None is what does not apply; people see a dash.
Cell = str | int | None
_WIDTH_OF_FILES = 160
_NOTHING_LEFT = "Device, keys and chain of the demo were temporary; nothing of them is left."


def wide_console() -> Console:
    """The terminal as wide as it is; a file or pipe as wide as a txid in a table needs."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_FILES)


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    return cell if isinstance(cell, str) else f"{cell:,}"


class DemoFailed(Exception):
    """Something that had to hold did not; the message says what."""


@dataclass
class Report:
    """Collects and prints what happens; `as_json` prints one JSON object a line instead."""

    as_json: bool = False
    console: Console = field(default_factory=wide_console)
    started: float = field(default_factory=time.monotonic)

    def _emit(self, kind: str, **facts: Any) -> None:
        elapsed = round(time.monotonic() - self.started, 2)
        sys.stdout.write(json.dumps({"event": kind, "seconds": elapsed, **facts}) + "\n")
        sys.stdout.flush()

    def chapter(self, letter: str, title: str) -> None:
        if self.as_json:
            self._emit("chapter", letter=letter, title=title)
        else:
            self.console.print(f"\n[bold]({letter}) {title}[/bold]")

    def fact(self, name: str, value: Any) -> None:
        if self.as_json:
            self._emit("fact", name=name, value=value)
        else:
            self.console.print(f"    {name}: {value}", markup=False, soft_wrap=True)

    def check(self, condition: bool, sentence: str) -> None:
        """Print a fact that was just verified. Raises DemoFailed when it does not hold."""
        if not condition:
            raise DemoFailed(sentence)
        if self.as_json:
            self._emit("check", sentence=sentence)
        else:
            self.console.print("    [green]ok[/green] ", end="")
            self.console.print(sentence, markup=False, soft_wrap=True)

    def failed(self, error: BaseException) -> None:
        """The demo ends here: what happened, and what is left."""
        reason = "stopped by Ctrl-C" if isinstance(error, KeyboardInterrupt) else str(error)
        if self.as_json:
            self._emit("failed", reason=reason, error=type(error).__name__)
        else:
            self.console.print(f"\n[red bold]The demo failed[/red bold] ({type(error).__name__})")
            self.console.print(f"    {reason}", markup=False)
            self.console.print(f"    {_NOTHING_LEFT}")

    def finished(self, seconds: float) -> None:
        if self.as_json:
            self._emit("finished")
        else:
            self.console.print(f"\n[green bold]Everything held[/green bold], {seconds:.0f} s.")

    def table(self, title: str, columns: list[str], rows: list[list[Cell]]) -> None:
        if self.as_json:
            records = [dict(zip(columns, row, strict=True)) for row in rows]
            self._emit("table", title=title, rows=records)
            return
        table = Table(title=title, title_justify="left")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(_shown(cell) for cell in row))
        self.console.print(table)

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator["Bar"]:
        """A bar for what takes time; JSON mode prints its start and end."""
        if self.as_json:
            self._emit("start", title=title, total=total)
            yield Bar(None, None)
            self._emit("done", title=title)
            return
        bar = Progress(
            TextColumn("   "),
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            console=self.console,
        )
        with bar:
            task = bar.add_task(title, total=total)
            yield Bar(bar, task)
            bar.update(task, completed=total)


@dataclass
class Bar:
    """One running progress bar."""

    progress: Progress | None
    task: Any

    def step(self, description: str | None = None) -> None:
        if self.progress is not None:
            self.progress.advance(self.task)
            if description is not None:
                self.progress.update(self.task, description=description)
