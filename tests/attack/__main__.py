"""Runs every attack and prints one line a row: number, tag, refused. Exit code 1 if one passes.

python -m tests.attack
"""

import sys
from pathlib import Path

import pytest

from tests.attack.scaffold import HARMLESS, Row
from tests.attack.table import rows


class Report:
    """Prints what became of each row as its test ends."""

    def __init__(self, table: dict[str, Row]) -> None:
        self._table = table
        self.refused: set[int] = set()
        self.passed_through: set[int] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        row = self._table.get(Path(report.fspath).name)
        if row is None or (report.when != "call" and not report.failed):
            return
        if report.failed:
            self.passed_through.add(row.number)
            verdict = "PASSED THROUGH"
        else:
            self.refused.add(row.number)
            verdict = "no gain" if row.tag == HARMLESS else "refused"
        print(f"{row.number:4}  {row.tag:26}  {verdict:14}  {row.attempt}", flush=True)


def main() -> int:
    table = {name: row for row, name in rows()}
    report = Report(table)
    folder = Path(__file__).parent
    options = ["-p", "no:terminal", "-o", "addopts=", str(folder)]
    code = pytest.main(options, plugins=[report])
    refused = report.refused - report.passed_through
    print(f"{len(table)} attacks, {len(refused)} refused, {len(table) - len(refused)} not")
    return 1 if code or len(refused) != len(table) else 0


if __name__ == "__main__":
    sys.exit(main())
