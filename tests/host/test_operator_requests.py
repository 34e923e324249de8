"""What the operator refuses at the door, and how a batch fails when somebody is silent.

Protects the honest participants and the operator's books; rules and texts from spec/arkade.md 7.4,
8.6 and 8.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from arkcore import intent
from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.convictions import Crime
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.journal import MemoryJournal
from stanchion.rounds.driver import BatchDriver, BatchState
from stanchion.rounds.offer import Offer, make_offer
from stanchion.signers.facts import AddressKind, InputFact, InputKind, OutputFact, OutputKind

from tests.host.batch_world import CONFIG, Participant, World, own_vtxo

AMOUNT_SAT = 50_000


def offer_of(
    person: Participant, inputs: list[InputFact], outputs: list[OutputFact]
) -> tuple[Offer, str, str]:
    """An offer with its proof and message, signed and not yet registered."""
    now = int(person.sandbox.time)
    offer = make_offer(person.signer, inputs, outputs, now, now + 600)
    return offer, *prove(person, offer)


def prove(person: Participant, offer: Offer) -> tuple[str, str]:
    opened = person.signer.open_intent(
        [coin.fact for coin in offer.coins],
        [debt.fact for debt in offer.outputs],
        offer.valid_at,
        offer.expire_at,
    )
    message = offer.register_message(opened.cosigner_key)
    return offer.register_proof(message, opened.signatures), message


def refuses(world: World, code: Code, proof: str, message: str, text: str = ".") -> None:
    with pytest.raises(OperatorError, match=text) as caught:
        world.operator.register_intent(proof, message)
    assert caught.value.code is code


def boarding_proof(world: World) -> tuple[str, str]:
    person = world.participant()
    _, proof, message = offer_of(person, [person.boarding_coin(AMOUNT_SAT)], [own_vtxo(AMOUNT_SAT)])
    return proof, message


def test_registers_a_proven_intent_once(world: World) -> None:
    proof, message = boarding_proof(world)
    assert len(world.operator.register_intent(proof, message)) == 36
    refuses(world, Code.INTERNAL_ERROR, proof, message, "duplicated input")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda proof, message: (proof, message.replace("register", "delete")), 21),
        (lambda proof, message: (proof, message[:-1]), 21),
        (lambda proof, message: ("AAAA", message), 22),
        (lambda proof, message: (proof, message.replace('"valid_at":1', '"valid_at":2')), 20),
        (lambda proof, message: (proof, message.replace('"expire_at":1', '"expire_at":9')), 23),
    ],
)
def test_refuses_a_proof_that_does_not_match_its_message(
    world: World, change: Callable[[str, str], tuple[str, str]], code: int
) -> None:
    proof, message = boarding_proof(world)
    refuses(world, Code(code), *change(proof, message))


def test_refuses_an_intent_whose_time_is_over(world: World) -> None:
    proof, message = boarding_proof(world)
    world.time += 600
    refuses(world, Code.INVALID_INTENT_TIMERANGE, proof, message)


def test_refuses_a_boarding_output_that_does_not_exist(world: World) -> None:
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    unknown = replace(coin, outpoint=bytes(36))
    _, proof, message = offer_of(person, [unknown], [own_vtxo(AMOUNT_SAT)])
    refuses(world, Code.TX_NOT_FOUND, proof, message)


def test_refuses_a_boarding_output_that_waits_for_its_block(world: World) -> None:
    person = world.participant()
    script = person.script(AddressKind.BOARDING)
    point = world.chain.fund(script, AMOUNT_SAT, confirm=False)
    coin = InputFact(InputKind.BOARDING, point, AMOUNT_SAT, 0)
    _, proof, message = offer_of(person, [coin], [own_vtxo(AMOUNT_SAT)])
    refuses(world, Code.TX_NOT_FOUND, proof, message, "not confirmed")
    world.chain.mine()
    assert world.operator.register_intent(proof, message)


def test_refuses_a_boarding_output_of_another_amount_than_on_chain(world: World) -> None:
    person = world.participant()
    coin = replace(person.boarding_coin(AMOUNT_SAT), amount_sat=AMOUNT_SAT + 1)
    _, proof, message = offer_of(person, [coin], [own_vtxo(AMOUNT_SAT)])
    refuses(world, Code.INVALID_INTENT_PSBT, proof, message, "witness utxo")


def test_refuses_a_boarding_output_whose_exit_is_near(world: World) -> None:
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    world.mine(CONFIG.boarding_exit_delay)
    _, proof, message = offer_of(person, [coin], [own_vtxo(AMOUNT_SAT)])
    refuses(world, Code.INVALID_PSBT_INPUT, proof, message, "expired")


def test_refuses_boarding_together_with_an_on_chain_output(world: World) -> None:
    person = world.participant()
    target = OutputFact(OutputKind.OWN_ONCHAIN, AMOUNT_SAT)
    _, proof, message = offer_of(person, [person.boarding_coin(AMOUNT_SAT)], [target])
    refuses(world, Code.INVALID_INTENT_PSBT, proof, message, "onchain inputs and outputs")


def test_refuses_dust_and_more_out_than_in(world: World) -> None:
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    _, proof, message = offer_of(person, [coin], [own_vtxo(CONFIG.dust_sat - 1)])
    refuses(world, Code.AMOUNT_TOO_LOW, proof, message)
    _, proof, message = offer_of(person, [coin], [own_vtxo(AMOUNT_SAT + 1)])
    refuses(world, Code.INTENT_INSUFFICIENT_FEE, proof, message)


def test_refuses_a_vtxo_that_is_spent(world: World) -> None:
    person = world.participant()
    assert world.run([person.board(AMOUNT_SAT)]) == []
    _, proof, message = offer_of(person, person.live_coins(), [own_vtxo(AMOUNT_SAT)])
    assert world.run([person.refresh()]) == []
    refuses(world, Code.VTXO_ALREADY_SPENT, proof, message)


class FlatFee:
    """Charges 100 sat an intent."""

    def fee_sat(self, inputs: object, receivers: object) -> int:
        return 100


def test_refuses_an_intent_that_pays_too_little_and_books_the_fee_of_one_that_does(
    world: World,
) -> None:
    world.operator.context.fees = FlatFee()
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    _, proof, message = offer_of(person, [coin], [own_vtxo(AMOUNT_SAT - 99)])
    with pytest.raises(OperatorError) as caught:
        world.operator.register_intent(proof, message)
    assert caught.value.code is Code.INTENT_INSUFFICIENT_FEE
    assert caught.value.metadata == {"min_fee": "100", "actual_fee": "99"}
    assert world.run([person.join([coin], [own_vtxo(AMOUNT_SAT - 100)])]) == []
    [round_id] = world.operator.context.journal.round_ids()
    assert world.operator.context.journal.load(round_id).collected_fees_sat == 100


def test_refuses_a_proof_that_is_too_large(chain: EmbeddedChain) -> None:
    world = World(chain, replace(CONFIG, max_proof_weight=1000))
    proof, message = boarding_proof(world)
    refuses(world, Code.TX_TOO_LARGE, proof, message)


def test_a_batch_that_the_operator_cannot_fund_fails(world: World) -> None:
    person = world.participant()
    driver = person.board(AMOUNT_SAT)
    coins = [coin.outpoint for coin in world.chain.wallet.coins(0)]
    world.chain.wallet.reserve(coins)
    [failure] = world.run([driver])
    world.chain.wallet.release(coins)
    assert failure.detail.startswith("INTERNAL_ERROR (0): failed to create commitment tx")


def test_estimates_the_fee_without_a_valid_proof(world: World) -> None:
    proof, message = boarding_proof(world)
    message = message.replace("register", "estimate-intent-fee")
    assert world.operator.estimate_fee(proof, message) == 0


def test_a_waiting_intent_can_be_deleted_and_registered_again(world: World) -> None:
    person = world.participant()
    driver = person.board(AMOUNT_SAT)
    assert len(world.operator.queue) == 1
    driver.give_up()
    assert person.port.deleted == 1
    assert len(world.operator.queue) == 0
    assert driver.state is BatchState.ABANDONED
    again = person.join([coin.fact for coin in driver.offer.coins], [own_vtxo(AMOUNT_SAT)])
    assert world.run([again]) == []


def test_refuses_to_delete_what_is_not_there(world: World) -> None:
    person = world.participant()
    offer, _, _ = offer_of(person, [person.boarding_coin(AMOUNT_SAT)], [own_vtxo(AMOUNT_SAT)])
    facts = [coin.fact for coin in offer.coins]
    message = intent.delete_message(offer.expire_at)
    signatures = person.signer.sign_intent_deletion(1, facts, offer.expire_at)
    with pytest.raises(OperatorError) as caught:
        world.operator.delete_intent(offer.deletion_proof(message, signatures), message)
    assert caught.value.code is Code.INTENT_NOT_FOUND


def test_refuses_to_confirm_before_a_batch_and_for_strangers(world: World) -> None:
    with pytest.raises(OperatorError) as caught:
        world.operator.confirm("x")
    assert caught.value.code is Code.CONFIRMATION_SESSION_NOT_STARTED
    world.participant().board(AMOUNT_SAT)
    world.time += 6
    world.operator.advance()
    with pytest.raises(OperatorError, match="intent hash not found"):
        world.operator.confirm("x")


def test_refuses_signing_messages_for_an_unknown_batch(world: World) -> None:
    for submit in (world.operator.submit_nonces, world.operator.submit_signatures):
        with pytest.raises(OperatorError, match='signing session not found for round "b"'):
            submit("b", "02" + "11" * 32, {})
    with pytest.raises(OperatorError) as caught:
        world.operator.submit_forfeits([], "")
    assert caught.value.code is Code.INVALID_FORFEIT_TXS


class Silent(BatchDriver):
    """Stops at one event, as a participant whose machine went to sleep."""

    deaf_to = ""

    def handle(self, event: dict[str, object]) -> None:
        if self.deaf_to not in event:
            super().handle(event)


def silenced(person: Participant, driver: BatchDriver, event: str) -> BatchDriver:
    driver.__class__ = Silent
    assert isinstance(driver, Silent)
    driver.deaf_to = event
    return driver


@pytest.mark.parametrize(
    ("event", "reason", "crime"),
    [
        ("treeSigningStarted", r"nonce collection\), collected 1/2", Crime.NONCE_SUBMISSION),
        ("treeNonces", r"signatures collection\), collected 1/2", Crime.SIGNATURE_SUBMISSION),
        ("batchFinalization", "missing forfeit transactions", Crime.FORFEIT_SUBMISSION),
    ],
)
def test_a_silent_participant_fails_the_batch_and_is_convicted(
    world: World, event: str, reason: str, crime: Crime
) -> None:
    good, bad = world.participant(), world.participant()
    assert world.run([good.board(AMOUNT_SAT), bad.board(AMOUNT_SAT)]) == []
    [old] = bad.live_coins()
    drivers = [good.refresh(), silenced(bad, bad.refresh(), event)]
    failures = world.run(drivers)
    assert {failure.tag for failure in failures} == {"batch-failed"}
    assert world.operator.context.vtxos.get(old.outpoint) is not None
    convictions = world.operator.context.convictions.convictions
    assert [one.crime for one in convictions] == [crime]
    assert re.search(reason, failures[0].detail)


def test_who_does_not_confirm_waits_for_the_next_batch(world: World) -> None:
    good, late = world.participant(), world.participant()
    drivers = [good.board(AMOUNT_SAT), silenced(late, late.board(AMOUNT_SAT), "batchStarted")]
    assert world.run(drivers[:1]) == []
    world.operator.advance()
    assert world.operator.queue.holding(drivers[1].offer.outpoints)
    drivers[1].__class__ = BatchDriver
    assert world.run(drivers[1:]) == []


def test_too_few_confirmations_fail_the_round_and_return_the_intents(
    chain: EmbeddedChain,
) -> None:
    world = World(chain, replace(CONFIG, min_participants=2))
    people = [world.participant(), world.participant()]
    drivers = [person.board(AMOUNT_SAT) for person in people]
    silenced(people[1], drivers[1], "batchStarted")
    failures = world.run(drivers[:1])
    assert [failure.detail for failure in failures] == [
        "INTERNAL_ERROR (0): not enough intent confirmations received"
    ]
    assert world.operator.queue.holding(drivers[1].offer.outpoints)


def test_three_convictions_ban_a_script_for_a_while(world: World) -> None:
    person = world.participant()
    _, proof, message = offer_of(person, [person.boarding_coin(AMOUNT_SAT)], [own_vtxo(AMOUNT_SAT)])
    book = world.operator.context.convictions
    script = make_offer(person.signer, [person.boarding_coin(1000)], []).coins[0]
    for _ in range(3):
        book.convict([script.output.script.hex()], Crime.MANUAL_BAN, "", "", int(world.time))
    refuses(world, Code.VTXO_BANNED, proof, message)
    book.pardon(book.convictions[0].id)
    assert world.operator.register_intent(proof, message)
    assert not book.is_banned("other", int(world.time))
    book.convict([script.output.script.hex()], Crime.MANUAL_BAN, "", "", int(world.time))
    assert book.is_banned(script.output.script.hex(), int(world.time) + 299)
    assert not book.is_banned(script.output.script.hex(), int(world.time) + 300)


def test_an_operator_restarts_on_its_journal(world: World) -> None:
    people = [world.participant() for _ in range(2)]
    assert world.run([person.board(AMOUNT_SAT) for person in people]) == []
    assert world.run([person.refresh() for person in people]) == []
    before = {vtxo.text: vtxo for vtxo in world.operator.context.vtxos}
    world.restart()
    assert {vtxo.text: vtxo for vtxo in world.operator.context.vtxos} == before
    assert world.run([person.refresh() for person in people]) == []


def test_a_round_that_was_cut_off_is_failed_at_the_restart(world: World) -> None:
    world.participant().board(AMOUNT_SAT)
    world.time += 6
    world.operator.advance()
    world.restart()
    journal = world.operator.context.journal
    [round_id] = journal.round_ids()
    assert journal.load(round_id).fail_reason == "INTERNAL_ERROR (0): operator restarted"


def test_a_commitment_that_never_got_out_is_sent_at_the_restart(world: World) -> None:
    person = world.participant()
    driver = person.board(AMOUNT_SAT)
    assert world.run([driver]) == []
    txid = bytes.fromhex(driver.commitment_txid)[::-1]
    world.chain.evict(txid)
    assert not world.chain.tx_status(txid).found
    world.restart()
    assert world.chain.tx_status(txid).found
    assert isinstance(world.operator.context.journal, MemoryJournal)
