"""The ledger gives each coin one purpose (I5), writes before it answers, survives restarts (I9).

The journal under it is the real one; only its files are in memory. Not covered here: power cuts
inside a write, which belong to the journal.
"""

from arkcore.codec import outpoint
from signer import ledger as states
from signer import limits
from signer.ledger_records import KIND_BOARDING, KIND_VTXO, Coin, Pledge

from tests.both.device_parts import MemoryStorage, open_ledger
from tests.both.helpers import refusal

OPERATOR = b"operator"
EVENTS = range(len(states.EVENT_NAMES))
ALL_STATES = (states.LIVE, states.FORFEITED, states.EXITING, states.EXITED, states.VOID)


def txid(number: int) -> bytes:
    return number.to_bytes(4, "big") * 8


def point(number: int, vout: int = 0) -> bytes:
    return outpoint(txid(number), vout)


def given(outpoints: "list[bytes]", kind: int = KIND_VTXO) -> "list[Coin]":
    return [Coin(kind, one, 0, 0) for one in outpoints]


def batch(number: int, gives: "list[Coin]", amounts: "list[int]") -> Pledge:
    """Batch `number` creates VTXOs at outputs 0, 1, ... of transaction 1000 + number."""
    received = [
        Coin(KIND_VTXO, point(1000 + number, vout), amount_sat, vout)
        for vout, amount_sat in enumerate(amounts)
    ]
    return Pledge(OPERATOR, txid(number), 512 * 200, 3, gives, received)


def boarded(storage: MemoryStorage):  # type: ignore[no-untyped-def]
    """A ledger with one live VTXO, made from a boarding output."""
    ledger = open_ledger(storage)
    ledger.pledge(batch(1, given([point(1)], KIND_BOARDING), [50_000]))
    return ledger, point(1001)


def state_of(ledger, outpoint_: bytes) -> int:  # type: ignore[no-untyped-def]
    return ledger.find(outpoint_).state


def description(ledger) -> "list[bytes]":  # type: ignore[no-untyped-def]
    return [body for _, body in ledger.snapshot()][2:]


def test_every_pair_of_state_and_event_moves_as_the_table_says_or_is_refused() -> None:
    for state in ALL_STATES:
        for event in EVENTS:
            coin = Coin(KIND_VTXO, point(1), 1, 0)
            coin.state = state
            after = states.MOVES.get((state, event))
            if after is None:
                tag = refusal(states.moved, coin, event)
                assert tag in ("vtxo-single-purpose", "exit-not-forfeited"), (state, event)
            else:
                assert states.moved(coin, event) == after


def test_no_move_leads_from_forfeited_to_exiting() -> None:
    for (before, event), after in states.MOVES.items():
        if before == states.FORFEITED:
            assert (event, after) == (states.EVENT_RELEASED, states.LIVE)
        if after == states.EXITING:
            assert before in (states.LIVE, states.EXITING)


def test_a_pledge_forfeits_what_is_given_and_makes_live_what_is_received() -> None:
    ledger, first = boarded(MemoryStorage())
    assert state_of(ledger, first) == states.LIVE
    ledger.pledge(batch(2, given([first]), [49_000, 900]))
    assert state_of(ledger, first) == states.FORFEITED
    coin = ledger.get_vtxo(point(1002, 1))
    assert (coin.amount_sat, coin.index, coin.depth, coin.batch_expiry) == (900, 1, 3, 512 * 200)
    assert coin.commitment_txid == txid(2) and coin.operator_id == OPERATOR
    assert ledger.find(first).spent_by == txid(2)


def test_refuses_to_pledge_a_coin_twice_and_changes_nothing() -> None:
    ledger, first = boarded(MemoryStorage())
    ledger.pledge(batch(2, given([first]), [49_000]))
    before = description(ledger)
    again = batch(3, given([first]), [49_000])
    assert refusal(ledger.pledge, again) == "vtxo-single-purpose"
    assert refusal(ledger.pledge, batch(4, given([point(9)]), [1])) == "input-unknown"
    boarding_again = batch(5, given([point(1)], KIND_BOARDING), [50_000])
    assert refusal(ledger.pledge, boarding_again) == "vtxo-single-purpose"
    assert description(ledger) == before


