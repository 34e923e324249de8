"""`python -m tests.conformance <dir>`: every vector file below a folder, on both interpreters."""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.conformance.formats import SUPPORTED, Format, recognise
from tests.micropython import ROOT, micropython

CPYTHON = "cpython"
MICROPYTHON = "micropython"
WORKER = "tests/conformance/worker.py"
HEAP = "64m"
TIMEOUT_SECONDS = 3600
# Exit code: there was no vector to run, so nothing is known.
NOTHING_RUN = 2
CHECKS = Path(__file__).parent / "checks"


def start(interpreter: str, check: str, path: Path) -> "subprocess.CompletedProcess[str]":
    if interpreter == MICROPYTHON:
        return micropython([WORKER, check, str(path)], heap=HEAP, timeout=TIMEOUT_SECONDS)
    return subprocess.run(
        [sys.executable, "-m", WORKER.removesuffix(".py").replace("/", "."), check, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def run(interpreter: str, check: str, path: Path) -> dict[str, Any]:
    """`{passed, total, empty, failures: [{name, reason}]}` of one file on one interpreter.

    `empty` counts cases in which the vector gives nothing to run; they are not part of `total`.
    """
    try:
        result = start(interpreter, check, path.resolve())
    except subprocess.TimeoutExpired:
        failure = {"name": "*", "reason": f"not done after {TIMEOUT_SECONDS} s"}
        return {"passed": 0, "total": 1, "empty": 0, "failures": [failure]}
    rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("[")]
    ended = bool(rows) and rows[-1][0] == "end" and rows[-1][1] == len(rows) - 1
    cases = rows[:-1] if ended else rows
    failures = [{"name": name, "reason": reason} for name, reason in cases if reason]
    if ended and not cases:
        failures.append({"name": "*", "reason": "the file holds no cases"})
    elif not ended or result.returncode:
        tail = (result.stderr or result.stdout)[-2000:]
        failures.append({"name": "*", "reason": f"the run broke off: {tail}"})
    empty = [name for name, reason in cases if reason is None]
    total = len(cases) - len(empty) + any(one["name"] == "*" for one in failures)
    passed = total - len(failures)
    return {"passed": passed, "total": total, "empty": len(empty), "failures": failures}


def examine(path: Path, interpreters: list[str]) -> dict[str, Any]:
    """What one file is and how it went."""
    try:
        found = recognise(json.loads(path.read_text()), path.name)
    except (ValueError, RecursionError, OSError) as error:
        return {"format": None, "status": "not readable JSON", "ok": False, "reason": str(error)}
    if found is None:
        return {"format": None, "status": "unknown JSON, not run", "ok": True}
    report: dict[str, Any] = {"format": found.name, "status": found.status, "ok": True}
    if found.status == SUPPORTED:
        examine_supported(path, found, interpreters, report)
    return report


def examine_supported(
    path: Path, found: Format, interpreters: list[str], report: dict[str, Any]
) -> None:
    if not (CHECKS / f"{found.check}.py").exists():
        report.update(status="known format without a check", ok=False)
        return
    report["runs"] = {name: run(name, found.check, path) for name in interpreters}
    report["ok"] = not any(one["failures"] for one in report["runs"].values())


def show(name: str, report: dict[str, Any]) -> None:
    for interpreter, one in report.get("runs", {}).items():
        print(f"{name}: {one['passed']}/{one['total']} ({report['format']}, {interpreter})", end="")
        print(f", {one['empty']} cases without input not run" if one["empty"] else "")
        for failure in one["failures"]:
            print(f"    FAILED {failure['name']}: {failure['reason']}")
    if "runs" not in report:
        label = f" ({report['format']})" if report["format"] else ""
        print(f"{name}: {report['status'].upper()}{label} {report.get('reason', '')}".rstrip())
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("directory", type=Path, help="folder of *.json files, or one file")
    parser.add_argument("--interpreter", choices=[CPYTHON, MICROPYTHON], help="only this one")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    interpreters = [chosen.interpreter] if chosen.interpreter else [CPYTHON, MICROPYTHON]
    base = chosen.directory
    if not base.exists():
        print(f"{base}: there is no such folder or file", file=sys.stderr)
        return NOTHING_RUN
    paths = [base] if base.is_file() else sorted(base.rglob("*.json"))
    if not paths:
        print(f"{base}: no *.json file in this folder, nothing was run", file=sys.stderr)
        return NOTHING_RUN
    reports: dict[str, Any] = {}
    for path in paths:
        name = path.name if path == base else str(path.relative_to(base))
        reports[name] = examine(path, interpreters)
        if not chosen.json:
            show(name, reports[name])
    is_any_run = any("runs" in report for report in reports.values())
    ok = is_any_run and all(report["ok"] for report in reports.values())
    if chosen.json:
        print(json.dumps({"ok": ok, "files": reports}, indent=1))
    else:
        print(summary(reports))
    return 0 if ok else 1 if is_any_run else NOTHING_RUN


def summary(reports: dict[str, Any]) -> str:
    """The last line: how many files were run, and how many were only listed."""
    bad = [name for name, report in reports.items() if not report["ok"]]
    run_count = sum("runs" in report for report in reports.values())
    listed = Counter(report["status"] for report in reports.values() if "runs" not in report)
    rest = "".join(f"; {count} {status}" for status, count in sorted(listed.items()))
    passed = "passed" if run_count else "NOTHING WAS RUN"
    verdict = f"FAILED: {', '.join(bad)}" if bad else passed
    return f"{run_count} of {len(reports)} files run{rest}: {verdict}"


if __name__ == "__main__":
    sys.exit(main())
