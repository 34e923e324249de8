"""Where exits are kept: a port, and the simplest store that fulfils it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from arkcore.tx import Tx

from stanchion.exits.states import ExitState
from stanchion.exits.statuses import ExitTxOrigin


@dataclass(frozen=True)
class StoredExit:
    """One exit as it is stored: the VTXO's outpoint, its state, and former states, oldest first."""

    vtxo_id: bytes
    state: ExitState
    history: tuple[ExitState, ...]


@dataclass(frozen=True)
class StoredChild:
    """The child that was last broadcast for an exit transaction."""

    tx: Tx
    origin: ExitTxOrigin


class ExitStore(Protocol):
    """Every method raises OSError when the store fails; a write is durable when it returns."""

    def store_exit_vtxo(self, entry: StoredExit) -> None: ...

    def get_exit_vtxo(self, vtxo_id: bytes) -> StoredExit | None: ...

    def list_exit_vtxos(self) -> Iterable[StoredExit]: ...

    def store_plan(self, vtxo_id: bytes, record: dict[str, Any]) -> None: ...

    def get_plan(self, vtxo_id: bytes) -> dict[str, Any] | None: ...

    def store_exit_child_tx(self, exit_txid: bytes, child: StoredChild) -> None: ...

    def get_exit_child_tx(self, exit_txid: bytes) -> StoredChild | None: ...


class MemoryExitStore:
    """Keeps everything until the process ends. `writes` counts stored exit states."""

    def __init__(self) -> None:
        self._exits: dict[bytes, StoredExit] = {}
        self._plans: dict[bytes, dict[str, Any]] = {}
        self._children: dict[bytes, StoredChild] = {}
        self.writes = 0

    def store_exit_vtxo(self, entry: StoredExit) -> None:
        self.writes += 1
        self._exits[entry.vtxo_id] = entry

    def get_exit_vtxo(self, vtxo_id: bytes) -> StoredExit | None:
        return self._exits.get(vtxo_id)

    def list_exit_vtxos(self) -> Iterable[StoredExit]:
        return list(self._exits.values())

    def store_plan(self, vtxo_id: bytes, record: dict[str, Any]) -> None:
        self._plans[vtxo_id] = record

    def get_plan(self, vtxo_id: bytes) -> dict[str, Any] | None:
        return self._plans.get(vtxo_id)

    def store_exit_child_tx(self, exit_txid: bytes, child: StoredChild) -> None:
        self._children[exit_txid] = child

    def get_exit_child_tx(self, exit_txid: bytes) -> StoredChild | None:
        return self._children.get(exit_txid)
