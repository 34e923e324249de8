"""Stored states have bark's JSON shapes and stay readable: a record outlives the program.

Shapes: spec/bark.md 1.2 and 1.3; the older revision's names: 1.12.
"""

import dataclasses
import json

import pytest
from stanchion.chain.port import BlockRef
from stanchion.exits import errors, states, statuses
from stanchion.exits.json_codec import (
    BadExitRecord,
    origin_from_json,
    state_from_json,
    state_to_json,
    status_from_json,
)
from stanchion.exits.json_store import JsonExitStore

TX, CHILD = bytes(31) + b"\x01", bytes(31) + b"\x02"
TX_TEXT, CHILD_TEXT = "01" + "00" * 31, "02" + "00" * 31
BLOCK = BlockRef(120, bytes(31) + b"\x03")
BLOCK_JSON = {"height": 120, "hash": "03" + "00" * 31}
WALLET = statuses.ExitTxOrigin(statuses.OriginKind.WALLET, BLOCK)

TX_STATUSES = [
    statuses.VerifyInputs(),
    statuses.AwaitingInputConfirmation(frozenset({TX, CHILD})),
    statuses.AwaitingCpfpBroadcast(),
    statuses.AwaitingConfirmation(CHILD, statuses.WALLET_ORIGIN),
    statuses.AwaitingConfirmation(CHILD, statuses.ExitTxOrigin(statuses.OriginKind.MEMPOOL)),
    statuses.Confirmed(CHILD, BLOCK, WALLET),
    statuses.Confirmed(None, BLOCK, statuses.ExitTxOrigin(statuses.OriginKind.BLOCK, BLOCK)),
]
EXIT_STATES = [
    states.StartState(5),
    states.ProcessingState(6, tuple(statuses.ExitTx(TX, status) for status in TX_STATUSES)),
    states.AwaitingDeltaState(7, BLOCK, 130),
    states.AwaitingDeltaState(7, BLOCK, None, 1_700_000_000),
    states.ClaimableState(8, BLOCK),
    states.ClaimableState(8, BLOCK, BLOCK),
    states.ClaimInProgressState(9, BLOCK, TX),
    states.ClaimedState(10, TX, BLOCK),
    states.VtxoAlreadySpentState(11),
    states.VtxoAlreadySpentState(11, TX),
    states.CanceledState(12),
]


@pytest.mark.parametrize("state", EXIT_STATES, ids=lambda state: state.kind.value)
def test_every_state_reads_back_equal(state):
    text = json.dumps(state_to_json(state))
    assert state_from_json(json.loads(text)) == state


def test_the_states_have_the_documented_shape():
    assert state_to_json(states.AwaitingDeltaState(7, BLOCK, 130)) == {
        "type": "awaiting-delta",
        "tip_height": 7,
        "confirmed_block": BLOCK_JSON,
        "claimable_height": 130,
    }
    rows = (statuses.ExitTx(TX, statuses.Confirmed(CHILD, BLOCK, WALLET)),)
    assert state_to_json(states.ProcessingState(6, rows)) == {
        "type": "processing",
        "tip_height": 6,
        "transactions": [
            {
                "txid": TX_TEXT,
                "status": {
                    "type": "confirmed",
                    "child_txid": CHILD_TEXT,
                    "block": BLOCK_JSON,
                    "origin": {"type": "wallet", "confirmed_in": BLOCK_JSON},
                },
            }
        ],
    }


def test_a_block_in_the_older_text_form_is_read():
    record = {
        "type": "claimed",
        "tip_height": 1,
        "txid": TX_TEXT,
        "block": "120:03" + "00" * 31,
    }
    assert state_from_json(record) == states.ClaimedState(1, TX, BLOCK)


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ({"type": "needs-signed-package"}, statuses.AwaitingCpfpBroadcast()),
        (
            {"type": "needs-replacement-package", "min_fee_rate": 250, "min_fee": 300},
            statuses.AwaitingCpfpBroadcast(),
        ),
        (
            {
                "type": "needs-broadcasting",
                "child_txid": CHILD_TEXT,
                "origin": {"type": "wallet", "confirmed_in": None},
            },
            statuses.AwaitingConfirmation(CHILD, statuses.WALLET_ORIGIN),
        ),
        (
            {
                "type": "broadcast-with-cpfp",
                "child_txid": CHILD_TEXT,
                "origin": {"type": "mempool", "fee_rate_kwu": 250, "total_fee": 300},
            },
            statuses.AwaitingConfirmation(
                CHILD, statuses.ExitTxOrigin(statuses.OriginKind.MEMPOOL)
            ),
        ),
    ],
)
def test_the_older_revisions_statuses_are_read_with_their_meaning(record, status):
    assert status_from_json(record) == status


