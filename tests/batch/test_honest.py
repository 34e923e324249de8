"""Honest batches pass on the device's own objects, and every signature in them is what it claims.

Invariants I1, I3 and I5 from their positive side; `test_refusals` holds the negative one. The
operator is `tests.batch.operator`; signatures are verified against transactions built here.
"""

from typing import Any

import secp256k1
from arkcore.connectors import ConnectorPath
from arkcore.forfeit import forfeit_sighash, forfeit_tx
from arkcore.intent import proof_prevouts, proof_tx, register_message
from arkcore.scripts import VtxoScript, p2wpkh_script
from arkcore.sighash import SIGHASH_ALL, taproot_sighash
from arkcore.taproot import leaf_hash
from arkcore.tx import SEQUENCE_FINAL, Tx, TxOut
from signer.operator_profile import OperatorProfile
from wire import terms

from tests.batch.local import LocalDevice
from tests.batch.operator import REGTEST, enrolment, public
from tests.batch.owner import (
    EXPIRE_AT,
    VALID_AT,
    Run,
    boarding_input,
    ledger_of,
    live,
    own_onchain,
    own_vtxo,
    vtxo_input,
    vtxo_script,
)


def boarded(device: LocalDevice, amount_sat: int = 50_000) -> dict[str, Any]:
    """The list_vtxos item of a VTXO that was just boarded."""
    run = Run(device, [boarding_input("first", amount_sat)], [own_vtxo(amount_sat - 200, 5)])
    (point,) = run.all()
    return next(item for item in ledger_of(device) if item["outpoint"] == point)


def owner_xonly(device: LocalDevice, index: int) -> bytes:
    address = device.call("get_address", kind=terms.ADDRESS_VTXO, index=index, show=False)
    key: bytes = address["owner_key"]
    return key


def forfeit_of(run: Run, old: dict[str, Any], script: VtxoScript) -> tuple[Tx, bytes]:
    """The forfeit of the first input as the test builds it, and what its owner signs."""
    path = ConnectorPath(run.batch.commitment.txid(), run.batch.commitment.outputs[1])
    for step, outputs in run.batch.connectors[0]:
        path.add_node(step, outputs)
    connector = path.finish()
    tx = forfeit_tx(
        old["outpoint"],
        old["amount_sat"],
        connector.outpoint,
        connector.output.amount_sat,
        p2wpkh_script(public("forfeit")),
    )
    digest = forfeit_sighash(
        tx,
        TxOut(old["amount_sat"], script.script_pubkey),
        connector.output,
        leaf_hash(script.forfeit_leaf),
    )
    return tx, digest


def test_boarding_gives_a_live_vtxo_and_a_signature_over_the_commitment_transaction() -> None:
    device = LocalDevice()
    coin = boarding_input("first", 50_000, index=2)
    run = Run(device, [coin], [own_vtxo(49_900, 5)])
    (point,) = run.all()
    script = vtxo_script(device, terms.COIN_BOARDING, 2)
    digest = taproot_sighash(
        run.batch.commitment, 1, run.batch.prevouts, leaf_hash(script.forfeit_leaf)
    )
    assert secp256k1.verify_schnorr(owner_xonly(device, 2), digest, run.given[0])
    (item,) = live(device)
    assert item["outpoint"] == point
    assert item["amount_sat"] == 49_900
    assert item["commitment_txid"] == run.batch.commitment.txid()
    assert item["depth"] == len(run.batch.branch) == 3
    assert item["batch_expiry"] == run.batch.expiry
    assert device.screens() == "", "nothing leaves the owner, so nobody is asked"


def test_a_refresh_forfeits_the_old_vtxo_to_the_pinned_script_over_its_connector() -> None:
    device = LocalDevice()
    old = boarded(device)
    run = Run(device, [vtxo_input(old)], [own_vtxo(49_700, 6)])
    (point,) = run.all()
    _, digest = forfeit_of(run, old, vtxo_script(device, terms.COIN_VTXO, 5))
    assert secp256k1.verify_schnorr(owner_xonly(device, 5), digest, run.given[0])
    states = {item["outpoint"]: item["state"] for item in ledger_of(device)}
    assert states == {old["outpoint"]: terms.VTXO_FORFEITED, point: terms.VTXO_LIVE}


def test_the_proof_is_over_the_message_that_the_facts_of_the_intent_give() -> None:
    device = LocalDevice()
    coin = boarding_input("first", 50_000)
    run = Run(device, [coin], [own_vtxo(30_000, 1), own_onchain(19_000, 3)]).open()
    script = vtxo_script(device, terms.COIN_BOARDING, 0)
    assert run.cosigner_key is not None
    message = register_message([1], VALID_AT, EXPIRE_AT, [run.cosigner_key])
    coins = [(coin["outpoint"], TxOut(50_000, script.script_pubkey), SEQUENCE_FINAL)]
    tx = proof_tx(message, coins, [run.output(one) for one in run.outputs])
    assert len(run.proof) == 2
    for position, signature in enumerate(run.proof):
        digest = taproot_sighash(
            tx, position, proof_prevouts(coins), leaf_hash(script.forfeit_leaf), SIGHASH_ALL
        )
        assert signature[64] == SIGHASH_ALL
        assert secp256k1.verify_schnorr(owner_xonly(device, 0), digest, signature[:64])


