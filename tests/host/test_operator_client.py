"""Batch drivers follow an operator that they reach over HTTP and server-sent events alone.

Protects the seam between the session driver and a remote operator: the driver needs nothing that
the protocol of spec/arkade.md 8 does not carry.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
from arkcore.codec import outpoint_text
from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.sandbox import own_vtxo
from stanchion.operator_client.client import OperatorUnavailable, read_error
from stanchion.operator_client.port import HttpOperatorPort
from stanchion.rounds.driver import BatchDriver, BatchState
from stanchion.signers.facts import AddressKind, InputFact, InputKind, OutputFact, OutputKind

from tests.host.served import RemoteOwner, Served, run, serve

AMOUNT_SAT = 50_000


@pytest.fixture(scope="module")
def served(chain: EmbeddedChain) -> Iterator[Served]:
    with serve(chain) as running:
        yield running


@pytest.fixture
def owners(served: Served) -> Iterator[list[RemoteOwner]]:
    """Two owners, each with a VTXO of its own out of one batch."""
    found = [RemoteOwner(served.url, f"remote owner {i} {served.chain.tip().hash}") for i in (0, 1)]
    assert run([board(served, owner) for owner in found]) == []
    yield found
    for owner in found:
        owner.port.close()


def board(served: Served, owner: RemoteOwner) -> BatchDriver:
    script = owner.signer.get_address(AddressKind.BOARDING, 0).script
    point = served.chain.fund(script, AMOUNT_SAT)
    return owner.join([InputFact(InputKind.BOARDING, point, AMOUNT_SAT, 0)], [own_vtxo(AMOUNT_SAT)])


def coin(owner: RemoteOwner) -> InputFact:
    [vtxo] = [one for one in owner.signer.list_vtxos() if one.state.name == "LIVE"]
    return InputFact(InputKind.VTXO, vtxo.outpoint, vtxo.amount_sat, vtxo.index)


def vtxo_script(owner: RemoteOwner) -> bytes:
    return owner.signer.get_address(AddressKind.VTXO, 0).script


def pays(owner: RemoteOwner, other: RemoteOwner, amount_sat: int) -> BatchDriver:
    outputs = [
        OutputFact(OutputKind.FOREIGN_VTXO, amount_sat, script=vtxo_script(other)),
        own_vtxo(AMOUNT_SAT - amount_sat),
    ]
    return owner.join([coin(owner)], outputs)


def test_two_owners_pay_each_other_in_one_batch(served: Served, owners: list[RemoteOwner]) -> None:
    first, second = owners
    drivers = [pays(first, second, 10_000), pays(second, first, 20_000)]
    assert run(drivers) == []
    assert {driver.state for driver in drivers} == {BatchState.DONE}
    assert len({driver.commitment_txid for driver in drivers}) == 1
    records = first.port.vtxos([vtxo_script(first).hex()], spendableOnly=True)
    assert sorted(int(one["amount"]) for one in records) == [20_000, AMOUNT_SAT - 10_000]
    assert set(first.exits.by_outpoint) >= {outpoint_text(point) for point in drivers[0].vtxos}


def test_a_refusal_comes_back_with_the_operators_code(owners: list[RemoteOwner]) -> None:
    with pytest.raises(OperatorError) as refused:
        owners[0].port.register_intent("no psbt", '{"type":"register"}')
    assert refused.value.code in (Code.INVALID_INTENT_PSBT, Code.INVALID_INTENT_MESSAGE)


def test_an_operator_that_is_not_there_is_told_from_one_that_refuses() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with (
        HttpOperatorPort(f"http://127.0.0.1:{port}") as gone,
        pytest.raises(OperatorUnavailable),
    ):
        gone.info()


def test_reads_the_code_from_the_text_when_a_guard_leaves_details_empty() -> None:
    body = {"code": 9, "message": "DIGEST_MISMATCH (49): stale", "details": []}
    error = read_error(httpx.Response(400, json=body))
    assert (error.code, error.message) == (Code.DIGEST_MISMATCH, "stale")


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b'{"details":[1]}', b'{"code":99}'])
def test_an_answer_without_a_code_is_unavailable(body: bytes) -> None:
    assert isinstance(read_error(httpx.Response(502, content=body)), OperatorUnavailable)


class Dropping(threading.Thread):
    """A server that sends one event a connection, then hangs up."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.requests: list[str] = []

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                self.requests.append(connection.recv(4096).decode().splitlines()[0])
                number = len(self.requests)
                head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
                event = b'data: {"streamStarted":{"id":"%d"}}\n\n' % number
                connection.sendall(head + event)


def test_a_broken_stream_is_opened_again_with_its_topics() -> None:
    server = Dropping()
    server.start()
    with HttpOperatorPort(server.url) as port:
        stream = port.open_feed(["a:0", "b:1"])
        seen: list[str] = []
        for _ in range(200):
            seen += [event["streamStarted"]["id"] for event in stream.take()]
            if len(seen) >= 3:
                break
            threading.Event().wait(0.05)
    server.listening.close()
    assert seen[:3] == ["1", "2", "3"]
    assert set(server.requests) == {"GET /v1/batch/events?topics=a%3A0&topics=b%3A1 HTTP/1.1"}
