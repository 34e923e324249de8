"""What the device's commands take and give: one type for each record and each result.

Written by `python -m stanchion.wiredocs` from shared/wire/methods.py; a test fails when stale.
"""

from typing import NotRequired, TypedDict


class Limits(TypedDict):
    frame_body: int
    inputs: int
    outputs: int
    cosigners: int
    depth: int


class LedgerVtxo(TypedDict):
    outpoint: bytes
    amount_sat: int
    index: int
    state: int
    batch_expiry: int
    commitment_txid: bytes
    depth: int


class IntentInput(TypedDict):
    kind: int
    outpoint: bytes
    amount_sat: int
    index: int


class IntentOutput(TypedDict):
    kind: int
    amount_sat: int
    index: NotRequired[int]
    script: NotRequired[bytes]


class CommitmentInput(TypedDict):
    outpoint: bytes
    sequence: int
    amount_sat: NotRequired[int]
    script: NotRequired[bytes]


class TxOutput(TypedDict):
    amount_sat: int
    script: bytes


class ConnectorOutput(TypedDict):
    amount_sat: int
    script: bytes


class ConnectorNode(TypedDict):
    child_index: int
    outputs: list[ConnectorOutput]


class ParentInput(TypedDict):
    outpoint: bytes
    sequence: int


class Parent(TypedDict):
    inputs: list[ParentInput]
    locktime: int
    outputs: list[TxOutput]


class Funding(TypedDict):
    outpoint: bytes
    amount_sat: int
    index: int


class HelloResult(TypedDict):
    version: int
    firmware: str
    board: str
    build: bytes
    limits: Limits
    features: int
    state: int
    boot_id: bytes


class GetStatusResult(TypedDict):
    state: int
    network: NotRequired[int]
    fingerprint: NotRequired[bytes]
    operator_id: NotRequired[bytes]
    session_state: int
    session: NotRequired[int]
    vtxo_count: int
    heap_free: int
    heap_used: int
    largest_free: int


class CreateWalletResult(TypedDict):
    fingerprint: bytes


class RestoreWalletResult(TypedDict):
    fingerprint: bytes


class EnrollOperatorResult(TypedDict):
    operator_id: bytes


class GetOperatorResult(TypedDict):
    name: str
    signer_key: bytes
    forfeit_key: bytes
    forfeit_script: bytes
    unilateral_exit_delay: int
    boarding_exit_delay: int
    checkpoint_exit_delay: int
    min_batch_expiry: int
    dust_sat: int
    operator_id: bytes


class GetAddressResult(TypedDict):
    script: bytes
    address: str
    owner_key: bytes


class ListVtxosResult(TypedDict):
    items: list[LedgerVtxo]
    next: NotRequired[int]


class OpenIntentResult(TypedDict):
    session: int
    cosigner_key: NotRequired[bytes]
    signatures: list[bytes]


class SignIntentDeletionResult(TypedDict):
    signatures: list[bytes]


class FeedCosignersResult(TypedDict):
    count: int


class FeedNodeResult(TypedDict):
    txid: bytes


class GetNoncesResult(TypedDict):
    nonces: list[bytes]


class SignTreeResult(TypedDict):
    partial_signatures: list[bytes]


class SignForfeitResult(TypedDict):
    signature: bytes


class SignBoardingResult(TypedDict):
    signature: bytes


class CloseBatchResult(TypedDict):
    vtxos: list[bytes]


class SignCpfpResult(TypedDict):
    signatures: list[bytes]


class SignClaimResult(TypedDict):
    signature: bytes
