"""The facts that make up the history of a round, and their JSON form for an event store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from stanchion.rounds.intent import Intent, IntentInput, Receiver


@dataclass(frozen=True)
class StoredNode:
    """One transaction of a stored tree: txid (display hex), PSBT (base64), children by vout."""

    txid: str
    tx: str
    children: tuple[tuple[int, str], ...] = ()

    @property
    def is_leaf(self) -> bool:
        return not self.children


@dataclass(frozen=True)
class ForfeitTx:
    """A signed forfeit: txid (display hex) and PSBT (base64)."""

    txid: str
    tx: str


@dataclass(frozen=True)
class RoundStarted:
    round_id: str
    timestamp: int


@dataclass(frozen=True)
class IntentsRegistered:
    round_id: str
    intents: tuple[Intent, ...]


@dataclass(frozen=True)
class RoundFinalizationStarted:
    round_id: str
    vtxo_tree: tuple[StoredNode, ...]
    connectors: tuple[StoredNode, ...]
    connector_address: str
    txid: str
    commitment_tx: str
    vtxo_tree_expiration: int


@dataclass(frozen=True)
class RoundFinalized:
    round_id: str
    forfeit_txs: tuple[ForfeitTx, ...]
    final_commitment_tx: str
    timestamp: int
    collected_fees_sat: int = 0


@dataclass(frozen=True)
class RoundFailed:
    round_id: str
    reason: str
    timestamp: int


@dataclass(frozen=True)
class BatchSwept:
    """`leaf_vtxos`: one outpoint per swept leaf transaction; `txid`, `tx`: the sweep (raw hex)."""

    round_id: str
    leaf_vtxos: tuple[str, ...]
    preconfirmed_vtxos: tuple[str, ...]
    txid: str
    tx: str
    fully_swept: bool


RoundEvent = (
    RoundStarted
    | IntentsRegistered
    | RoundFinalizationStarted
    | RoundFinalized
    | RoundFailed
    | BatchSwept
)

KNOWN_EVENTS: tuple[type[Any], ...] = (
    RoundStarted,
    IntentsRegistered,
    RoundFinalizationStarted,
    RoundFinalized,
    RoundFailed,
    BatchSwept,
)
_BY_NAME = {kind.__name__: kind for kind in KNOWN_EVENTS}


def event_record(event: RoundEvent) -> dict[str, Any]:
    """JSON-ready dict with the event's name under `type`."""
    return {"type": type(event).__name__, **asdict(event)}


def event_from_record(record: Mapping[str, Any]) -> RoundEvent:
    """The event that `event_record` described, also after a trip through JSON.

    Raises ValueError when the type or a field is unknown or missing.
    """
    values = dict(record)
    kind = _BY_NAME.get(values.pop("type", ""))
    if kind is None:
        raise ValueError("unknown round event type")
    event: RoundEvent = _build(kind, values)
    return event


def _build(kind: type[Any], values: dict[str, Any]) -> Any:
    names = {field.name for field in fields(kind)}
    if not set(values) <= names:
        raise ValueError(f"unknown field in {kind.__name__}")
    restored = {name: _restore(name, value) for name, value in values.items()}
    try:
        return kind(**restored)
    except TypeError as error:
        raise ValueError(f"missing field in {kind.__name__}") from error


_NESTED: dict[str, type[Any]] = {
    "intents": Intent,
    "inputs": IntentInput,
    "receivers": Receiver,
    "vtxo_tree": StoredNode,
    "connectors": StoredNode,
    "forfeit_txs": ForfeitTx,
}


def _restore(name: str, value: Any) -> Any:
    if name in _NESTED:
        return tuple(_build(_NESTED[name], dict(item)) for item in value)
    if name == "children":
        return tuple((int(vout), txid) for vout, txid in value)
    return tuple(value) if isinstance(value, list) else value
