"""The operator's REST face: arkd's paths, JSON, errors, streams, indexer; the explorer.

Protects interoperability with clients made by others (spec/arkade.md 8, 12; spec/tssdk.md 5); the
unmodified SDK is run by `make interop`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from arkcore.address import segwit_address
from arkcore.codec import from_hex_txid, outpoint_text
from arkcore.psbt import Psbt, tap_key_sig
from arkcore.taproot import p2tr_script
from arkcore.tx import Tx
from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.errors import Code
from stanchion.operator.sandbox import own_vtxo
from stanchion.rounds.driver import BatchDriver
from stanchion.signers.facts import AddressKind, InputFact, InputKind

from tests.host.served import RemoteOwner, Served, run, serve

AMOUNT_SAT = 40_000
UNKNOWN = "11" * 32


@pytest.fixture(scope="module")
def served(chain: EmbeddedChain) -> Iterator[Served]:
    with serve(chain) as running:
        yield running


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def owner(served: Served) -> Iterator[RemoteOwner]:
    found = RemoteOwner(served.url, "owner of the REST tests")
    yield found
    found.port.close()


@pytest.fixture(scope="module")
def settled(served: Served, owner: RemoteOwner) -> BatchDriver:
    """A batch that boarded two coins, then one that renewed the VTXO."""
    script = owner.signer.get_address(AddressKind.BOARDING, 0).script
    point = served.chain.fund(script, AMOUNT_SAT)
    boarding = InputFact(InputKind.BOARDING, point, AMOUNT_SAT, 0)
    first = owner.join([boarding], [own_vtxo(AMOUNT_SAT)])
    assert run([first]) == []
    vtxo = InputFact(InputKind.VTXO, first.vtxos[0], AMOUNT_SAT, 0)
    second = owner.join([vtxo], [own_vtxo(15_000), own_vtxo(AMOUNT_SAT - 15_000, 1)])
    assert run([second]) == []
    return second


def error_of(response: httpx.Response) -> tuple[int, str, int]:
    detail = response.json()["details"][0]
    return response.status_code, detail["name"], detail["code"]


def test_info_gives_64_bit_integers_as_strings(http: httpx.Client) -> None:
    info = http.get("/v1/info").json()
    assert [info[name] for name in ("dust", "utxoMaxAmount", "sessionDuration")] == [
        "330",
        "-1",
        "6",
    ]
    assert info["scheduledSession"] is None


def test_a_stale_digest_is_refused_everywhere_but_at_info(http: httpx.Client) -> None:
    stale = {"X-Digest": "00" * 32}
    refused = http.post("/v1/batch/ack", json={"intentId": "x"}, headers=stale)
    assert error_of(refused) == (400, "DIGEST_MISMATCH", 49)
    assert http.get("/v1/info", headers=stale).status_code == 200


def test_a_client_that_is_too_old_is_told_so(http: httpx.Client) -> None:
    old = {"X-Build-Version": "0.8.12"}
    refused = http.post("/v1/batch/ack", json={"intentId": "x"}, headers=old)
    assert error_of(refused) == (400, "BUILD_VERSION_TOO_OLD", 48)


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/v1/batch/ack", {"intentId": "x"}, "CONFIRMATION_SESSION_NOT_STARTED"),
        ("/v1/batch/registerIntent", {}, "INVALID_INTENT_PSBT"),
        ("/v1/batch/submitForfeitTxs", {}, "INVALID_FORFEIT_TXS"),
        ("/v1/batch/tree/submitNonces", {"batchId": "b", "pubkey": "zz"}, "INTERNAL_ERROR"),
        ("/v1/tx/submit", {"signedArkTx": "AA=="}, "INVALID_ARK_PSBT"),
        ("/v1/tx/finalize", {"arkTxid": UNKNOWN}, "TX_NOT_FOUND"),
        ("/v1/indexer/script/unsubscribe", {"subscriptionId": "x"}, "SUBSCRIPTION_NOT_FOUND"),
    ],
)
def test_refusals_carry_the_codes_of_arkd(
    http: httpx.Client, path: str, body: dict[str, Any], name: str
) -> None:
    response = http.post(path, json=body)
    assert error_of(response)[1:] == (name, Code[name].value)
    assert response.status_code == Code[name].grpc.http_status


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b'{"intentId":7}', b"\xff"])
def test_a_body_that_is_no_object_of_texts_is_refused(http: httpx.Client, body: bytes) -> None:
    assert http.post("/v1/batch/ack", content=body).status_code >= 400


def test_snake_case_is_read_as_well(http: httpx.Client) -> None:
    refused = http.post("/v1/tx/finalize", json={"ark_txid": UNKNOWN})
    assert UNKNOWN in refused.json()["message"]


def test_topics_of_an_open_stream_can_be_changed(http: httpx.Client, served: Served) -> None:
    with http.stream("GET", "/v1/batch/events", params={"topics": ["A", "b"]}) as response:
        lines = response.iter_lines()
        stream_id = json.loads(next(lines).removeprefix("data: "))["streamStarted"]["id"]
        change = {"streamId": stream_id, "modify": {"addTopics": ["C"], "removeTopics": ["a"]}}
        changed = httpx.post(served.url + "/v1/batch/updateTopics", json=change).json()
    assert changed == {"topicsAdded": ["c"], "topicsRemoved": ["a"], "allTopics": ["b", "c"]}


def test_the_indexer_tells_what_a_round_did(http: httpx.Client, settled: BatchDriver) -> None:
    txid = settled.commitment_txid
    found = http.get(f"/v1/indexer/commitmentTx/{txid}").json()
    assert (found["totalInputAmount"], found["totalOutputVtxos"]) == (str(AMOUNT_SAT), 2)
    forfeits = http.get(f"/v1/indexer/commitmentTx/{txid}/forfeitTxs").json()
    connectors = http.get(f"/v1/indexer/commitmentTx/{txid}/connectors").json()
    assert (len(forfeits["txids"]), len(connectors["connectors"])) == (1, 1)
    leaves = http.get(f"/v1/indexer/batch/{txid}/0/tree/leaves").json()["leaves"]
    assert {f"{leaf['txid']}:{leaf['vout']}" for leaf in leaves} == {
        outpoint_text(point) for point in settled.vtxos
    }
    assert http.get(f"/v1/indexer/batch/{txid}/0/sweepTxs").json() == {"sweptBy": []}


def test_the_chain_of_a_vtxo_leads_to_its_commitment_by_signed_transactions(
    http: httpx.Client, settled: BatchDriver
) -> None:
    txid, vout = outpoint_text(settled.vtxos[0]).split(":")
    chain = http.get(f"/v1/indexer/vtxo/{txid}/{vout}/chain").json()["chain"]
    kinds = [entry["type"].removeprefix("INDEXER_CHAINED_TX_TYPE_") for entry in chain]
    assert kinds == ["TREE"] * (len(chain) - 1) + ["COMMITMENT"]
    assert (chain[0]["txid"], chain[-1]["txid"]) == (txid, settled.commitment_txid)
    texts = http.get(f"/v1/indexer/virtualTx/{txid}").json()["txs"]
    psbt = Psbt.from_base64(texts[0])
    assert psbt.tx.txid() == from_hex_txid(txid)
    assert tap_key_sig(psbt.inputs[0]) is not None


def test_vtxos_are_found_by_script_filtered_and_paged(
    http: httpx.Client, owner: RemoteOwner, settled: BatchDriver
) -> None:
    script = owner.signer.get_address(AddressKind.VTXO, 0).script.hex()
    path = "/v1/indexer/vtxos"
    spent = http.get(path, params={"scripts": script, "spentOnly": "true"}).json()["vtxos"]
    assert [vtxo["settledBy"] for vtxo in spent] == [settled.commitment_txid]
    page = http.get(path, params={"scripts": script, "page.size": 1, "page.index": 2}).json()
    assert page["page"] == {"current": 2, "next": 2, "total": 2}
    assert len(page["vtxos"]) == 1
    point = outpoint_text(settled.vtxos[1])
    [record] = http.get(path, params={"outpoints": point}).json()["vtxos"]
    assert (record["amount"], record["isSpent"]) == (str(AMOUNT_SAT - 15_000), False)


class Listening(threading.Thread):
    """Keeps what a stream of events says, heartbeats aside."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.open = threading.Event()
        self.events: list[dict[str, Any]] = []
        self.start()
        self.open.wait(10)

    def run(self) -> None:
        with httpx.stream("GET", self._url, timeout=90) as response:
            self.open.set()
            for line in response.iter_lines():
                if line.startswith("data: "):
                    self.events.append(json.loads(line.removeprefix("data: ")))
                    return

    def first(self) -> dict[str, Any]:
        self.join(30)
        return self.events[0]


