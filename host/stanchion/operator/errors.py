"""The operator's structured errors, with the codes and names of arkd (spec/arkade.md 12.4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

_DETAILS_TYPE = "type.googleapis.com/ark.v1.ErrorDetails"


class Grpc(IntEnum):
    """The gRPC status that an error travels under."""

    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    FAILED_PRECONDITION = 9
    INTERNAL = 13

    @property
    def http_status(self) -> int:
        return {3: 400, 5: 404, 6: 409, 9: 400, 13: 500}[self.value]


class Code(IntEnum):
    INTERNAL_ERROR = 0
    INVALID_ARK_PSBT = 1
    INVALID_CHECKPOINT_PSBT = 2
    INVALID_PSBT_MISSING_INPUT = 3
    VTXO_ALREADY_REGISTERED = 4
    INVALID_PSBT_INPUT = 5
    VTXO_ALREADY_SPENT = 6
    VTXO_ALREADY_UNROLLED = 7
    VTXO_RECOVERABLE = 8
    OFFCHAIN_TX_SPENDING_NOTE = 9
    INVALID_VTXO_SCRIPT = 10
    FORFEIT_CLOSURE_LOCKED = 11
    ARK_TX_INPUT_NOT_SIGNED = 12
    MALFORMED_ARK_TX = 13
    AMOUNT_TOO_HIGH = 14
    AMOUNT_TOO_LOW = 15
    CHECKPOINT_MISMATCH = 16
    ARK_TX_MISMATCH = 17
    INVALID_SIGNATURE = 18
    TX_NOT_FOUND = 19
    INVALID_INTENT_TIMERANGE = 20
    INVALID_INTENT_MESSAGE = 21
    INVALID_INTENT_PSBT = 22
    INVALID_INTENT_PROOF = 23
    INVALID_PKSCRIPT = 24
    CONFIRMATION_SESSION_NOT_STARTED = 25
    INVALID_FORFEIT_TXS = 26
    INVALID_BOARDING_INPUT_SIG = 27
    SIGNING_SESSION_TIMED_OUT = 28
    VTXO_BANNED = 29
    VTXO_NOT_FOUND = 30
    INTENT_INSUFFICIENT_FEE = 31
    OFFCHAIN_TX_INSUFFICIENT_FEE = 32
    ASSET_VALIDATION_FAILED = 33
    ASSET_NOT_FOUND = 34
    ASSET_INPUT_INVALID = 35
    ASSET_OUTPUT_INVALID = 36
    CONTROL_ASSET_INVALID = 37
    CONTROL_ASSET_NOT_FOUND = 38
    INTENT_ASSET_VALIDATION_FAILED = 39
    CHECKPOINT_TX_INVALID = 40
    CHECKPOINT_TX_NOT_FOUND = 41
    OFFCHAIN_TX_INVALID = 42
    ASSET_PACKET_INVALID = 43
    INTENT_FEE_EVALUATION_FAILED = 44
    INTENT_NOT_FOUND = 45
    TX_TOO_LARGE = 46
    VTXO_WITH_TOO_MANY_ASSETS = 47
    BUILD_VERSION_TOO_OLD = 48
    DIGEST_MISMATCH = 49
    SUBSCRIPTION_NOT_FOUND = 50
    TX_FILTERS_LIMIT_EXCEEDED = 51
    INVALID_TX_FILTER = 52

    @property
    def grpc(self) -> Grpc:
        return _GRPC_BY_CODE.get(self, Grpc.INVALID_ARGUMENT)


_GRPC_BY_CODE = {
    Code.INTERNAL_ERROR: Grpc.INTERNAL,
    Code.VTXO_ALREADY_REGISTERED: Grpc.ALREADY_EXISTS,
    Code.FORFEIT_CLOSURE_LOCKED: Grpc.FAILED_PRECONDITION,
    Code.TX_NOT_FOUND: Grpc.NOT_FOUND,
    Code.SIGNING_SESSION_TIMED_OUT: Grpc.INTERNAL,
    Code.VTXO_NOT_FOUND: Grpc.NOT_FOUND,
    Code.ASSET_NOT_FOUND: Grpc.NOT_FOUND,
    Code.CONTROL_ASSET_NOT_FOUND: Grpc.NOT_FOUND,
    Code.CHECKPOINT_TX_NOT_FOUND: Grpc.NOT_FOUND,
    Code.INTENT_FEE_EVALUATION_FAILED: Grpc.INTERNAL,
    Code.INTENT_NOT_FOUND: Grpc.NOT_FOUND,
    Code.BUILD_VERSION_TOO_OLD: Grpc.FAILED_PRECONDITION,
    Code.DIGEST_MISMATCH: Grpc.FAILED_PRECONDITION,
    Code.SUBSCRIPTION_NOT_FOUND: Grpc.NOT_FOUND,
}


class OperatorError(Exception):
    """A request that the operator refuses. `str` is arkd's text form `NAME (n): message`."""

    def __init__(self, code: Code, message: str, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.metadata = dict(metadata or {})

    def __str__(self) -> str:
        return f"{self.code.name} ({self.code.value}): {self.message}"

    def body(self) -> dict[str, Any]:
        """The JSON body that an HTTP face answers with."""
        return {
            "code": int(self.code.grpc),
            "message": str(self),
            "details": [
                {
                    "@type": _DETAILS_TYPE,
                    "code": int(self.code),
                    "name": self.code.name,
                    "message": self.message,
                    "metadata": self.metadata,
                }
            ],
        }
