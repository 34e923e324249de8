"""The round aggregate obeys the rules of spec/arkade.md 9.1.

Protects the operator's books: one-way stages, forfeits demanded, sweeping counted, and a history
that always rebuilds the same round. Expected texts are the operator's own, from that section.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stanchion.rounds.events import (
    BatchSwept,
    ForfeitTx,
    IntentsRegistered,
    RoundFailed,
    RoundFinalizationStarted,
    RoundFinalized,
    RoundStarted,
    StoredNode,
    event_from_record,
    event_record,
)
from stanchion.rounds.intent import Intent, IntentInput, Receiver, RoundRuleError
from stanchion.rounds.round import NEVER, Round, Stage

TXID = "ab" * 32
VTXO = IntentInput(outpoint=TXID + ":0", amount_sat=9000, script="5120" + "11" * 32)
INTENT = Intent(
    id="intent-1",
    proof="cHNidA==",
    message="{}",
    txid="cd" * 32,
    inputs=(VTXO,),
    receivers=(Receiver("5120" + "22" * 32, 9000),),
    cosigners=("02" + "33" * 32,),
)
LEAVES = (StoredNode("01" * 32, "a"), StoredNode("02" * 32, "b"))
TREE = (StoredNode("00" * 32, "r", ((0, "01" * 32), (1, "02" * 32))), *LEAVES)
FORFEITS = (ForfeitTx("ef" * 32, "f"),)


def registering() -> Round:
    round_ = Round("r1")
    round_.start_registration(100)
    return round_


def with_intent(intent: Intent = INTENT) -> Round:
    round_ = registering()
    round_.register_intents([intent])
    return round_


def begin_finalization(round_: Round, **changes: Any) -> list[Any]:
    arguments: dict[str, Any] = {
        "connector_address": "bcrt1p",
        "connectors": (StoredNode("09" * 32, "c"),),
        "vtxo_tree": TREE,
        "txid": TXID,
        "commitment_tx": "unsigned",
        "vtxo_tree_expiration": 600,
    }
    return list(round_.start_finalization(**{**arguments, **changes}))


def finalizing(intent: Intent = INTENT) -> Round:
    round_ = with_intent(intent)
    begin_finalization(round_)
    return round_


def finished() -> Round:
    round_ = finalizing()
    round_.end_finalization(FORFEITS, "signed", 200, 5)
    return round_


def refuses(sentence: str) -> Any:
    return pytest.raises(RoundRuleError, match=f"^{sentence}$")


def test_a_new_round_is_in_no_stage() -> None:
    round_ = Round("r1")
    assert (round_.stage, round_.is_started, round_.is_ended, round_.is_failed) == (
        Stage.UNDEFINED,
        False,
        False,
        False,
    )
    assert round_.expiry_timestamp == NEVER == -1
    assert round_.version == 0


def test_registration_starts_once() -> None:
    round_ = Round("r1")
    assert round_.start_registration(100) == [RoundStarted("r1", 100)]
    assert round_.stage is Stage.REGISTRATION
    assert round_.stage.label == "REGISTRATION_STAGE"
    assert round_.is_started
    assert round_.starting_timestamp == 100
    with refuses("not in a valid stage to start intents registration"):
        round_.start_registration(101)


def test_a_failed_round_cannot_start() -> None:
    round_ = Round("r1")
    round_.fail("early", 5)
    with refuses("not in a valid stage to start intents registration"):
        round_.start_registration(6)


def test_intents_are_registered_by_id() -> None:
    round_ = registering()
    assert round_.register_intents([INTENT]) == [IntentsRegistered("r1", (INTENT,))]
    assert round_.intents == {"intent-1": INTENT}


def test_refuses_intents_outside_registration() -> None:
    sentence = "not in a valid stage to register intents"
    failed = registering()
    failed.fail("x", 1)
    for round_ in (Round("r1"), finalizing(), finished(), failed):
        with refuses(sentence):
            round_.register_intents([INTENT])


def test_refuses_an_empty_list_of_intents() -> None:
    with refuses("missing intents to register"):
        registering().register_intents([])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": ""}, "missing id"),
        ({"proof": ""}, "missing proof"),
        ({"message": ""}, "missing message"),
        ({"txid": ""}, "missing txid"),
        ({"receivers": ()}, "missing outputs"),
        ({"receivers": (Receiver("", 5),)}, "missing receiver destination"),
        ({"receivers": (Receiver("51", 0),)}, "missing receiver amount"),
        ({"inputs": (VTXO, VTXO)}, "duplicated input"),
    ],
)
def test_refuses_an_incomplete_intent(change: dict[str, Any], sentence: str) -> None:
    round_ = registering()
    with refuses(sentence):
        round_.register_intents([INTENT, replace(INTENT, **change)])
    assert round_.intents == {}, "a refusal changes nothing"


def test_intent_totals_and_time_range() -> None:
    intent = replace(INTENT, valid_at=10, expire_at=20)
    assert (intent.total_input_sat, intent.total_output_sat, intent.fee_sat) == (9000, 9000, 0)
    assert [intent.valid_during(now) for now in (9, 10, 19, 20)] == [False, True, True, False]
    assert INTENT.valid_during(0)


@pytest.mark.parametrize("flag", ["boarding", "swept", "expired", "note", "unrolled"])
def test_an_exempt_input_needs_no_forfeit(flag: str) -> None:
    exempt = replace(VTXO, **{flag: True})
    assert VTXO.requires_forfeit
    assert not exempt.requires_forfeit
    round_ = finalizing(replace(INTENT, inputs=(exempt,)))
    round_.end_finalization((), "signed", 200)
    assert round_.is_ended


def test_finalization_starts_with_the_tree() -> None:
    round_ = with_intent()
    [event] = begin_finalization(round_)
    assert isinstance(event, RoundFinalizationStarted)
    assert round_.stage is Stage.FINALIZATION
    assert round_.stage.label == "FINALIZATION_STAGE"
    assert (round_.vtxo_tree, round_.txid, round_.commitment_tx) == (TREE, TXID, "unsigned")
    assert round_.is_started
    assert not round_.is_ended


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"commitment_tx": ""}, "missing unsigned commitment tx"),
        ({"vtxo_tree_expiration": 0}, "missing vtxo tree expiration"),
        ({"txid": ""}, "missing txid"),
    ],
)
def test_refuses_finalization_when_something_is_missing(
    change: dict[str, Any], sentence: str
) -> None:
    with refuses(sentence):
        begin_finalization(with_intent(), **change)


def test_refuses_finalization_in_the_wrong_stage() -> None:
    failed = with_intent()
    failed.fail("x", 1)
    for round_ in (Round("r1"), finalizing(), finished(), failed):
        with refuses("not in a valid stage to start finalization"):
            begin_finalization(round_)


def test_refuses_finalization_without_intents() -> None:
    with refuses("no intents registered"):
        begin_finalization(registering())


def test_missing_arguments_are_named_before_the_stage() -> None:
    with refuses("missing unsigned commitment tx"):
        begin_finalization(Round("r1"), commitment_tx="", vtxo_tree_expiration=0, txid="")
    with refuses("missing vtxo tree expiration"):
        begin_finalization(Round("r1"), vtxo_tree_expiration=0, txid="")


def test_the_end_of_finalization_sets_the_expiry() -> None:
    round_ = finalizing()
    assert round_.expiry_timestamp == NEVER
    events = round_.end_finalization(FORFEITS, "signed", 200, 5)
    assert events == [RoundFinalized("r1", FORFEITS, "signed", 200, 5)]
    assert round_.is_ended
    assert not round_.is_started
    assert round_.commitment_tx == "signed"
    assert round_.collected_fees_sat == 5
    assert round_.expiry_timestamp == 800


def test_refuses_to_end_without_forfeits() -> None:
    with refuses("missing list of signed forfeit txs"):
        finalizing().end_finalization((), "signed", 200)


def test_refuses_to_end_in_the_wrong_stage() -> None:
    failed = finalizing()
    failed.fail("x", 1)
    for round_ in (Round("r1"), with_intent(), failed):
        with refuses("not in a valid stage to end finalization"):
            round_.end_finalization(FORFEITS, "signed", 200)


def test_refuses_to_end_twice() -> None:
    with refuses("round already finalized"):
        finished().end_finalization(FORFEITS, "signed", 201)


def test_failure_is_final_and_said_once() -> None:
    round_ = finalizing()
    assert round_.fail("some reason", 150) == [RoundFailed("r1", "some reason", 150)]
    assert round_.is_failed
    assert not round_.is_started
    assert (round_.fail_reason, round_.ending_timestamp) == ("some reason", 150)
    assert round_.fail("other", 160) == []
    assert round_.fail_reason == "some reason"
    assert round_.expiry_timestamp == NEVER


def test_sweeping_counts_leaves_until_all_are_swept() -> None:
    round_ = finished()
    first = round_.sweep((LEAVES[0].txid + ":0",), (), "s1", "raw1")
    assert first == [BatchSwept("r1", (LEAVES[0].txid + ":0",), (), "s1", "raw1", False)]
    assert not round_.swept
    round_.sweep((LEAVES[1].txid + ":0",), ("x:0",), "s2", "raw2")
    assert round_.swept
    assert round_.sweep_txs == {"s1": "raw1", "s2": "raw2"}
    assert round_.sweep((), (), "s3", "raw3") == []


def test_a_rebuilt_round_still_counts_earlier_sweeps() -> None:
    round_ = finished()
    round_.sweep((LEAVES[0].txid + ":0",), (), "s1", "raw1")
    again = Round.from_events("r1", round_.changes)
    again.sweep((LEAVES[1].txid + ":0",), (), "s2", "raw2")
    assert again.swept


def test_refuses_to_sweep_before_the_end() -> None:
    for round_ in (Round("r1"), with_intent(), finalizing()):
        with refuses("not in a valid stage to sweep"):
            round_.sweep((), (), "s", "raw")


def test_the_version_counts_replayed_known_events_only() -> None:
    round_ = finished()
    assert round_.version == 0
    again = Round.from_events("r1", [*round_.changes, object()])
    assert again.version == 4
    assert len(again.changes) == 5
    again.sweep((), (), "s", "raw")
    assert again.version == 4


def state(round_: Round) -> dict[str, Any]:
    return {name: value for name, value in vars(round_).items() if name != "version"}


INTENTS = st.builds(
    Intent,
    id=st.text("ab", max_size=2),
    proof=st.just("p"),
    message=st.just("m"),
    txid=st.just(TXID),
    inputs=st.lists(
        st.builds(
            IntentInput,
            outpoint=st.sampled_from(["a:0", "b:1", "c:2"]),
            amount_sat=st.integers(1, 9000),
            script=st.just("51"),
            swept=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    receivers=st.lists(
        st.builds(Receiver, script=st.just("51"), amount_sat=st.integers(0, 9)), max_size=2
    ).map(tuple),
)
COMMANDS = st.one_of(
    st.tuples(st.just("start_registration"), st.tuples(st.integers(0, 9))),
    st.tuples(st.just("register_intents"), st.tuples(st.lists(INTENTS, max_size=2))),
    st.tuples(st.just("register_intents"), st.just(([INTENT],))),
    st.tuples(
        st.just("start_finalization"),
        st.tuples(
            st.just("addr"),
            st.just(()),
            st.sampled_from([TREE, ()]),
            st.sampled_from([TXID, ""]),
            st.sampled_from(["tx", ""]),
            st.integers(-1, 600),
        ),
    ),
    st.tuples(
        st.just("end_finalization"),
        st.tuples(st.sampled_from([FORFEITS, ()]), st.just("signed"), st.integers(0, 9)),
    ),
    st.tuples(
        st.just("sweep"),
        st.tuples(
            st.lists(st.just("l:0"), max_size=2),
            st.just(()),
            st.text("st", max_size=2),
            st.just("raw"),
        ),
    ),
    st.tuples(st.just("fail"), st.tuples(st.just("reason"), st.integers(0, 9))),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(COMMANDS, max_size=25), st.integers(0, 4))
def test_replaying_any_history_gives_the_same_round(
    commands: list[tuple[str, Any]], head_start: int
) -> None:
    round_ = [Round("r1"), registering(), with_intent(), finalizing(), finished()][head_start]
    for name, arguments in commands:
        before = state(Round.from_events("r1", round_.changes))
        try:
            events = getattr(round_, name)(*arguments)
        except RoundRuleError:
            assert state(round_) == before, "a refusal changes nothing"
        else:
            assert len(events) <= 1
        stored = [json.loads(json.dumps(event_record(event))) for event in round_.changes]
        again = Round.from_events("r1", map(event_from_record, stored))
        assert state(again) == state(round_)
        assert again.version == len(round_.changes)


@settings(max_examples=200, deadline=None)
@given(st.lists(COMMANDS, max_size=25))
def test_stages_only_move_forward_and_failure_stays(commands: list[tuple[str, Any]]) -> None:
    round_ = registering()
    for name, arguments in commands:
        stage, failed, ended = round_.stage, round_.failed, round_.ended
        try:
            getattr(round_, name)(*arguments)
        except RoundRuleError:
            continue
        assert round_.stage >= stage
        assert round_.failed or not failed
        assert round_.ended or not ended


@pytest.mark.parametrize(
    "record",
    [
        {"type": "Nothing"},
        {"type": "RoundStarted", "round_id": "r1"},
        {"type": "RoundStarted", "round_id": "r1", "timestamp": 1, "extra": 2},
    ],
)
def test_refuses_an_event_record_it_does_not_know(record: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        event_from_record(record)