def test_subscribers_of_a_script_and_everybody_hear_of_a_batch(
    http: httpx.Client, served: Served
) -> None:
    owner = RemoteOwner(served.url, "owner who is watched")
    script = owner.signer.get_address(AddressKind.VTXO, 0).script.hex()
    subscribed = http.post("/v1/indexer/script/subscribe", json={"scripts": [script]}).json()
    path = f"/v1/indexer/script/subscription/{subscribed['subscriptionId']}"
    own, everybody = Listening(served.url + path), Listening(served.url + "/v1/txs")
    boarding_script = owner.signer.get_address(AddressKind.BOARDING, 0).script
    point = served.chain.fund(boarding_script, AMOUNT_SAT)
    coin = InputFact(InputKind.BOARDING, point, AMOUNT_SAT, 0)
    driver = owner.join([coin], [own_vtxo(AMOUNT_SAT)])
    assert run([driver]) == []
    event, notice = own.first()["event"], everybody.first()["commitmentTx"]
    assert event["txid"] == notice["txid"] == driver.commitment_txid
    assert event["scripts"] == [script]
    assert [vtxo["amount"] for vtxo in event["newVtxos"]] == [str(AMOUNT_SAT)]
    assert Tx.parse(bytes.fromhex(notice["tx"])).txid() == from_hex_txid(driver.commitment_txid)
    owner.port.close()


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/indexer/commitmentTx/{UNKNOWN}",
        f"/v1/indexer/batch/{UNKNOWN}/0/tree",
        f"/v1/indexer/vtxo/{UNKNOWN}/0/chain",
        f"/v1/indexer/virtualTx/{UNKNOWN}",
        "/v1/indexer/script/subscription/unknown",
        "/v1/nothing",
        f"/esplora/tx/{UNKNOWN}",
    ],
)
def test_what_is_not_known_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404


