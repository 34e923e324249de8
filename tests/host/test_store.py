"""What the database was told stays there: across restarts, kills at any moment, and mistakes.

Protects the operator's history and the owner's way out: an acknowledged event or exit record is
never lost, and history is never rewritten.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from stanchion.operator.engine import Operator
from stanchion.operator.http.server import OperatorServer
from stanchion.operator.offchain import OffchainTx
from stanchion.rounds.driver import BatchState
from stanchion.rounds.events import RoundFailed, RoundStarted
from stanchion.rounds.exit_data import ExitData
from stanchion.rounds.round import Stage
from stanchion.store.database import open_database, sqlite_url
from stanchion.store.exit_data import SqlExitDataStore
from stanchion.store.journal import SqlJournal, SqlOffchainStore

from tests.host.batch_world import World
from tests.micropython import ROOT

EXIT = ExitData("ab:0", 5_000, "5120", 3, "cd", 144, 20, ("00", "01"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "store.sqlite")


@pytest.fixture
def engine(url: str) -> Engine:
    return open_database(url)


def test_a_batch_replays_from_the_database_as_it_happened(world: World, engine: Engine) -> None:
    journal = SqlJournal(engine)
    operator = Operator(
        world.chain, world.chain.wallet, world.config, world.keys, world.clock, journal=journal
    )
    world.operator = operator
    participants = [world.participant() for _ in range(3)]
    assert world.run([one.board() for one in participants]) == []
    assert world.run([participants[0].refresh()]) == []
    rounds = [journal.load(round_id) for round_id in journal.round_ids()]
    assert [(one.is_ended, one.version) for one in rounds] == [(True, 4), (True, 4)]
    again = Operator(
        world.chain,
        world.chain.wallet,
        world.config,
        world.keys,
        world.clock,
        journal=SqlJournal(open_database(str(engine.url))),
    )
    before = {vtxo.outpoint: (vtxo.spent, vtxo.settled_by) for vtxo in operator.context.vtxos}
    after = {vtxo.outpoint: (vtxo.spent, vtxo.settled_by) for vtxo in again.context.vtxos}
    assert len(before) == 4
    assert after == before


def test_rounds_come_back_in_the_order_in_which_they_began(engine: Engine) -> None:
    journal = SqlJournal(engine)
    for round_id in ("c", "a", "b"):
        journal.append(round_id, [RoundStarted(round_id, 1)])
    journal.append("c", [RoundFailed("c", "late", 2)])
    assert journal.round_ids() == ["c", "a", "b"]
    assert journal.load("c").is_failed
    assert journal.load("unknown").stage is Stage.UNDEFINED


@pytest.mark.parametrize(
    "change", ["UPDATE round_events SET body = ''", "DELETE FROM round_events"]
)
def test_history_cannot_be_rewritten(engine: Engine, change: str) -> None:
    SqlJournal(engine).append("a", [RoundStarted("a", 1)])
    with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


def test_a_version_of_a_round_exists_once(engine: Engine) -> None:
    insert = text("INSERT INTO round_events (round_id, version, body) VALUES ('a', 1, '{}')")
    with engine.begin() as connection:
        connection.execute(insert)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert)


def test_exit_data_is_replaced_by_outpoint_and_read_back(url: str, engine: Engine) -> None:
    SqlExitDataStore(engine).save([EXIT, ExitData("ab:1", 1, "51", 0, "cd", 144, 20, ())])
    SqlExitDataStore(engine).save([EXIT])
    found = SqlExitDataStore(open_database(url)).by_outpoint
    assert found["ab:0"] == EXIT
    assert sorted(found) == ["ab:0", "ab:1"]


def test_a_database_that_cannot_be_written_is_an_os_error(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE exit_data"))
    with pytest.raises(OSError, match="exit_data"):
        SqlExitDataStore(engine).save([EXIT])


def test_offchain_transactions_keep_their_order_and_latest_state(engine: Engine) -> None:
    store = SqlOffchainStore(engine)
    first, second = (OffchainTx(txid, "tx", ("c",), ("a:0",), 1) for txid in ("ff", "00"))
    store.save(first)
    store.save(second)
    done = OffchainTx("ff", "tx", ("signed",), ("a:0",), 1, 2)
    store.save(done)
    assert store.all() == [done, second]


def test_an_operator_whose_journal_fails_stops_before_it_tells_anybody(
    world: World, engine: Engine
) -> None:
    operator = Operator(
        world.chain,
        world.chain.wallet,
        world.config,
        world.keys,
        world.clock,
        journal=SqlJournal(engine),
    )
    world.operator = operator
    stopped: list[bool] = []
    server = OperatorServer(operator, on_failure=lambda: stopped.append(True))
    driver = world.participant().board()
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE round_events"))
    world.time += world.config.session_seconds
    with pytest.raises(OperationalError):
        server.advance()
    assert stopped == [True]
    driver.poll()
    assert driver.state is BatchState.REGISTERED


def test_wal_is_on_and_commits_are_synchronous(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 7, 20, 41])
def test_a_kill_loses_nothing_that_was_acknowledged(url: str, acknowledged: int) -> None:
    seen: list[list[str]] = []
    for life in ("first", "second"):
        command = [sys.executable, "-m", "tests.host.store_writer", url, life]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        seen += [writer.stdout.readline().split() for _ in range(acknowledged)]
        writer.kill()
        seen += [line.split() for line in writer.stdout.read().splitlines() if line.count(" ") == 2]
        writer.wait()
    engine = open_database(url)
    journal, exits = SqlJournal(engine), SqlExitDataStore(engine).by_outpoint
    for kind, name, version in seen:
        if kind == "round":
            assert journal.load(name).version >= int(version)
        else:
            assert name in exits
