"""What the operator checks for its own sake: scripts, intents, forfeits, boarding signatures.

Protects the operator's money: a VTXO it cannot forfeit, a forfeit it cannot use or a boarding input
it cannot spend would let a participant be paid twice. Rules: spec/arkade.md 2.4, 5, 6, 7.4.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import secp256k1
from arkcore import intent
from arkcore.closures import csv_multisig, multisig
from arkcore.psbt import IN_TAP_SCRIPT_SIG, Psbt
from arkcore.taproot import TapTree
from arkcore.tx import TxIn, TxOut
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.script_policy import check_vtxo_script
from stanchion.rounds.offer import Offer, make_offer
from stanchion.signers.facts import OutputFact, OutputKind

from tests.host.batch_world import Participant, RecordingPort, World, own_vtxo

AMOUNT_SAT = 50_000
OWNER = secp256k1.pubkey_create(b"\x01" * 32)[1:]
SIGNER = secp256k1.pubkey_create(b"\x02" * 32)[1:]
COLLABORATIVE = multisig([OWNER, SIGNER]).script
EXIT = csv_multisig(20, [OWNER]).script


def check(scripts: Sequence[bytes], output_of: Sequence[bytes] | None = None) -> None:
    script = TapTree(list(output_of or scripts)).script_pubkey()
    check_vtxo_script(scripts, script, SIGNER, 20)


def test_accepts_owner_with_operator_or_owner_later() -> None:
    check([COLLABORATIVE, EXIT])
    check([EXIT, COLLABORATIVE])
    check([COLLABORATIVE, csv_multisig(21, [OWNER]).script])


@pytest.mark.parametrize(
    ("scripts", "text"),
    [
        ([multisig([OWNER]).script, EXIT], "signer pubkey not found"),
        ([COLLABORATIVE, csv_multisig(19, [OWNER]).script], "exit delay is too short"),
        ([COLLABORATIVE, csv_multisig(0x400001, [OWNER]).script], "seconds|second type"),
        ([COLLABORATIVE], "no exit leaf"),
        ([COLLABORATIVE, EXIT, b"\x51"], "closure"),
    ],
)
def test_refuses_a_script_that_the_operator_could_not_forfeit(
    scripts: list[bytes], text: str
) -> None:
    with pytest.raises(OperatorError, match=text) as caught:
        check(scripts)
    assert caught.value.code is Code.INVALID_VTXO_SCRIPT


def test_refuses_leaves_that_are_not_those_of_the_output() -> None:
    with pytest.raises(OperatorError, match="taproot key"):
        check([COLLABORATIVE, EXIT], [COLLABORATIVE, csv_multisig(30, [OWNER]).script])


def offer_from(world: World, outputs: list[OutputFact]) -> tuple[Participant, Offer]:
    person = world.participant()
    coin = person.boarding_coin(AMOUNT_SAT)
    return person, make_offer(person.signer, [coin], outputs)


def register(person: Participant, offer: Offer, message: str) -> str:
    """Registers the offer under a message of the test's own, properly signed."""
    terms = person.signer._terms([coin.fact for coin in offer.coins], ())
    outputs = [debt.output for debt in offer.outputs]
    signatures = person.signer._prove(message, terms.inputs, outputs)
    proof = offer.register_proof(message, signatures)
    return person.sandbox.operator.register_intent(proof, message)


def test_refuses_a_vtxo_without_cosigner_and_the_operators_own_key_as_one(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    for keys in ([], [world.keys.tree], [bytes((5 - world.keys.tree[0],)) + world.keys.tree[1:]]):
        with pytest.raises(OperatorError) as caught:
            register(person, offer, intent.register_message([], 0, 0, keys))
        assert caught.value.code is Code.INVALID_INTENT_MESSAGE


def test_refuses_on_chain_indexes_of_no_output(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    assert world.run([person.join([offer.coins[0].fact], [own_vtxo(AMOUNT_SAT)])]) == []
    offer = make_offer(person.signer, person.live_coins(), [own_vtxo(AMOUNT_SAT)])
    message = intent.register_message([1], 0, 0, [world.keys.signer])
    with pytest.raises(OperatorError, match="out of range"):
        register(person, offer, message)


@pytest.mark.parametrize("script", [b"\x6a", b"\x00\x14" + bytes(20), b"\x51\x20" + bytes(31)])
def test_refuses_a_vtxo_that_is_no_taproot_output(world: World, script: bytes) -> None:
    foreign = OutputFact(OutputKind.FOREIGN_VTXO, 1000, script=script)
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT - 1000), foreign])
    with pytest.raises(OperatorError) as caught:
        register(person, offer, intent.register_message([], 0, 0, [world.keys.signer]))
    assert caught.value.code is Code.INVALID_PKSCRIPT