def test_inputs_and_outputs_of_all_kinds_pass_in_one_batch() -> None:
    device = LocalDevice()
    boarded(device)
    second = Run(device, [boarding_input("second", 20_000)], [own_vtxo(19_000, 9)])
    second.all()
    inputs = [vtxo_input(item) for item in live(device)] + [boarding_input("third", 10_000, 7)]
    outputs = [own_vtxo(40_000, 1), own_onchain(20_000, 2), own_vtxo(18_000, 1)]
    run = Run(device, inputs, outputs, others=6)
    assert len(run.all()) == 2
    assert sorted(item["amount_sat"] for item in live(device)) == [18_000, 40_000]
    assert len(set(run.given)) == 3


def test_an_intent_with_chain_outputs_alone_skips_the_tree() -> None:
    device = LocalDevice()
    old = boarded(device)
    run = Run(device, [vtxo_input(old)], [own_onchain(49_000, 1)])
    run.open()
    assert run.cosigner_key is None, "a key in the message would have to sign the tree"
    run.announce()
    run.feed_commitment()
    assert run.finish() == []
    assert live(device) == []


def test_each_batch_has_its_own_cosigner_key_and_a_rising_session() -> None:
    device = LocalDevice()
    seen = []
    for number in range(3):
        run = Run(device, [boarding_input(f"coin {number}", 10_000)], [own_vtxo(9_900, 1)])
        run.open()
        seen.append((run.session, run.cosigner_key))
        run.call("abort_batch")
    device.restart()
    run = Run(device, [boarding_input("coin", 10_000)], [own_vtxo(9_900, 1)]).open()
    seen.append((run.session, run.cosigner_key))
    assert len({key for _, key in seen}) == 4
    assert [session for session, _ in seen] == sorted({session for session, _ in seen})


def test_a_new_enrolment_changes_nothing_of_the_session_at_work() -> None:
    device = LocalDevice()
    old = boarded(device)
    run = Run(device, [vtxo_input(old)], [own_vtxo(49_700, 6)]).to_exit_path()
    enrolled = device.device.operator
    other = {**enrolment(), "forfeit_key": public("other")}
    other["forfeit_script"] = p2wpkh_script(public("other"))
    device.device.pin_operator(OperatorProfile(REGTEST, other))
    run.finish()
    tx, digest = forfeit_of(run, old, vtxo_script(device, terms.COIN_VTXO, 5))
    assert tx.outputs[0].script == enrolled.forfeit_script
    assert secp256k1.verify_schnorr(owner_xonly(device, 5), digest, run.given[0])
    assert device.device.ledger.find(old["outpoint"]).operator_id == enrolled.operator_id


def test_identical_retries_get_identical_answers() -> None:
    device = LocalDevice()
    old = boarded(device)
    run = Run(device, [vtxo_input(old)], [own_vtxo(49_700, 6)]).to_tree()
    run.feed_branch()
    run.sign_tree()
    again = run.call("sign_tree", agg_nonces=run.aggregates)
    assert again["partial_signatures"] == run.partials
    run.feed_signatures()
    run.connect()
    run.give()
    assert run.call("sign_forfeit", input_index=0)["signature"] == run.given[0]
    run.call("close_batch")


def test_nonces_asked_for_again_are_the_same_ones() -> None:
    device = LocalDevice()
    run = Run(device, [boarding_input("first", 50_000)], [own_vtxo(49_000, 5)]).to_tree()
    run.feed_branch()
    nonces = run.call("get_nonces")["nonces"]
    assert run.call("get_nonces")["nonces"] == nonces
    assert len(set(nonces)) == len(run.batch.branch)


def test_a_stuck_random_source_repeats_no_public_nonce() -> None:
    device = LocalDevice()
    device.board.is_random = False
    seen: set[bytes] = set()
    keys = set()
    for number in range(20):
        run = Run(device, [boarding_input("same", 50_000)], [own_vtxo(49_000, 5)])
        run.to_tree()
        run.feed_branch()
        nonces = run.call("get_nonces")["nonces"]
        assert not seen & set(nonces), number
        seen |= set(nonces)
        keys.add(run.cosigner_key)
        run.call("abort_batch")
    assert len(keys) == 20


def test_an_intent_can_be_withdrawn_with_and_without_a_session() -> None:
    device = LocalDevice()
    coin = boarding_input("first", 50_000)
    Run(device, [coin], [own_vtxo(49_000, 5)]).open()
    for _ in range(2):
        reply = device.call("sign_intent_deletion", inputs=[coin], expire_at=EXPIRE_AT)
        assert len(reply["signatures"]) == 2
        device.device.drop_batch()
