"""`stanchion exit`: what a person can do without the operator, command by command.

Chain and signer are the real ones of the other tests; only where they come from is set here.
"""

import json
from contextlib import contextmanager

import pytest
from arkcore.codec import outpoint_text
from stanchion.cli import exit as commands
from stanchion.cli import exit_tools
from stanchion.cli.main import app
from stanchion.exits.exit_package import encode_package, read_package
from typer.testing import CliRunner

from tests.chain.esplora_server import served
from tests.exits.helpers import EXIT_DELAY_BLOCKS


@pytest.fixture
def stanchion_online(chain, owner, tmp_path, monkeypatch):
    """Runs `stanchion exit ...` with the test's signer; gives the output."""

    @contextmanager
    def this_signer(_options):
        yield owner

    monkeypatch.setattr(exit_tools, "open_signer", this_signer)
    monkeypatch.setattr(commands, "pause", lambda _seconds: chain.mine())

    def run(*arguments, code=0):
        command = ["exit", "--store", str(tmp_path / "exits.json"), "--prefix", "bcrt"]
        result = CliRunner().invoke(app, [*command, *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def stanchion(chain, stanchion_online, monkeypatch):
    """The same with the test's chain, without a server in between."""

    @contextmanager
    def this_chain(_options, _prefix):
        yield chain

    monkeypatch.setattr(exit_tools, "open_chain", this_chain)
    return stanchion_online


@pytest.fixture
def package(batch, tmp_path):
    path = tmp_path / "leave.json"
    path.write_text(encode_package("bcrt", [plan.to_json() for plan in batch.plans[:2]]))
    return path


def test_run_leaves_with_a_whole_package_and_ends_with_the_claims(chain, stanchion, package, batch):
    output = stanchion("run", package)
    for plan in batch.plans[:2]:
        assert f"{outpoint_text(plan.vtxo_id)}: claimed, done" in output
        assert chain.tx_status(chain.spender(plan.vtxo_id).txid).confirmed
    waiting = len(chain.mempool_txids())
    assert stanchion("run", package) == "" and len(chain.mempool_txids()) == waiting


def test_run_leaves_over_an_esplora_server(chain, stanchion_online, package):
    with served(chain) as url:
        output = stanchion_online("--prefix", "bc", "--esplora", url, "run", package)
    assert output.count("claimed, done") == 2


def test_run_goes_on_where_it_was_stopped(chain, stanchion, package, batch, monkeypatch):
    passes = []

    def stop(_seconds):
        passes.append(chain.mine())
        if len(passes) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(commands, "pause", stop)
        stanchion("run", package, code=130)
    assert chain.tx_status(batch.plans[0].vtxo_id[:32]).confirmed
    assert stanchion("run", package).count("claimed, done") == 2


def test_each_command_does_its_part_of_an_exit(chain, stanchion, package, batch):
    assert "claimable" not in stanchion("start", package)
    name = outpoint_text(batch.plans[0].vtxo_id)
    assert f"{name}: processing" in stanchion("progress")
    for _ in range(4):
        chain.mine()
        stanchion("progress")
    assert f"{name}: awaiting-delta, the owner's delay runs" in stanchion("status")
    chain.mine(EXIT_DELAY_BLOCKS)
    assert f"{name}: claimable" in stanchion("progress")
    assert stanchion("claim").count("claimed by") == 2
    chain.mine()
    assert f"{name}: claimed, done" in stanchion("progress")
    assert "claim" in stanchion("claim", code=1).lower()


def test_status_as_json_holds_state_and_history(stanchion, package, batch):
    assert "no exits" in stanchion("status")
    stanchion("start", package)
    stanchion("progress")
    rows = json.loads(stanchion("status", "--json"))
    assert {row["vtxo"] for row in rows} == {outpoint_text(p.vtxo_id) for p in batch.plans[:2]}
    assert {row["state"]["type"] for row in rows} == {"processing"}
    assert all(row["history"][0]["type"] == "start" for row in rows)


def test_export_writes_a_package_of_the_live_exits(stanchion, package, batch, tmp_path):
    stanchion("start", package)
    stanchion("cancel", outpoint_text(batch.plans[1].vtxo_id))
    copy = tmp_path / "copy.json"
    assert "1 VTXOs" in stanchion("export", copy)
    assert [plan.to_json() for plan in read_package(copy).plans] == [batch.plans[0].to_json()]


def test_export_of_nothing_is_a_failure(stanchion, tmp_path):
    assert "no VTXOs" in stanchion("export", tmp_path / "copy.json", code=1)


def test_estimate_counts_shared_transactions_once(stanchion, package):
    cost = json.loads(stanchion("--fee-rate", "2", "estimate", package, "--json"))
    assert (cost["txs_to_broadcast"], cost["rounds"], cost["fundable"]) == (4, 3, True)
    assert cost["total_sat"] == cost["exit_broadcast_fee_sat"] + cost["claim_fee_sat"]
    assert "4 transactions" in stanchion("estimate", package)


def test_cancel_of_a_stranger_and_broken_files_are_told_in_one_line(stanchion, package, tmp_path):
    stanchion("cancel", "00" * 32 + ":0", code=1)
    package.write_text("{}")
    assert "not an exit package" in stanchion("run", package, code=1)
    assert stanchion("start", tmp_path / "absent.json", code=1).count("\n") <= 2


def test_one_chain_source_and_a_device_have_to_be_named():
    for arguments in (["progress"], ["--node", "http://a", "--esplora", "http://b", "progress"]):
        assert CliRunner().invoke(app, ["exit", *arguments]).exit_code == 2
    assert CliRunner().invoke(app, ["exit", "--esplora", "http://b", "progress"]).exit_code == 2