def test_refuses_the_exit_of_a_forfeited_vtxo() -> None:
    ledger, first = boarded(MemoryStorage())
    ledger.pledge(batch(2, given([first]), [49_000]))
    assert refusal(ledger.start_exit, first) == "exit-not-forfeited"
    assert state_of(ledger, first) == states.FORFEITED


def test_refuses_to_pledge_an_exiting_vtxo_and_to_claim_a_live_one() -> None:
    ledger, first = boarded(MemoryStorage())
    assert refusal(ledger.claim, first) == "vtxo-single-purpose"
    assert not ledger.is_leaving()
    ledger.start_exit(first)
    assert ledger.is_leaving()
    ledger.start_exit(first)
    assert refusal(ledger.pledge, batch(2, given([first]), [49_000])) == "vtxo-single-purpose"
    ledger.claim(first)
    ledger.claim(first)
    assert state_of(ledger, first) == states.EXITED
    assert refusal(ledger.start_exit, first) == "vtxo-single-purpose"
    assert refusal(ledger.start_exit, point(77)) == "input-unknown"


def test_a_boarding_output_is_claimed_or_boarded_but_not_both() -> None:
    ledger = open_ledger(MemoryStorage())
    ledger.claim_boarding(point(1))
    ledger.claim_boarding(point(1))
    boarding = given([point(1)], KIND_BOARDING)
    assert refusal(ledger.pledge, batch(1, boarding, [1_000])) == "vtxo-single-purpose"
    ledger.pledge(batch(2, given([point(2)], KIND_BOARDING), [1_000]))
    assert refusal(ledger.claim_boarding, point(2)) == "exit-not-forfeited"


def test_a_release_brings_back_what_was_given_and_voids_what_never_came() -> None:
    ledger, first = boarded(MemoryStorage())
    ledger.pledge(batch(2, given([first]), [49_000]))
    ledger.release(first)
    assert state_of(ledger, first) == states.LIVE
    assert state_of(ledger, point(1002)) == states.VOID
    assert refusal(ledger.start_exit, point(1002)) == "vtxo-single-purpose"
    assert refusal(ledger.release, first) == "vtxo-single-purpose"
    assert refusal(ledger.release, point(77)) == "input-unknown"


def test_a_restore_undoes_a_release() -> None:
    ledger, first = boarded(MemoryStorage())
    ledger.pledge(batch(2, given([first]), [49_000]))
    before = description(ledger)
    assert refusal(ledger.restore, point(1002)) == "vtxo-single-purpose"
    ledger.release(first)
    ledger.restore(point(1002))
    assert description(ledger) == before


def test_refuses_the_release_of_a_batch_whose_vtxos_have_moved_on() -> None:
    ledger, first = boarded(MemoryStorage())
    ledger.pledge(batch(2, given([first]), [49_000]))
    ledger.pledge(batch(3, given([point(1002)]), [48_000]))
    assert refusal(ledger.release, first) == "vtxo-single-purpose"
    ledger.release(point(1002))
    ledger.release(first)
    assert state_of(ledger, first) == states.LIVE
    assert state_of(ledger, point(1002)) == states.VOID


def test_a_restart_finds_the_same_ledger_before_and_after_compaction() -> None:
    storage = MemoryStorage()
    ledger, first = boarded(storage)
    ledger.pledge(batch(2, given([first]), [49_000, 900]))
    ledger.start_exit(point(1002))
    ledger.claim(point(1002))
    ledger.claim_boarding(point(5))
    ledger.pledge(batch(3, given([point(1002, 1)]), []))
    ledger.release(point(1002, 1))
    before = description(ledger)
    again = open_ledger(storage)
    assert description(again) == before
    again._journal.compact()
    assert description(open_ledger(storage)) == before


