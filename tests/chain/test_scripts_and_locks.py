"""The chain takes what consensus allows and nothing else (I10: claims are judged as on mainnet).

Every verdict on a script is the engine's; locks are checked against its blocks.
"""

import pytest
from arkcore import delays
from arkcore.codec import outpoint
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.port import TxRejected

from tests.chain.helpers import OWNER, exit_claim, owner_vtxo, signed, spend


def refused(chain, tx):
    with pytest.raises(TxRejected) as caught:
        chain.submit(tx.serialize())
    assert chain.tx_status(tx.txid()).found is False
    return caught.value.reason


def test_takes_and_mines_a_valid_key_path_spend(chain):
    coin = chain.fund(OWNER.script, 100_000)
    tx = spend(coin, 100_000, 1_000)
    assert chain.submit(tx.serialize()) == tx.txid()
    assert chain.tx_status(tx.txid()).in_mempool
    (block,) = chain.mine()
    assert chain.tx_status(tx.txid()).block == block
    assert chain.raw_tx(tx.txid()) == tx.serialize()


def test_refuses_a_false_signature_with_the_engines_own_reason(chain):
    coin = chain.fund(OWNER.script, 100_000)
    tx = spend(coin, 100_000, 1_000)
    tx.inputs[0].witness[0] = bytes(63) + b"\x01"
    before = chain.tip()
    assert "Invalid Schnorr signature" in refused(chain, tx)
    assert "Invalid Schnorr signature" in refused(chain, tx)
    assert chain.tip() == before
    chain.mine()


def test_refuses_a_signature_made_for_another_amount(chain):
    coin = chain.fund(OWNER.script, 100_000)
    tx = spend(coin, 100_001, 1_001)
    assert "Invalid Schnorr signature" in refused(chain, tx)


def test_refuses_a_false_signature_on_top_of_an_unconfirmed_parent(chain):
    parent = spend(chain.fund(OWNER.script, 100_000), 100_000, 1_000)
    chain.submit(parent.serialize())
    tx = spend(outpoint(parent.txid(), 0), 99_000, 1_000)
    tx.inputs[0].witness[0] = bytes(64)
    assert "Invalid Schnorr signature" in refused(chain, tx)


def test_refuses_an_exit_claim_before_its_delay_in_blocks(chain):
    script = owner_vtxo(delays.blocks(10))
    coin = chain.fund(script.script_pubkey, 50_000)
    claim = exit_claim(script, coin, 50_000, delays.blocks(10))
    chain.mine(8)
    assert refused(chain, claim) == "non-BIP68-final"
    chain.mine()
    chain.submit(claim.serialize())
    chain.mine()
    assert chain.tx_status(claim.txid()).confirmed


def test_refuses_an_exit_claim_that_names_a_shorter_delay_than_its_leaf(chain):
    script = owner_vtxo(delays.blocks(10))
    coin = chain.fund(script.script_pubkey, 50_000)
    claim = exit_claim(script, coin, 50_000, delays.blocks(1))
    chain.mine(3)
    assert "Locktime requirement not satisfied" in refused(chain, claim)


def test_refuses_an_exit_claim_before_its_delay_in_seconds(chain):
    sequence = delays.seconds(512 * 20)
    script = owner_vtxo(sequence)
    coin = chain.fund(script.script_pubkey, 50_000)
    start = chain.median_time(chain.tx_status(coin[:32]).height - 1)
    claim = exit_claim(script, coin, 50_000, sequence)
    while chain.tip().median_time < start + 512 * 20:
        assert refused(chain, claim) == "non-BIP68-final"
        chain.mine()
    chain.submit(claim.serialize())
    chain.mine()
    assert chain.tx_status(claim.txid()).confirmed


def test_time_can_be_advanced_past_a_delay_in_seconds(chain):
    sequence = delays.seconds(512 * 200)
    script = owner_vtxo(sequence)
    coin = chain.fund(script.script_pubkey, 50_000)
    start = chain.median_time(chain.tx_status(coin[:32]).height - 1)
    height = chain.tip().height
    chain.mine_until_median_time(start + 512 * 200)
    assert chain.tip().height - height == 6
    chain.submit(exit_claim(script, coin, 50_000, sequence).serialize())


def test_refuses_a_transaction_before_its_lock_time(chain):
    coin = chain.fund(OWNER.script, 100_000)
    height = chain.tip().height
    tx = spend(coin, 100_000, 1_000, locktime=height + 1)
    assert refused(chain, tx) == "non-final"
    chain.mine()
    chain.submit(tx.serialize())


def test_compares_a_lock_time_in_seconds_with_the_median_time(chain):
    coin = chain.fund(OWNER.script, 100_000)
    tx = spend(coin, 100_000, 1_000, locktime=chain.tip().time)
    assert refused(chain, tx) == "non-final"
    chain.mine_until_median_time(tx.locktime + 1)
    chain.submit(tx.serialize())


def test_refuses_to_spend_a_young_coinbase(chain):
    with EmbeddedChain() as older:
        older.mine(script=OWNER.script)
        older.mine(98)
        assert older.unspent(OWNER.script) == []
        older.mine()
        (coin,) = older.unspent(OWNER.script)
    chain.mine(script=OWNER.script)
    tx = spend(coin.outpoint, coin.amount_sat, 1_000)
    assert refused(chain, tx) == "bad-txns-premature-spend-of-coinbase"
    chain.mine(99)
    chain.submit(tx.serialize())


def test_refuses_missing_inputs_and_outputs_over_inputs(chain):
    coin = chain.fund(OWNER.script, 100_000)
    assert refused(chain, spend(bytes(32) + coin[32:], 100_000, 1)) == (
        "bad-txns-inputs-missingorspent"
    )
    assert refused(chain, spend(coin, 100_000, -1)) == "bad-txns-in-belowout"


def test_refuses_a_confirmed_transaction_and_a_spent_coin(chain):
    coin = chain.fund(OWNER.script, 100_000)
    tx = spend(coin, 100_000, 1_000)
    chain.submit(tx.serialize())
    with pytest.raises(TxRejected, match="txn-already-in-mempool"):
        chain.submit(tx.serialize())
    chain.mine()
    with pytest.raises(TxRejected, match="txn-already-known"):
        chain.submit(tx.serialize())
    assert refused(chain, spend(coin, 100_000, 5_000)) == "bad-txns-inputs-missingorspent"


def test_refuses_bytes_that_are_no_transaction(chain):
    with pytest.raises(TxRejected, match="TX decode failed"):
        chain.submit(b"\x02\x00\x00\x00")


def test_refuses_dust_and_unknown_output_scripts(chain):
    coin = chain.fund(OWNER.script, 100_000)
    prevouts = [TxOut(100_000, OWNER.script)]
    dust = Tx(2, [TxIn(coin)], [TxOut(329, OWNER.script), TxOut(99_000, OWNER.script)])
    assert refused(chain, signed(dust, prevouts)).startswith("dust")
    bare = Tx(2, [TxIn(coin)], [TxOut(99_000, b"\x51"), TxOut(0, b"\x6a")])
    assert refused(chain, signed(bare, prevouts)) == "scriptpubkey"
