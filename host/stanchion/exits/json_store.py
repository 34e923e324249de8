"""Exits in one JSON file, replaced as a whole and flushed to the disk on every write."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from arkcore.codec import (
    from_hex_txid,
    outpoint_text,
    parse_outpoint_text,
    to_hex_txid,
)
from arkcore.errors import ArkError
from arkcore.tx import Tx

from stanchion.exits.errors import ExitError
from stanchion.exits.json_codec import (
    origin_from_json,
    origin_to_json,
    state_from_json,
    state_to_json,
)
from stanchion.exits.store import MemoryExitStore, StoredChild, StoredExit

_VERSION = 1
# What reading a damaged or foreign file can raise.
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArkError, ExitError)


class JsonExitStore(MemoryExitStore):
    """A MemoryExitStore that outlives the process; made for tens of exits, not for thousands."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if path.exists():
            try:
                self._read(json.loads(path.read_text(encoding="utf-8")))
            except _UNREADABLE as error:
                raise OSError(
                    f"{path} cannot be read as a store of exits ({error}). It was left as it is, "
                    "and what is on the chain goes on without it. Put back a copy, or name a new "
                    "store and start again from the exit package."
                ) from error

    def _read(self, record: dict[str, Any]) -> None:
        if record.get("version") != _VERSION:
            raise OSError(f"{self._path} has another format: {record.get('version')!r}")
        for row in record["exits"]:
            vtxo_id = parse_outpoint_text(row["vtxo_id"])
            history = tuple(map(state_from_json, row["history"]))
            self._exits[vtxo_id] = StoredExit(vtxo_id, state_from_json(row["state"]), history)
        for name, plan in record["plans"].items():
            self._plans[parse_outpoint_text(name)] = plan
        for name, row in record["children"].items():
            tx = Tx.parse(bytes.fromhex(row["tx"]))
            origin = origin_from_json(row["origin"])
            self._children[from_hex_txid(name)] = StoredChild(tx, origin)

    def _record(self) -> dict[str, Any]:
        exits: Iterable[StoredExit] = self._exits.values()
        return {
            "version": _VERSION,
            "exits": [
                {
                    "vtxo_id": outpoint_text(entry.vtxo_id),
                    "state": state_to_json(entry.state),
                    "history": [state_to_json(state) for state in entry.history],
                }
                for entry in exits
            ],
            "plans": {outpoint_text(name): plan for name, plan in self._plans.items()},
            "children": {
                to_hex_txid(name): {
                    "tx": child.tx.serialize().hex(),
                    "origin": origin_to_json(child.origin),
                }
                for name, child in self._children.items()
            },
        }

    def _write(self) -> None:
        temporary = self._path.with_name(self._path.name + ".new")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(self._record(), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)

    def store_exit_vtxo(self, entry: StoredExit) -> None:
        super().store_exit_vtxo(entry)
        self._write()

    def store_plan(self, vtxo_id: bytes, record: dict[str, Any]) -> None:
        super().store_plan(vtxo_id, record)
        self._write()

    def store_exit_child_tx(self, exit_txid: bytes, child: StoredChild) -> None:
        super().store_exit_child_tx(exit_txid, child)
        self._write()