def test_fees_add_up_until_the_owner_presses_and_survive_restarts() -> None:
    storage = MemoryStorage()
    ledger, coin = boarded(storage)
    for number, fee_sat, is_approved, sum_sat in (
        (2, 300, False, 300),
        (3, 200, False, 500),
        (4, 900, True, 0),
        (5, 70, False, 70),
    ):
        pledge = batch(number, given([coin]), [1_000])
        pledge.fee_sat, pledge.is_approved = fee_sat, is_approved
        ledger.pledge(pledge)
        coin = point(1000 + number)
        assert ledger.unattended_fee_sat == sum_sat
    assert open_ledger(storage).unattended_fee_sat == 70
    ledger._journal.compact()
    assert open_ledger(storage).unattended_fee_sat == 70


def test_session_ids_rise_also_over_restarts() -> None:
    storage = MemoryStorage()
    ledger = open_ledger(storage)
    last = 0
    for round_ in range(3):
        for _ in range(70):
            session = ledger.next_session()
            assert session > last, round_
            last = session
        ledger = open_ledger(storage)


def test_a_full_ledger_forgets_closed_coins_and_never_live_ones() -> None:
    ledger, coin = boarded(MemoryStorage())
    for number in range(2, 2 + limits.MAX_LEDGER_RECORDS + 20):
        ledger.pledge(batch(number, given([coin]), [1_000]))
        coin = point(1000 + number)
    assert len(description(ledger)) <= limits.MAX_LEDGER_RECORDS
    assert state_of(ledger, coin) == states.LIVE
    # The last batch can still be released: its coin is closed only when the next one is made.
    last_given = point(1000 + 2 + limits.MAX_LEDGER_RECORDS + 18)
    assert state_of(ledger, last_given) == states.FORFEITED
    ledger.release(last_given)


def test_a_full_ledger_keeps_what_a_release_would_bring_back() -> None:
    ledger, kept = boarded(MemoryStorage())
    ledger.pledge(batch(2, given([kept]), [40_000]))
    ledger.pledge(batch(3, given([point(3)], KIND_BOARDING), [9_000]))
    coin = point(1003)
    for number in range(4, 4 + limits.MAX_LEDGER_RECORDS):
        ledger.pledge(batch(number, given([coin]), [1_000]))
        coin = point(1000 + number)
    ledger.release(kept)
    assert state_of(ledger, kept) == states.LIVE
    assert state_of(ledger, point(1002)) == states.VOID


def test_refuses_more_coins_than_the_ledger_holds() -> None:
    ledger = open_ledger(MemoryStorage())
    for number in range(1, limits.MAX_LEDGER_RECORDS // 17 + 1):
        boarding = given([point(number)], KIND_BOARDING)
        ledger.pledge(batch(number, boarding, [1_000] * 16))
    too_many = batch(90, given([point(90)], KIND_BOARDING), [1_000] * 16)
    before = description(ledger)
    assert refusal(ledger.pledge, too_many) == "ledger-full"
    assert description(ledger) == before


def test_pages_hold_vtxos_oldest_first_and_name_the_next() -> None:
    ledger = open_ledger(MemoryStorage())
    ledger.pledge(batch(1, given([point(1)], KIND_BOARDING), [1_000 + i for i in range(5)]))
    assert ledger.count() == 5
    page, following = ledger.page(0, 2)
    assert [coin.amount_sat for coin in page] == [1_000, 1_001] and following == 2
    page, following = ledger.page(4, 2)
    assert [coin.amount_sat for coin in page] == [1_004] and following is None
    assert ledger.page(9, 2) == ([], None)


def test_the_largest_pledge_fits_into_one_journal_record() -> None:
    ledger = open_ledger(MemoryStorage())
    boarding = given([point(number) for number in range(1, 17)], KIND_BOARDING)
    ledger.pledge(batch(1, boarding, [1_000] * 16))
    assert ledger.count() == 16


def test_an_unknown_record_is_not_guessed_at() -> None:
    ledger = open_ledger(MemoryStorage())
    assert refusal(ledger.apply, 63, b"") == "journal-forged"
    assert refusal(ledger.apply, 17, point(3)) == "journal-forged"