def test_old_fee_fields_of_a_mempool_origin_are_ignored():
    origin = origin_from_json({"type": "mempool", "fee_rate_kwu": 1, "total_fee": 2})
    assert origin == statuses.ExitTxOrigin(statuses.OriginKind.MEMPOOL)


@pytest.mark.parametrize(
    "record",
    [
        {"type": "flying", "tip_height": 1},
        {"type": "start"},
        {"type": "claimed", "tip_height": 1, "txid": "zz", "block": BLOCK_JSON},
        {"type": "processing", "tip_height": 1, "transactions": [{"txid": TX_TEXT}]},
    ],
)
def test_a_record_that_no_revision_wrote_is_refused(record):
    with pytest.raises(BadExitRecord):
        state_from_json(record)


def test_live_and_finished_states_are_a_partition():
    assert set(states.ExitStateKind) == states.LIVE_STATES | states.FINISHED_STATES
    assert not states.LIVE_STATES & states.FINISHED_STATES
    assert {state.kind for state in EXIT_STATES} == set(states.ExitStateKind)


def test_an_origin_follows_its_confirmation_by_who_made_the_child():
    mempool = statuses.ExitTxOrigin(statuses.OriginKind.MEMPOOL)
    block = statuses.ExitTxOrigin(statuses.OriginKind.BLOCK, BLOCK)
    assert statuses.WALLET_ORIGIN.with_confirmed_in(BLOCK) == WALLET
    assert WALLET.with_confirmed_in(None) == statuses.WALLET_ORIGIN
    assert mempool.with_confirmed_in(BLOCK) == block
    assert block.with_confirmed_in(None) == mempool


def test_cancelable_states_are_those_before_the_last_broadcast():
    def processing(*row):
        return states.ProcessingState(1, tuple(statuses.ExitTx(TX, status) for status in row))

    confirmed = TX_STATUSES[5]
    assert states.is_cancelable(states.StartState(1))
    assert states.is_cancelable(processing())
    for status in TX_STATUSES[:3]:
        assert states.is_cancelable(processing(confirmed, status))
    for status in TX_STATUSES[3:]:
        assert not states.is_cancelable(processing(statuses.VerifyInputs(), status))
    assert not states.is_cancelable(states.AwaitingDeltaState(1, BLOCK, 2))


ALL_ERRORS = sorted(errors.ExitError.__subclasses__(), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", ALL_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_tag_and_shows_its_fields(kind):
    values = {"bytes": TX, "int": 7, "str": "why"}
    names = dataclasses.fields(kind)
    error = kind(*[values[str(getattr(field.type, "__name__", field.type))] for field in names])
    shown = error.to_json()
    assert shown.pop("type") == error.tag
    assert set(shown) == {field.name for field in names}
    assert str(error).startswith(error.tag)
    json.dumps(error.to_json())


def test_errors_have_the_names_of_the_original():
    assert errors.InsufficientConfirmedFunds(2, 1).to_json() == {
        "type": "insufficient-confirmed-funds",
        "needed_sat": 2,
        "available_sat": 1,
    }
    assert len(ALL_ERRORS) == 34


@pytest.mark.parametrize(
    "damaged",
    [
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"version": 1}',
        b'{"version": 1, "exits": [{"vtxo_id": "x"}]}',
    ],
)
def test_a_damaged_store_is_named_and_left_as_it_is(tmp_path, damaged):
    path = tmp_path / "exits.json"
    path.write_bytes(damaged)
    with pytest.raises(OSError, match=r"exits\.json"):
        JsonExitStore(path)
    assert path.read_bytes() == damaged
