"""An async client of arkd's interface; refusals come back as the operator's structured errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import httpx

from stanchion.operator.errors import Code, OperatorError

BUILD_VERSION = "0.9.9"
_TIMEOUT_SECONDS = 30.0
_TEXT_FORM = re.compile(r"^([A-Z_]+) \((\d+)\): (.*)$", re.DOTALL)

Json = dict[str, Any]


class OperatorUnavailable(OperatorError):
    """The operator did not answer, or answered with nothing that can be read."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.INTERNAL_ERROR, message)


def read_error(response: httpx.Response) -> OperatorError:
    """The refusal in an answer; guards may leave `details` empty (spec/arkade.md 8.1)."""
    try:
        body = response.json()
        details = body.get("details") or [{}]
        found = _TEXT_FORM.match(str(body.get("message", "")))
        code = details[0].get("code", int(found[2]) if found else None)
        if code is not None:
            message = details[0].get("message") or (found[3] if found else "")
            metadata = details[0].get("metadata") or {}
            return OperatorError(Code(int(code)), str(message), metadata)
    except (AttributeError, IndexError, TypeError, ValueError):
        pass
    return OperatorUnavailable(f"status {response.status_code}")


class OperatorClient:
    """One operator at `url`. Every method raises OperatorError, also OperatorUnavailable."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            timeout=_TIMEOUT_SECONDS,
            headers={"X-Build-Version": BUILD_VERSION},
            transport=transport,
        )
        self._digest = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def http(self) -> httpx.AsyncClient:
        """The connection pool, for event streams."""
        return self._http

    # -- info and intents -------------------------------------------------------------------------

    async def info(self) -> Json:
        """The published parameters; later requests are bound to them by their digest."""
        info = await self._get("/v1/info")
        self._digest = str(info.get("digest", ""))
        return info

    async def register_intent(self, proof: str, message: str) -> str:
        answer = await self._post("/v1/batch/registerIntent", _intent(proof, message))
        return _text(answer, "intentId")

    async def estimate_fee(self, proof: str, message: str) -> int:
        """Fee in sat."""
        answer = await self._post("/v1/batch/estimateFee", _intent(proof, message))
        return int(_text(answer, "fee"))

    async def delete_intent(self, proof: str, message: str) -> None:
        await self._post("/v1/batch/deleteIntent", _intent(proof, message))

    # -- the batch --------------------------------------------------------------------------------

    async def confirm(self, intent_id: str) -> None:
        await self._post("/v1/batch/ack", {"intentId": intent_id})

    async def submit_nonces(self, batch_id: str, pubkey: str, nonces: Mapping[str, str]) -> None:
        body = {"batchId": batch_id, "pubkey": pubkey, "treeNonces": dict(nonces)}
        await self._post("/v1/batch/tree/submitNonces", body)

    async def submit_signatures(
        self, batch_id: str, pubkey: str, signatures: Mapping[str, str]
    ) -> None:
        body = {"batchId": batch_id, "pubkey": pubkey, "treeSignatures": dict(signatures)}
        await self._post("/v1/batch/tree/submitSignatures", body)

    async def submit_forfeits(
        self, signed_forfeits: Sequence[str], signed_commitment: str = ""
    ) -> None:
        body: Json = {"signedForfeitTxs": list(signed_forfeits)}
        if signed_commitment:
            body["signedCommitmentTx"] = signed_commitment
        await self._post("/v1/batch/submitForfeitTxs", body)

    # -- off-chain transactions -------------------------------------------------------------------

    async def submit_tx(self, signed_ark_tx: str, checkpoint_txs: Sequence[str]) -> Json:
        """`arkTxid`, `finalArkTx`, `signedCheckpointTxs`."""
        body = {"signedArkTx": signed_ark_tx, "checkpointTxs": list(checkpoint_txs)}
        return await self._post("/v1/tx/submit", body)

    async def finalize_tx(self, ark_txid: str, final_checkpoints: Sequence[str]) -> None:
        body = {"arkTxid": ark_txid, "finalCheckpointTxs": list(final_checkpoints)}
        await self._post("/v1/tx/finalize", body)

    async def pending_txs(self, proof: str, message: str) -> list[Json]:
        answer = await self._post("/v1/tx/pending", _intent(proof, message))
        return list(answer.get("pendingTxs") or [])

    # -- indexer ----------------------------------------------------------------------------------

    async def vtxos(self, scripts: Sequence[str], **flags: bool) -> list[Json]:
        """Records of the VTXOs at these scripts (hex); flags as `spendableOnly=True`."""
        query: Json = {"scripts": list(scripts)}
        query.update({name: "true" for name, wanted in flags.items() if wanted})
        return list((await self._get("/v1/indexer/vtxos", query)).get("vtxos") or [])

    async def chain(self, txid: str, vout: int) -> list[Json]:
        answer = await self._get(f"/v1/indexer/vtxo/{txid}/{vout}/chain")
        return list(answer.get("chain") or [])

    async def virtual_txs(self, txids: Sequence[str]) -> list[str]:
        """PSBTs (base64) by txid."""
        answer = await self._get("/v1/indexer/virtualTx/" + ",".join(txids))
        return list(answer.get("txs") or [])

    # -- transport --------------------------------------------------------------------------------

    async def _get(self, path: str, query: Json | None = None) -> Json:
        return await self._answer(self._http.build_request("GET", path, params=query))

    async def _post(self, path: str, body: Json) -> Json:
        headers = {"X-Digest": self._digest} if self._digest else {}
        return await self._answer(
            self._http.build_request("POST", path, json=body, headers=headers)
        )

    async def _answer(self, request: httpx.Request) -> Json:
        try:
            response = await self._http.send(request)
            if response.is_success:
                answer = response.json()
                if isinstance(answer, dict):
                    return answer
        except (httpx.HTTPError, ValueError) as error:
            raise OperatorUnavailable(repr(error)) from error
        raise read_error(response)


def _intent(proof: str, message: str) -> Json:
    return {"intent": {"proof": proof, "message": message}}


def _text(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        raise OperatorUnavailable(f"answer without {name}")
    return value
