"""`stanchion exit watch` tells at any time what has happened and what comes next; it only reads."""

import json

import pytest
from arkcore.codec import outpoint_text
from stanchion.cli import exit_watch
from stanchion.cli.main import app
from stanchion.exits.json_store import JsonExitStore
from typer.testing import CliRunner

from tests.chain.esplora_server import served
from tests.exits.helpers import EXIT_DELAY_BLOCKS, make_exits, passes


@pytest.fixture
def path(tmp_path):
    return tmp_path / "exits.json"


@pytest.fixture
def exits(chain, owner, path):
    return make_exits(chain, owner, JsonExitStore(path))


def watch(chain, path, *arguments):
    with served(chain) as url:
        command = ["exit", "--store", str(path), "--esplora", url, "--prefix", "bcrt", "watch"]
        result = CliRunner().invoke(app, [*command, *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_each_transaction_is_waiting_then_broadcast_then_confirmed(chain, exits, plan, path):
    stages = []
    for _ in range(3):
        passes(exits)
        (one,) = exit_watch.snapshot(JsonExitStore(path), chain)
        stages.append([row["stage"] for row in one["transactions"]])
        chain.mine()
    assert stages == [
        ["broadcast", "waiting", "waiting"],
        ["confirmed", "broadcast", "waiting"],
        ["confirmed", "confirmed", "broadcast"],
    ]


def test_events_tell_fees_and_blocks_left_until_the_exit_is_over(
    chain, exits, plan, path, monkeypatch
):
    def move_on(_seconds):
        passes(exits)
        if exits.list_claimable():
            exits.claim(plan.vtxo_id)
        chain.mine()

    monkeypatch.setattr(exit_watch, "pause", move_on)
    before = chain.tip().height
    events = [json.loads(line) for line in watch(chain, path, "--json").splitlines()]
    assert {event["vtxo"] for event in events} == {outpoint_text(plan.vtxo_id)}
    left = [event["blocks_left"] for event in events if event["blocks_left"] is not None]
    assert left == sorted(left, reverse=True) and left[0] < EXIT_DELAY_BLOCKS
    fees = [event["fees_sat"] for event in events]
    assert fees == sorted(fees) and fees[0] == 0 < fees[-1]
    assert events[-1]["state"] == "claimed" and not events[-1]["live"]
    assert chain.tip().height > before


def test_the_live_view_draws_a_bar_for_each_transaction(chain, exits, plan, path, monkeypatch):
    def finish(_seconds):
        exits.cancel_exit(plan.vtxo_id)

    monkeypatch.setattr(exit_watch, "pause", finish)
    shown = watch(chain, path)
    assert "canceled" in shown and shown.count("waiting") >= len(plan.steps)


def test_watching_writes_nothing(chain, exits, plan, path):
    passes(exits)
    before = path.read_bytes()
    exit_watch.snapshot(JsonExitStore(path), chain)
    assert path.read_bytes() == before


def test_a_chain_that_does_not_answer_is_told(exits, plan, path):
    command = ["exit", "--store", str(path), "--esplora", "http://127.0.0.1:1", "watch"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1 and "does not answer" in result.output
