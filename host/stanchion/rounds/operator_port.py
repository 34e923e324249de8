"""What a batch driver needs of an operator, in process or at the other end of a wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol


class EventStream(Protocol):
    """A subscription; nothing from before it is replayed."""

    def take(self) -> list[dict[str, Any]]:
        """The events that have come since, oldest first."""


class OperatorPort(Protocol):
    """The batch part of arkd's interface (spec/arkade.md 8.2).

    Refusals raise `stanchion.operator.errors.OperatorError`. PSBTs are base64, keys, nonces and
    signatures hex, txids display hex.
    """

    def info(self) -> dict[str, Any]: ...

    def open_feed(self, topics: Iterable[str]) -> EventStream: ...

    def register_intent(self, proof: str, message: str) -> str:
        """The intent's id."""

    def delete_intent(self, proof: str, message: str) -> None: ...

    def confirm(self, intent_id: str) -> None: ...

    def submit_nonces(self, batch_id: str, pubkey: str, nonces: Mapping[str, str]) -> None: ...

    def submit_signatures(
        self, batch_id: str, pubkey: str, signatures: Mapping[str, str]
    ) -> None: ...

    def submit_forfeits(
        self, signed_forfeits: Sequence[str], signed_commitment: str = ""
    ) -> None: ...
