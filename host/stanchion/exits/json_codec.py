"""JSON of states, statuses and origins in bark's documented shapes; older records stay readable.

Objects carry `type` in kebab-case and the fields; txids are shown in display order, blocks as
`{"height", "hash"}`, read also from the older text form `height:hash`.
"""

from dataclasses import fields
from typing import Any

from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.errors import EncodingError

from stanchion.chain.port import BlockRef
from stanchion.exits.states import (
    AwaitingDeltaState,
    CanceledState,
    ClaimableState,
    ClaimedState,
    ClaimInProgressState,
    ExitState,
    ProcessingState,
    StartState,
    VtxoAlreadySpentState,
)
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingCpfpBroadcast,
    AwaitingInputConfirmation,
    Confirmed,
    ExitTx,
    ExitTxOrigin,
    ExitTxStatus,
    OriginKind,
    VerifyInputs,
)

Json = dict[str, Any]

_STATUS_NAMES: dict[type, str] = {
    VerifyInputs: "verify-inputs",
    AwaitingInputConfirmation: "awaiting-input-confirmation",
    AwaitingCpfpBroadcast: "awaiting-cpfp-broadcast",
    AwaitingConfirmation: "awaiting-confirmation",
    Confirmed: "confirmed",
}


class BadExitRecord(ValueError):
    """A stored record is not what any revision wrote."""


def _encode(value: object) -> object:
    if isinstance(value, bytes):
        return to_hex_txid(value)
    if isinstance(value, BlockRef):
        return {"height": value.height, "hash": to_hex_txid(value.hash)}
    if isinstance(value, ExitTxOrigin):
        return origin_to_json(value)
    if isinstance(value, frozenset):
        return sorted(to_hex_txid(txid) for txid in value)
    if isinstance(value, tuple):
        return [{"txid": to_hex_txid(tx.txid), "status": status_to_json(tx.status)} for tx in value]
    return value


def _fields(value: Any) -> Json:
    return {field.name: _encode(getattr(value, field.name)) for field in fields(value)}


def origin_to_json(origin: ExitTxOrigin) -> Json:
    shown: Json = {"type": origin.kind.value}
    if origin.kind is not OriginKind.MEMPOOL:
        shown["confirmed_in"] = _encode(origin.confirmed_in)
    return shown


def status_to_json(status: ExitTxStatus) -> Json:
    return {"type": _STATUS_NAMES[type(status)], **_fields(status)}


def state_to_json(state: ExitState) -> Json:
    """Arkade's optional fields (`claimable_time`, the spender's `txid`) only where they are set."""
    shown = {"type": state.kind.value, **_fields(state)}
    if isinstance(state, AwaitingDeltaState) and state.claimable_time is None:
        del shown["claimable_time"]
    if isinstance(state, VtxoAlreadySpentState) and state.txid is None:
        del shown["txid"]
    return shown


def block_from_json(value: Any) -> BlockRef:
    if isinstance(value, str):
        height, _, block_hash = value.partition(":")
        return BlockRef(int(height), from_hex_txid(block_hash))
    return BlockRef(int(value["height"]), from_hex_txid(value["hash"]))


def _optional_block(value: Any) -> BlockRef | None:
    return None if value is None else block_from_json(value)


def origin_from_json(value: Json) -> ExitTxOrigin:
    """Fee fields that the older revision kept in a mempool origin are ignored."""
    return ExitTxOrigin(OriginKind(value["type"]), _optional_block(value.get("confirmed_in")))


def status_from_json(value: Json) -> ExitTxStatus:
    """Reads both revisions; spec/bark.md 1.12 maps the older names."""
    match value["type"]:
        case "verify-inputs":
            return VerifyInputs()
        case "awaiting-input-confirmation":
            return AwaitingInputConfirmation(frozenset(map(from_hex_txid, value["txids"])))
        case "awaiting-cpfp-broadcast" | "needs-signed-package" | "needs-replacement-package":
            return AwaitingCpfpBroadcast()
        case "awaiting-confirmation" | "needs-broadcasting" | "broadcast-with-cpfp":
            child, origin = from_hex_txid(value["child_txid"]), origin_from_json(value["origin"])
            return AwaitingConfirmation(child, origin)
        case "confirmed":
            name, origin = value["child_txid"], origin_from_json(value["origin"])
            child_txid = None if name is None else from_hex_txid(name)
            return Confirmed(child_txid, block_from_json(value["block"]), origin)
    raise BadExitRecord(f"unknown transaction status {value['type']!r}")


def state_from_json(value: Json) -> ExitState:
    """Raises BadExitRecord for a record that no revision wrote."""
    try:
        return _state_from_json(value, int(value["tip_height"]))
    except (KeyError, TypeError, ValueError, EncodingError) as error:
        raise BadExitRecord(f"{value!r}: {error}") from error


def _state_from_json(value: Json, tip: int) -> ExitState:
    match value["type"]:
        case "start":
            return StartState(tip)
        case "processing":
            rows = value["transactions"]
            txs = (
                ExitTx(from_hex_txid(row["txid"]), status_from_json(row["status"])) for row in rows
            )
            return ProcessingState(tip, tuple(txs))
        case "awaiting-delta":
            block = block_from_json(value["confirmed_block"])
            height, time = value["claimable_height"], value.get("claimable_time")
            return AwaitingDeltaState(tip, block, height, time)
        case "claimable":
            since = block_from_json(value["claimable_since"])
            return ClaimableState(tip, since, _optional_block(value["last_scanned_block"]))
        case "claim-in-progress":
            since = block_from_json(value["claimable_since"])
            return ClaimInProgressState(tip, since, from_hex_txid(value["claim_txid"]))
        case "claimed":
            return ClaimedState(tip, from_hex_txid(value["txid"]), block_from_json(value["block"]))
        case "vtxo-already-spent":
            txid = value.get("txid")
            return VtxoAlreadySpentState(tip, None if txid is None else from_hex_txid(txid))
        case "canceled":
            return CanceledState(tip)
    raise BadExitRecord(f"unknown state {value['type']!r}")
