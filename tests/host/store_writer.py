"""A process that appends rounds to a database until it is killed; it says what is acknowledged."""

from __future__ import annotations

import sys

from stanchion.rounds.events import RoundFailed, RoundStarted
from stanchion.rounds.exit_data import ExitData
from stanchion.store.database import open_database
from stanchion.store.exit_data import SqlExitDataStore
from stanchion.store.journal import SqlJournal


def main() -> None:
    engine = open_database(sys.argv[1])
    journal, exits = SqlJournal(engine), SqlExitDataStore(engine)
    for number in range(100_000):
        round_id = f"{sys.argv[2]}-{number}"
        journal.append(round_id, [RoundStarted(round_id, number)])
        print("round", round_id, 1, flush=True)
        journal.append(round_id, [RoundFailed(round_id, "because", number + 1)])
        print("round", round_id, 2, flush=True)
        exits.save([ExitData(f"{round_id}:0", 1, "51", 0, "t", 144, 20, ("00", "01"))])
        print("exit", f"{round_id}:0", 1, flush=True)


if __name__ == "__main__":
    main()