def test_refuses_a_proof_without_signature_or_without_outputs(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    message = intent.register_message([], 0, 0, [world.keys.signer])
    unsigned = Psbt.from_base64(offer.register_proof(message, [bytes(64), bytes(64)]))
    for fields in unsigned.inputs:
        for key, _ in fields.with_type(IN_TAP_SCRIPT_SIG):
            fields.remove(bytes((IN_TAP_SCRIPT_SIG,)) + key)
    with pytest.raises(OperatorError) as caught:
        world.operator.register_intent(unsigned.to_base64(), message)
    assert caught.value.code is Code.INVALID_INTENT_PROOF
    with pytest.raises(OperatorError, match="does not contain outputs"):
        register(person, replace(offer, outputs=()), message)


def test_refuses_a_vtxo_under_another_amount(world: World) -> None:
    person, _ = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    assert world.run([person.board(AMOUNT_SAT)]) == []
    [coin] = person.live_coins()
    offer = make_offer(
        person.signer, [replace(coin, amount_sat=AMOUNT_SAT + 1)], [own_vtxo(AMOUNT_SAT)]
    )
    with pytest.raises(OperatorError, match="witness utxo"):
        register(person, offer, intent.register_message([], 0, 0, [world.keys.signer]))


def test_refuses_a_boarding_output_that_is_spent_already(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    assert world.run([person.join([offer.coins[0].fact], [own_vtxo(AMOUNT_SAT)])]) == []
    with pytest.raises(OperatorError) as caught:
        register(person, offer, intent.register_message([], 0, 0, [world.keys.signer]))
    assert caught.value.code is Code.VTXO_ALREADY_SPENT


def test_refuses_a_coin_of_the_batch_at_work(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    person.join([offer.coins[0].fact], [own_vtxo(AMOUNT_SAT)])
    world.time += 6
    world.operator.advance()
    with pytest.raises(OperatorError) as caught:
        register(person, offer, intent.register_message([], 0, 0, [world.keys.signer]))
    assert caught.value.code is Code.VTXO_ALREADY_REGISTERED


def test_drops_a_waiting_intent_whose_time_runs_out(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    late = int(world.time) + 3
    register(person, offer, intent.register_message([], 0, late, [world.keys.signer]))
    other = world.participant()
    world.time += 4
    assert world.run([other.board(AMOUNT_SAT)]) == []
    assert len(world.operator.queue) == 0


def test_refuses_a_deletion_that_is_not_proven(world: World) -> None:
    person, offer = offer_from(world, [own_vtxo(AMOUNT_SAT)])
    register(person, offer, intent.register_message([], 0, 0, [world.keys.signer]))
    message = intent.delete_message(0)
    with pytest.raises(OperatorError) as caught:
        world.operator.delete_intent(offer.deletion_proof(message, [bytes(64)] * 2), message)
    assert caught.value.code is Code.INVALID_INTENT_PROOF
    assert len(world.operator.queue) == 1


Tamper = Callable[[Psbt], None]


class TamperingPort(RecordingPort):
    """First hands over spoiled forfeits and boarding signatures, then the honest ones."""

    def __init__(self, port: RecordingPort, tamper: Tamper) -> None:
        super().__init__(port._operator)
        self._tamper = tamper
        self.errors: list[OperatorError] = []

    def submit_forfeits(self, signed_forfeits: Sequence[str], signed_commitment: str = "") -> None:
        spoiled = [self._spoil(text) for text in signed_forfeits]
        commitment = self._spoil(signed_commitment) if signed_commitment else ""
        try:
            self._operator.submit_forfeits(spoiled, commitment)
        except OperatorError as error:
            self.errors.append(error)
        super().submit_forfeits(signed_forfeits, signed_commitment)

    def _spoil(self, text: str) -> str:
        psbt = Psbt.from_base64(text)
        self._tamper(psbt)
        return str(psbt.to_base64())


def spoil_signature(psbt: Psbt) -> None:
    for fields in psbt.inputs:
        for key, _ in fields.with_type(IN_TAP_SCRIPT_SIG):
            fields.set(bytes((IN_TAP_SCRIPT_SIG,)) + key, os.urandom(64))


def drop_signature(psbt: Psbt) -> None:
    for fields in psbt.inputs:
        for key, _ in fields.with_type(IN_TAP_SCRIPT_SIG):
            fields.remove(bytes((IN_TAP_SCRIPT_SIG,)) + key)


def pay_owner(psbt: Psbt) -> None:
    psbt.tx.outputs[0] = TxOut(psbt.tx.outputs[0].amount_sat, b"\x51\x20" + bytes(32))


def other_connector(psbt: Psbt) -> None:
    psbt.tx.inputs[1] = TxIn(bytes(36))


def other_vtxo(psbt: Psbt) -> None:
    psbt.tx.inputs[0] = TxIn(bytes(36))


@pytest.mark.parametrize(
    "tamper", [spoil_signature, drop_signature, pay_owner, other_connector, other_vtxo]
)
def test_refuses_a_forfeit_that_it_could_not_use(world: World, tamper: Tamper) -> None:
    person = world.participant()
    assert world.run([person.board(AMOUNT_SAT)]) == []
    driver = person.refresh()
    port = TamperingPort(person.port, tamper)
    driver.operator = port
    assert world.run([driver]) == []
    assert [error.code for error in port.errors] == [Code.INVALID_FORFEIT_TXS]


@pytest.mark.parametrize("tamper", [spoil_signature, drop_signature, pay_owner])
def test_refuses_a_boarding_signature_that_it_could_not_use(world: World, tamper: Tamper) -> None:
    person = world.participant()
    driver = person.board(AMOUNT_SAT)
    port = TamperingPort(person.port, tamper)
    driver.operator = port
    assert world.run([driver]) == []
    assert [error.code for error in port.errors] == [Code.INVALID_BOARDING_INPUT_SIG]


def swap_inputs(psbt: Psbt) -> None:
    psbt.tx.inputs.reverse()
    psbt.inputs.reverse()


def test_refuses_one_connector_for_two_forfeits(world: World) -> None:
    person = world.participant()
    assert world.run([person.board(AMOUNT_SAT)]) == []
    assert world.run([person.join_all([own_vtxo(20_000), own_vtxo(30_000)])]) == []
    driver = person.refresh()
    first: list[TxIn] = []

    def same_connector(psbt: Psbt) -> None:
        first.append(psbt.tx.inputs[1])
        psbt.tx.inputs[1] = first[0]

    port = TamperingPort(person.port, same_connector)
    driver.operator = port
    assert world.run([driver]) == []
    [error] = port.errors
    assert "forfeit-connector" in error.message


def test_refuses_a_partial_signature_that_is_wrong_and_convicts_its_sender(world: World) -> None:
    good, bad = world.participant(), world.participant()
    assert world.run([good.board(AMOUNT_SAT), bad.board(AMOUNT_SAT)]) == []
    drivers = [good.refresh(), bad.refresh()]

    class Garbage(RecordingPort):
        def submit_signatures(self, batch_id: str, pubkey: str, signatures: object) -> None:
            assert isinstance(signatures, dict)
            spoiled = dict.fromkeys(signatures, "11" * 32)
            self._operator.submit_signatures(batch_id, pubkey, spoiled)

    drivers[1].operator = Garbage(world.operator)
    failures = world.run(drivers)
    assert {failure.tag for failure in failures} == {"operator-refused", "batch-failed"}
    [conviction] = world.operator.context.convictions.convictions
    [coin] = bad.live_coins()
    vtxo = world.operator.context.vtxos.get(coin.outpoint)
    assert vtxo is not None
    assert conviction.script == vtxo.script.hex()
    [reason] = {failure.detail for failure in failures if failure.tag == "batch-failed"}
    assert reason == "INTERNAL_ERROR (0): some musig2 signatures are invalid"


def test_a_restarted_operator_remembers_what_it_swept(world: World) -> None:
    person = world.participant()
    assert world.run([person.board(AMOUNT_SAT)]) == []
    world.mine(world.config.batch_expiry + 2)
    [coin] = person.live_coins()
    assert world.operator.context.vtxos.get(coin.outpoint).swept
    world.restart()
    assert world.operator.context.vtxos.get(coin.outpoint).swept
