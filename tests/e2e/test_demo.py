"""The demo comes to its end, and its numbers are computed (I1, I5, I6, I10 in one run).

Runs the very command of the README, in its form for machines.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from stanchion.demo.report import Report
from stanchion.demo.run import run_demo

README = Path(__file__).resolve().parents[2] / "README.md"
SIX_FRAUDS = {
    "garbage-tree-signatures",
    "no-tree-signatures",
    "batch-output-to-itself",
    "short-expiry",
    "commitment-swapped",
    "connector-missing",
}


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, "-m", "stanchion", "demo", "--json"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return [json.loads(line) for line in ran.stdout.splitlines()]


def table(events: list[dict[str, Any]], title: str) -> list[dict[str, Any]]:
    [found] = [one["rows"] for one in events if one.get("title") == title and "rows" in one]
    return list(found)


def test_the_demo_tells_every_chapter_and_finishes(events: list[dict[str, Any]]) -> None:
    assert "".join(one["letter"] for one in events if one["event"] == "chapter") == "abcdefghi"
    assert events[-1]["event"] == "finished"


def test_every_fraud_is_refused_by_the_device_itself(events: list[dict[str, Any]]) -> None:
    frauds = table(events, "Frauds")
    assert {row["fraud"] for row in frauds} >= SIX_FRAUDS
    assert {row["verdict"] for row in frauds} == {"refused"}
    assert {row["refused by"] for row in frauds} == {"device"}
    assert all(row["tag"] for row in frauds)


def test_the_readme_shows_frauds_as_the_demo_shows_them(events: list[dict[str, Any]]) -> None:
    shown = [line.split() for line in README.read_text().splitlines() if " refused " in line]
    frauds = {row["fraud"]: row for row in table(events, "Frauds")}
    assert len(shown) >= 3
    for fraud, verdict, tag, *by in shown:
        assert frauds[fraud]["verdict"] == verdict
        assert frauds[fraud]["tag"] == tag
        assert by == ["by", "the", frauds[fraud]["refused by"]]


def test_the_balance_adds_up_to_the_last_satoshi(events: list[dict[str, Any]]) -> None:
    balance = {row["what"]: row["sat"] for row in table(events, "Balance")}
    received = balance.pop("received on chain")
    assert sum(balance.values()) == received
    assert all(balance.values())


def test_every_transaction_is_in_a_block_that_the_engine_accepted(
    events: list[dict[str, Any]],
) -> None:
    rows = table(events, "Transactions")
    assert all(row["block"] > 0 and len(row["txid"]) == 64 for row in rows)
    assert len({row["txid"] for row in rows}) == len(rows)


def test_two_demos_make_different_keys_and_transactions(events: list[dict[str, Any]]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "stanchion", "demo", "--json"],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    again = [json.loads(line) for line in ran.stdout.splitlines()]
    ours = {row["txid"] for row in table(events, "Transactions")}
    assert not ours & {row["txid"] for row in table(again, "Transactions")}


def test_ctrl_c_ends_the_demo_with_a_line_that_says_so() -> None:
    command = [sys.executable, "-m", "stanchion", "demo", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        lines, _ = running.communicate(timeout=60)
    last = json.loads(lines.splitlines()[-1])
    assert first["event"] == "chapter" and running.returncode == 130
    assert last["event"] == "failed" and last["reason"] == "stopped by Ctrl-C"


def test_what_nobody_foresaw_still_ends_in_a_line_for_machines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", "/dev/null")
    monkeypatch.setattr("tempfile.tempdir", "/dev/null")
    with pytest.raises(OSError):
        run_demo(Report(as_json=True))
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["event"] == "failed"
