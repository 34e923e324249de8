"""ArkService: info, intents, the batch, off-chain transactions (spec/arkade.md 8.2)."""

from __future__ import annotations

from arkcore import intent as intents
from arkcore.codec import outpoint_text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.http.requests import Handler, check_headers, guarded, read_body
from stanchion.operator.http.server import HEARTBEAT_SECONDS, OperatorServer, Wake, event_stream
from stanchion.operator.registration import Proof


class ArkService:
    """The handlers; each reads a body, asks the operator and lets it do what is due."""

    def __init__(self, server: OperatorServer) -> None:
        self._server = server
        self._operator = server.operator

    def routes(self) -> list[Route]:
        posts = {
            "/v1/batch/registerIntent": self._register,
            "/v1/batch/estimateFee": self._estimate,
            "/v1/batch/deleteIntent": self._delete,
            "/v1/batch/ack": self._ack,
            "/v1/batch/tree/submitNonces": self._nonces,
            "/v1/batch/tree/submitSignatures": self._signatures,
            "/v1/batch/submitForfeitTxs": self._forfeits,
            "/v1/batch/updateTopics": self._update_topics,
            "/v1/tx/submit": self._submit,
            "/v1/tx/finalize": self._finalize,
            "/v1/tx/pending": self._pending,
            "/v1/intent": self._intent,
        }
        gets = {"/v1/batch/events": self._events, "/v1/txs": self._txs}
        return [
            Route("/v1/info", guarded(self._info), methods=["GET"]),
            *(Route(path, self._checked(run), methods=["POST"]) for path, run in posts.items()),
            *(Route(path, self._checked(run), methods=["GET"]) for path, run in gets.items()),
        ]

    def _checked(self, handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            check_headers(request, self._operator.info()["digest"])
            return await handler(request)

        return guarded(checked)

    async def _info(self, _request: Request) -> Response:
        return JSONResponse(self._operator.info())

    # -- intents ----------------------------------------------------------------------------------

    async def _register(self, request: Request) -> Response:
        proof, message = (await read_body(request)).intent()
        parsed = Proof(proof, message, intents.REGISTER)
        topics = [outpoint_text(point) for point in parsed.outpoints]
        await self._server.wait_for_stream(topics)
        return JSONResponse({"intentId": self._operator.register_intent(proof, message)})

    async def _estimate(self, request: Request) -> Response:
        proof, message = (await read_body(request)).intent()
        return JSONResponse({"fee": str(self._operator.estimate_fee(proof, message))})

    async def _delete(self, request: Request) -> Response:
        proof, message = (await read_body(request)).intent()
        self._operator.delete_intent(proof, message)
        return JSONResponse({})

    async def _intent(self, request: Request) -> Response:
        body = await read_body(request)
        if body.text("txid"):
            found = self._operator.intents_by_txid(body.text("txid"))
        else:
            found = self._operator.intents_by_proof(*body.intent())
        if not found:
            raise OperatorError(Code.INTENT_NOT_FOUND, "no matching intents found")
        records = [{"proof": one.proof, "message": one.message} for one in found]
        return JSONResponse({"intent": records[0], "intents": records})

    # -- the batch --------------------------------------------------------------------------------

    async def _ack(self, request: Request) -> Response:
        self._operator.confirm((await read_body(request)).text("intentId"))
        return self._done()

    async def _nonces(self, request: Request) -> Response:
        body = await read_body(request)
        batch_id, pubkey = body.text("batchId"), body.text("pubkey")
        self._operator.submit_nonces(batch_id, pubkey, body.text_map("treeNonces"))
        return self._done()

    async def _signatures(self, request: Request) -> Response:
        body = await read_body(request)
        batch_id, pubkey = body.text("batchId"), body.text("pubkey")
        self._operator.submit_signatures(batch_id, pubkey, body.text_map("treeSignatures"))
        return self._done()

    async def _forfeits(self, request: Request) -> Response:
        body = await read_body(request)
        forfeits, commitment = body.texts("signedForfeitTxs"), body.text("signedCommitmentTx")
        self._operator.submit_forfeits(forfeits, commitment)
        return self._done()

    def _done(self) -> Response:
        self._server.advance()
        return JSONResponse({})

    # -- streams ----------------------------------------------------------------------------------

    async def _events(self, request: Request) -> Response:
        wake = Wake()
        listener = self._operator.open_feed(request.query_params.getlist("topics"), wake)
        return event_stream(
            request,
            listener.take,
            wake,
            lambda: self._operator.close_feed(listener),
            HEARTBEAT_SECONDS,
        )

    async def _update_topics(self, request: Request) -> Response:
        body = await read_body(request)
        listener = self._operator.context.feed.listener(body.text("streamId"))
        if listener is None:
            raise OperatorError(Code.INTERNAL_ERROR, "stream not found")
        before = set(listener.topics)
        modify, overwrite = body.part("modify"), body.part("overwrite")
        if overwrite is not None:
            listener.overwrite_topics(overwrite.texts("topics"))
        elif modify is not None:
            listener.add_topics(modify.texts("addTopics"))
            listener.remove_topics(modify.texts("removeTopics"))
        changes = {
            "topicsAdded": sorted(listener.topics - before),
            "topicsRemoved": sorted(before - listener.topics),
            "allTopics": sorted(listener.topics),
        }
        return JSONResponse(changes)

    async def _txs(self, request: Request) -> Response:
        wake = Wake()
        board = self._server.notices
        mailbox = board.listen("", wake)
        return event_stream(
            request, mailbox.take, wake, lambda: board.leave("", mailbox), HEARTBEAT_SECONDS
        )

    # -- off-chain transactions -------------------------------------------------------------------

    async def _submit(self, request: Request) -> Response:
        body = await read_body(request)
        tx = self._operator.submit_tx(body.text("signedArkTx"), body.texts("checkpointTxs"))
        return JSONResponse(tx.answer())

    async def _finalize(self, request: Request) -> Response:
        body = await read_body(request)
        ark_txid = body.text("arkTxid")
        known = self._operator.offchain.get(ark_txid)
        tx = self._operator.finalize_tx(ark_txid, body.texts("finalCheckpointTxs"))
        if known is not None and not known.finalized:
            self._server.notices.tell_offchain(tx)
        return JSONResponse({})

    async def _pending(self, request: Request) -> Response:
        proof, message = (await read_body(request)).intent()
        found = self._operator.pending_txs(proof, message)
        return JSONResponse({"pendingTxs": [tx.answer() for tx in found]})