@pytest.mark.parametrize("query", ["", "?scripts=zz", "?outpoints=zz", "?scripts=51&after=-1"])
def test_a_query_that_cannot_be_read_is_refused(http: httpx.Client, query: str) -> None:
    assert 400 <= http.get("/v1/indexer/vtxos" + query).status_code <= 500


def test_the_explorer_follows_a_coin(http: httpx.Client, served: Served) -> None:
    script = p2tr_script(served.server.operator.context.keys.signer_xonly)
    address = segwit_address("bcrt", script)
    funded = http.post("/regtest/fund", json={"address": address, "amount": 7_000}).json()
    [coin] = http.get(f"/esplora/address/{address}/utxo").json()
    assert (coin["txid"], coin["value"], coin["status"]["confirmed"]) == (
        funded["txid"],
        7_000,
        True,
    )
    assert [tx["txid"] for tx in http.get(f"/esplora/address/{address}/txs").json()] == [
        funded["txid"]
    ]
    raw = bytes.fromhex(http.get(f"/esplora/tx/{funded['txid']}/hex").text)
    assert Tx.parse(raw).txid() == from_hex_txid(funded["txid"])
    spends = http.get(f"/esplora/tx/{funded['txid']}/outspends").json()
    assert not spends[funded["vout"]]["spent"]
    assert http.get("/esplora/blocks").json()[0]["height"] == served.chain.tip().height
    again = http.post("/esplora/tx", content=raw.hex())
    assert again.status_code == 400
