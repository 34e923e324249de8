"""Off-chain transactions at the operator: what it cosigns, what it refuses, what it remembers.

Protects receivers and the operator alike (spec/arkade.md 10): nothing is cosigned that differs from
what is rebuilt here, no coin is promised twice, and a restart forgets no signature that was given.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import secp256k1
from arkcore import delays, intent
from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.intent_proof import ProofCoin, build_proof
from arkcore.offchain import ark_spend, checkpoint, receiver_output
from arkcore.psbt import (
    Psbt,
    PsbtMap,
    add_tap_leaf_script,
    add_tap_script_sig,
    tap_script_sigs,
)
from arkcore.scripts import VtxoScript, subdust_script
from arkcore.sighash import SIGHASH_ALL, taproot_sighash
from arkcore.taproot import leaf_hash
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.chain.embedded import EmbeddedChain
from stanchion.operator.engine import Operator
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.indexer import Indexer
from stanchion.operator.offchain import MemoryOffchainStore
from stanchion.operator.registration import Proof
from stanchion.operator.vtxos import Vtxo

from tests.batch.operator import public
from tests.host.batch_world import World
from tests.host.offchain_payment import AMOUNT_SAT, OWNER, RECEIVER, SEND_SAT, Payment


@pytest.fixture
def payment(world: World) -> Payment:
    return Payment(world.operator)


def code_of(action: Callable[[], object]) -> Code:
    with pytest.raises(OperatorError) as refused:
        action()
    return refused.value.code


def test_the_operator_signs_exactly_the_submitted_transactions(payment: Payment) -> None:
    tx = payment.submit()
    keys = payment.operator.context.keys
    ark = Psbt.from_base64(tx.ark_tx)
    for index, fields in enumerate(ark.inputs):
        signatures = {key: sig for key, _, sig in tap_script_sigs(fields)}
        assert len(signatures) == 2
        ark_spend(ark.tx, index, payment.checkpoints).check_signatures(signatures)
    for text, one in zip(tx.checkpoints, payment.checkpoints, strict=True):
        [(key, _, signature)] = tap_script_sigs(Psbt.from_base64(text).inputs[0])
        assert key == keys.signer_xonly
        assert one.spend().is_signed_by(key, signature)


def test_outputs_exist_from_finalization_on(payment: Payment) -> None:
    tx = payment.submit()
    books = payment.operator.context.vtxos
    created = [outpoint(from_hex_txid(tx.ark_txid), vout) for vout in (0, 1, 2)]
    assert [books.get(point) for point in created] == [None] * 3
    assert all(vtxo.spent and vtxo.ark_txid == tx.ark_txid for vtxo in payment.vtxos)
    payment.finalize(tx.ark_txid)
    first, second, anchor = (books.get(point) for point in created)
    assert first is not None
    assert second is not None
    assert anchor is None
    assert (first.amount_sat, second.amount_sat) == (SEND_SAT, 2 * AMOUNT_SAT - SEND_SAT)
    assert first.preconfirmed
    assert (first.depth, first.commitment_txids) == (2, ("ab" * 32,))
    assert payment.finalize(tx.ark_txid).finalized


def test_an_output_below_dust_is_recoverable_alone(payment: Payment) -> None:
    payment.outputs = [
        receiver_output(RECEIVER, 100, 330),
        TxOut(2 * AMOUNT_SAT - 100, payment.tree.script_pubkey),
    ]
    assert payment.outputs[0].script == subdust_script(RECEIVER)
    tx = payment.submit()
    payment.finalize(tx.ark_txid)
    found = payment.operator.context.vtxos.get(outpoint(from_hex_txid(tx.ark_txid), 0))
    assert found is not None
    assert (found.swept, found.script.hex()) == (True, "5120" + RECEIVER.hex())


def _spend(payment: Payment) -> None:
    payment.vtxos[0].spent = True


def _unroll(payment: Payment) -> None:
    payment.vtxos[1].unrolled = True


def _sweep(payment: Payment) -> None:
    payment.vtxos[0].swept = True


def _expire(payment: Payment) -> None:
    payment.vtxos[0].expires_at = payment.operator.context.now


def _pay_more(payment: Payment) -> None:
    payment.vtxos[0].amount_sat += 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_spend, Code.VTXO_ALREADY_SPENT),
        (_unroll, Code.VTXO_ALREADY_UNROLLED),
        (_sweep, Code.VTXO_RECOVERABLE),
        (_expire, Code.VTXO_RECOVERABLE),
        (_pay_more, Code.INVALID_PSBT_INPUT),
    ],
)
def test_refuses_a_vtxo_that_cannot_be_spent(
    payment: Payment, change: Callable[[Payment], None], code: Code
) -> None:
    change(payment)
    assert code_of(payment.submit) is code


def test_refuses_an_unknown_vtxo_and_a_second_submission(payment: Payment) -> None:
    stranger = Payment(payment.operator)
    tx = payment.submit()
    assert code_of(payment.submit) is Code.INVALID_ARK_PSBT
    point = stranger.vtxos[0].outpoint
    del payment.operator.context.vtxos._by_outpoint[point]
    assert code_of(stranger.submit) is Code.VTXO_NOT_FOUND
    assert tx.ark_txid


def test_refuses_a_coin_of_a_finished_payment_in_another(payment: Payment) -> None:
    payment.finalize(payment.submit().ark_txid)
    payment.outputs[0], payment.outputs[1] = payment.outputs[1], payment.outputs[0]
    assert code_of(payment.submit) is Code.VTXO_ALREADY_SPENT


def test_refuses_a_checkpoint_that_pays_elsewhere(payment: Payment) -> None:
    bent = payment.checkpoint_psbts()
    bent[0].tx.outputs[0].script = bent[0].tx.outputs[0].script[:2] + RECEIVER
    refused = code_of(lambda: payment.submit(checkpoints=bent))
    assert refused is Code.CHECKPOINT_MISMATCH


def test_refuses_a_missing_a_doubled_and_a_foreign_checkpoint(payment: Payment) -> None:
    psbts = payment.checkpoint_psbts()
    assert code_of(lambda: payment.submit(checkpoints=psbts[:1])) is Code.ARK_TX_MISMATCH
    doubled = [psbts[0], psbts[0]]
    assert code_of(lambda: payment.submit(checkpoints=doubled)) is Code.INVALID_CHECKPOINT_PSBT
    foreign = [psbts[0], Payment(payment.operator, 1).checkpoint_psbts()[0]]
    assert code_of(lambda: payment.submit(checkpoints=foreign)) is Code.ARK_TX_MISMATCH


def test_refuses_the_exit_leaf(payment: Payment) -> None:
    psbts = payment.checkpoint_psbts()
    fields = psbts[0].inputs[0]
    fields.remove(b"\x15" + payment.tree.forfeit_control())
    add_tap_leaf_script(fields, payment.tree.exit_control(), payment.tree.exit_leaf)
    refused = code_of(lambda: payment.submit(checkpoints=psbts))
    assert refused is Code.INVALID_VTXO_SCRIPT


def test_refuses_an_ark_transaction_that_is_not_signed_or_wrongly(payment: Payment) -> None:
    unsigned = payment.ark_psbt()
    for key, leaf, _ in tap_script_sigs(unsigned.inputs[1]):
        unsigned.inputs[1].remove(b"\x14" + key + leaf)
    assert code_of(lambda: payment.submit(unsigned)) is Code.ARK_TX_INPUT_NOT_SIGNED
    wrong = payment.ark_psbt()
    [(key, leaf, signature)] = tap_script_sigs(wrong.inputs[0])
    add_tap_script_sig(wrong.inputs[0], key, leaf, bytes(32) + signature[32:])
    assert code_of(lambda: payment.submit(wrong)) is Code.INVALID_SIGNATURE


@pytest.mark.parametrize(
    ("bend", "code"),
    [
        (lambda tx: tx.outputs.pop(), Code.MALFORMED_ARK_TX),
        (lambda tx: tx.outputs.append(tx.outputs.pop(0)), Code.MALFORMED_ARK_TX),
        (lambda tx: setattr(tx.outputs[0], "amount_sat", SEND_SAT + 1), Code.MALFORMED_ARK_TX),
        (lambda tx: setattr(tx.outputs[0], "script", b"\x51"), Code.MALFORMED_ARK_TX),
        (lambda tx: setattr(tx.outputs[0], "amount_sat", 329), Code.AMOUNT_TOO_LOW),
        (lambda tx: setattr(tx, "locktime", 7), Code.ARK_TX_MISMATCH),
        (lambda tx: setattr(tx, "version", 2), Code.ARK_TX_MISMATCH),
        (lambda tx: setattr(tx.inputs[0], "sequence", 0), Code.ARK_TX_MISMATCH),
    ],
)
def test_refuses_an_ark_transaction_that_differs_from_the_rebuilt_one(
    payment: Payment, bend: Callable[..., object], code: Code
) -> None:
    psbt = payment.ark_psbt()
    bend(psbt.tx)
    psbt.outputs = [PsbtMap() for _ in psbt.tx.outputs]
    assert code_of(lambda: payment.submit(psbt)) is code


def test_refuses_coins_that_wait_for_a_batch(world: World) -> None:
    person = world.participant()
    assert world.run([person.board()]) == []
    driver = person.refresh()
    [vtxo] = [one for one in world.operator.context.vtxos if not one.spent]
    with pytest.raises(OperatorError) as refused:
        world.operator._check_unregistered([vtxo.text])
    assert refused.value.code is Code.VTXO_ALREADY_REGISTERED
    driver.give_up()


def test_finalization_needs_every_checkpoint_signed_by_its_owner(payment: Payment) -> None:
    tx = payment.submit()
    assert code_of(lambda: payment.finalize(tx.ark_txid, 1)) is Code.INVALID_CHECKPOINT_PSBT
    unsigned = [psbt.to_base64() for psbt in payment.checkpoint_psbts()]
    refused = code_of(lambda: payment.operator.finalize_tx(tx.ark_txid, unsigned))
    assert refused is Code.ARK_TX_INPUT_NOT_SIGNED
    other = [psbt.to_base64() for psbt in Payment(payment.operator).checkpoint_psbts(True)]
    refused = code_of(lambda: payment.operator.finalize_tx(tx.ark_txid, other))
    assert refused is Code.CHECKPOINT_TX_NOT_FOUND
    payment.vtxos[0].unrolled = True
    assert code_of(lambda: payment.finalize(tx.ark_txid)) is Code.VTXO_ALREADY_UNROLLED


def pending_proof(payment: Payment, expire_at: int) -> tuple[str, str]:
    message = intent.expiring_message(intent.GET_PENDING_TX, expire_at)
    coins = []
    for vtxo in payment.vtxos:
        coin = ProofCoin(vtxo.outpoint, TxOut(vtxo.amount_sat, vtxo.script))
        coin.leaf, coin.control = payment.tree.forfeit_leaf, payment.tree.forfeit_control()
        coin.scripts = payment.tree.scripts
        coins.append(coin)
    proof = build_proof(message, coins, [])
    digest = leaf_hash(payment.tree.forfeit_leaf)
    for index, fields in enumerate(proof.inputs):
        add_tap_leaf_script(fields, payment.tree.forfeit_control(), payment.tree.forfeit_leaf)
        sighash = taproot_sighash(proof.tx, index, proof.prevouts(), digest, SIGHASH_ALL)
        signature = secp256k1.sign_schnorr(OWNER, sighash, bytes(32)) + bytes((SIGHASH_ALL,))
        add_tap_script_sig(fields, public("offchain owner")[1:], digest, signature)
    return proof.to_base64(), message


def test_what_was_submitted_is_found_again_until_it_is_finalized(payment: Payment) -> None:
    tx = payment.submit()
    proof = pending_proof(payment, payment.operator.context.now + 60)
    assert Proof(*proof, intent.GET_PENDING_TX).outpoints == [v.outpoint for v in payment.vtxos]
    assert payment.operator.pending_txs(*proof) == [tx]
    payment.finalize(tx.ark_txid)
    assert payment.operator.pending_txs(*proof) == []


def test_nobody_is_told_of_pending_transactions_without_a_proof(payment: Payment) -> None:
    payment.submit()
    text, message = pending_proof(payment, payment.operator.context.now + 60)
    unsigned = Psbt.from_base64(text)
    for key, leaf, _ in tap_script_sigs(unsigned.inputs[1]):
        unsigned.inputs[1].remove(b"\x14" + key + leaf)
    refused = code_of(lambda: payment.operator.pending_txs(unsigned.to_base64(), message))
    assert refused is Code.INVALID_INTENT_PROOF


def test_an_unrolled_vtxo_that_was_paid_away_goes_under_its_checkpoint(payment: Payment) -> None:
    operator = payment.operator
    script = payment.tree.script_pubkey
    chain = operator.context.chain
    assert isinstance(chain, EmbeddedChain)
    for vtxo in payment.vtxos:
        del operator.context.vtxos._by_outpoint[vtxo.outpoint]
        vtxo.outpoint = chain.fund(script, AMOUNT_SAT)
    operator.context.vtxos.add(payment.vtxos)
    payment.inputs = [payment._input(vtxo) for vtxo in payment.vtxos]
    leaf = operator.context.keys.checkpoint_leaf(operator.context.config)
    payment.checkpoints = [checkpoint(one, leaf) for one in payment.inputs]
    tx = payment.submit()
    payment.finalize(tx.ark_txid)
    for _ in range(2):
        chain.mine()
        operator.advance()
        chain.mine()
    for vtxo, one in zip(payment.vtxos, payment.checkpoints, strict=True):
        spend = chain.spender(vtxo.outpoint)
        assert spend is not None
        assert spend.txid == one.txid
        assert spend.status.confirmed


def test_an_unrolled_vtxo_is_spent_once_its_owner_has_claimed_it(world: World) -> None:
    operator, wallet = world.operator, world.chain.wallet
    point = world.chain.fund(wallet.script, AMOUNT_SAT)
    far = operator.context.now + 1_000_000
    vtxo = Vtxo(point, AMOUNT_SAT, wallet.script, 1, far, ("ab" * 32,), unrolled=True)
    operator.context.vtxos.add([vtxo])
    operator.advance()
    assert not vtxo.spent
    tx = Tx(2, [TxIn(point, 0xFFFFFFFD)], [TxOut(AMOUNT_SAT - 1_000, wallet.script)])
    wallet.sign(tx, [TxOut(AMOUNT_SAT, wallet.script)])
    world.chain.submit(tx.serialize())
    world.mine()
    assert (vtxo.spent, vtxo.spent_by) == (True, to_hex_txid(tx.txid()))


def test_a_restart_remembers_spends_and_outputs(world: World) -> None:
    store = MemoryOffchainStore()

    def start() -> Operator:
        return Operator(
            world.chain, world.chain.wallet, world.config, world.keys, world.clock, offchain=store
        )

    payment = Payment(start())
    tx = payment.submit()
    payment.finalize(tx.ark_txid)
    [record] = store.all()
    assert record.finalized
    again = start()
    assert again.context.vtxos.get(outpoint(from_hex_txid(tx.ark_txid), 0)) is not None


def test_the_way_out_leads_over_checkpoints(payment: Payment) -> None:
    tx = payment.submit()
    payment.finalize(tx.ark_txid)
    indexer = Indexer(payment.operator)
    chain = indexer.chain(tx.ark_txid, 0)
    kinds = [entry["type"].removeprefix("INDEXER_CHAINED_TX_TYPE_") for entry in chain]
    assert kinds[:3] == ["ARK", "CHECKPOINT", "CHECKPOINT"]
    assert chain[0]["spends"] == tx.checkpoint_txids
    for text in indexer.virtual_txs([tx.ark_txid, *tx.checkpoint_txids]):
        for fields in Psbt.from_base64(text).inputs:
            assert len(tap_script_sigs(fields)) == 2


def test_a_short_exit_delay_is_no_vtxo_of_this_operator(payment: Payment) -> None:
    keys = payment.operator.context.keys
    tree = VtxoScript(public("offchain owner")[1:], keys.signer_xonly, delays.blocks(1))
    payment.tree = tree
    for vtxo in payment.vtxos:
        vtxo.script = tree.script_pubkey
    payment.inputs = [payment._input(vtxo) for vtxo in payment.vtxos]
    leaf = keys.checkpoint_leaf(payment.operator.context.config)
    payment.checkpoints = [checkpoint(one, leaf) for one in payment.inputs]
    assert code_of(payment.submit) is Code.INVALID_VTXO_SCRIPT
