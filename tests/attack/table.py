"""The attack table as its tests have it: docs/attacks.md is written from here.

python -m tests.attack.table        writes the page
"""

import importlib
from pathlib import Path

from tests.attack.not_yet import NOT_YET
from tests.attack.scaffold import Row, attack_modules

PAGE = Path(__file__).resolve().parents[2] / "docs" / "attacks.md"
LAST_ROW = 100
_HEAD = """# Attacks

Written by `python -m tests.attack.table`; do not edit. Each row is a test over the serial line
against the emulated device: an honest run with one fact changed. The device answers with the tag,
nothing is signed beyond what the moment allows, the ledger is as before, session and nonces are
gone, and an honest refresh passes afterwards. `make attack` runs them, one line a row.

By: C operator and host together, O operator, H host, S sender. *harmless*: the attempt is answered
and gains nothing. Rule: the name in the threat table; from row 101 on, its source.

"""


def rows() -> list[tuple[Row, str]]:
    """(row, name of its file) in the order of the numbers."""
    found = []
    for path in attack_modules():
        module = importlib.import_module(f"tests.attack.{path.stem}")
        found.append((module.ROW, path.name))
    return found


def page() -> str:
    """The text of docs/attacks.md."""
    tested = rows()
    lines = ["| # | By | Attempt | Rule | Tag | Test |", "|---|---|---|---|---|---|"]
    for row, name in tested:
        tag = f"`{row.tag}`" if row.tag != "harmless" else "*harmless*"
        link = f"[{name[5:8]}](../tests/attack/{name})"
        lines.append(f"| {row.number} | {row.by} | {row.attempt} | {row.policy} | {tag} | {link} |")
    lines += ["", "## Not yet", "", "| # | Attempt | Why not yet |", "|---|---|---|"]
    lines += [f"| {number} | {what} | {why} |" for number, (what, why) in NOT_YET.items()]
    count = len([row for row, _ in tested if row.number <= LAST_ROW])
    lines += ["", f"{count} of the {LAST_ROW} rows of the threat table have a test, and"]
    lines += [f"{len(tested) - count} attempts beyond them."]
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
