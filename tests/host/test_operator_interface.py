"""What the operator says: event shapes, topics, published parameters, structured errors.

Protects interoperability: the shapes are arkd's, from spec/arkade.md 8.3, 8.4, 12.1, 12.4.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from arkcore.address import segwit_script
from arkcore.closures import decode
from stanchion.operator import messages
from stanchion.operator.config import OperatorConfig
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.feed import EventFeed
from stanchion.operator.info import operator_info
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.timing import SessionClock

KEY = "02" + "11" * 32


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            messages.batch_started("b", ["h"], 604672),
            '{"batchStarted":{"id":"b","intentIdHashes":["h"],"batchExpiry":"604672"}}',
        ),
        (
            messages.tree_tx("b", ["k"], 0, "cHNi", {0: "c0", 1: "c1"}),
            '{"treeTx":{"id":"b","topic":["k"],"batchIndex":0,"txid":"","tx":"cHNi",'
            '"children":{"0":"c0","1":"c1"}}}',
        ),
        (
            messages.tree_signing_started("b", ["k"], "cHNi"),
            '{"treeSigningStarted":{"id":"b","cosignersPubkeys":["k"],'
            '"unsignedCommitmentTx":"cHNi"}}',
        ),
        (
            messages.tree_nonces("b", ["k"], "t", {"x": "aa"}),
            '{"treeNonces":{"id":"b","topic":["k"],"txid":"t","nonces":{"x":"aa"}}}',
        ),
        (
            messages.tree_nonces_aggregated("b", {"t": "aa"}),
            '{"treeNoncesAggregated":{"id":"b","treeNonces":{"t":"aa"}}}',
        ),
        (
            messages.tree_signature("b", ["k"], "t", "bb"),
            '{"treeSignature":{"id":"b","topic":["k"],"batchIndex":0,"txid":"t","signature":"bb"}}',
        ),
        (
            messages.batch_finalization("b", "cHNi"),
            '{"batchFinalization":{"id":"b","commitmentTx":"cHNi"}}',
        ),
        (
            messages.batch_finalized("b", "t"),
            '{"batchFinalized":{"id":"b","commitmentTxid":"t"}}',
        ),
        (messages.batch_failed("b", "why"), '{"batchFailed":{"id":"b","reason":"why"}}'),
        (messages.heartbeat(), '{"heartbeat":{}}'),
    ],
)
def test_events_have_the_shapes_of_arkd(event: dict[str, Any], expected: str) -> None:
    assert json.dumps(event, separators=(",", ":")) == expected


def test_an_event_reaches_those_who_share_a_topic_or_everybody() -> None:
    feed = EventFeed()
    one, other = feed.open([f" {KEY.upper()} "]), feed.open(["x:0"])
    assert [list(event) for event in one.take()] == [["streamStarted"]]
    other.take()
    feed.publish({"treeTx": {}}, [KEY])
    feed.publish({"batchStarted": {}})
    assert one.take() == [{"treeTx": {}}, {"batchStarted": {}}]
    assert other.take() == [{"batchStarted": {}}]
    assert other.take() == []


def test_topics_can_change_and_a_closed_listener_gets_nothing() -> None:
    feed = EventFeed()
    listener = feed.open(["a"])
    listener.take()
    listener.add_topics(["b"])
    listener.remove_topics(["a"])
    feed.publish({"one": {}}, ["a"])
    feed.publish({"two": {}}, ["b"])
    assert listener.take() == [{"two": {}}]
    listener.overwrite_topics(["c"])
    assert feed.listener(listener.id) is listener
    feed.close(listener)
    feed.publish({"three": {}}, ["c"])
    assert listener.take() == []


def test_a_listener_is_woken_by_its_events_alone() -> None:
    woken: list[int] = []
    feed = EventFeed()
    feed.open(["a"], lambda: woken.append(1))
    feed.publish({}, ["b"])
    assert len(woken) == 1, "the stream's own start"
    feed.publish({}, ["a"])
    assert len(woken) == 2


def test_the_published_parameters_agree_with_each_other() -> None:
    keys, config = OperatorKeys(), OperatorConfig()
    info = operator_info(config, keys)
    assert segwit_script("bcrt", info["forfeitAddress"]) == keys.forfeit_script
    leaf = decode(bytes.fromhex(info["checkpointTapscript"]))
    assert leaf.keys == [keys.forfeit[1:]]
    assert leaf.sequence == config.checkpoint_exit_sequence
    for name in ("sessionDuration", "unilateralExitDelay", "boardingExitDelay", "dust"):
        assert isinstance(info[name], str)
    assert len(info["digest"]) == 64


def test_the_digest_changes_with_the_parameters() -> None:
    keys = OperatorKeys()
    digests = {
        operator_info(replace(OperatorConfig(), dust_sat=dust), keys)["digest"]
        for dust in (330, 331)
    }
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"boarding_exit_delay": 86016}, "must differ"),
        ({"unilateral_exit_delay": 20}, "all delays must be blocks"),
        ({"network": "nowhere"}, "unknown network"),
    ],
)
def test_refuses_settings_that_no_client_could_follow(change: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        replace(OperatorConfig(), **change).check()


@pytest.mark.parametrize(
    ("code", "number", "grpc", "status"),
    [
        (Code.INTERNAL_ERROR, 0, 13, 500),
        (Code.VTXO_ALREADY_REGISTERED, 4, 6, 409),
        (Code.INVALID_INTENT_PROOF, 23, 3, 400),
        (Code.INTENT_NOT_FOUND, 45, 5, 404),
        (Code.DIGEST_MISMATCH, 49, 9, 400),
        (Code.INVALID_TX_FILTER, 52, 3, 400),
    ],
)
def test_errors_carry_the_codes_of_arkd(code: Code, number: int, grpc: int, status: int) -> None:
    error = OperatorError(code, "why", {"a": "b"})
    assert str(error) == f"{code.name} ({number}): why"
    assert error.code.grpc.http_status == status
    assert error.body() == {
        "code": grpc,
        "message": str(error),
        "details": [
            {
                "@type": "type.googleapis.com/ark.v1.ErrorDetails",
                "code": number,
                "name": code.name,
                "message": "why",
                "metadata": {"a": "b"},
            }
        ],
    }


def test_the_session_time_is_split_as_arkd_splits_it() -> None:
    timing = SessionClock(100.0, 30)
    assert timing.deadline == 105.0
    timing.start_confirmation(105.0)
    assert timing.deadline == 117.5
    timing.start_nonces(112.0)
    assert timing.deadline == 118.0
    timing.start_signatures(114.0)
    assert timing.deadline == 120.0
    timing.start_forfeits(116.0)
    assert timing.deadline == 130.0
    assert not timing.over(129.9)
    assert timing.over(130.0)
