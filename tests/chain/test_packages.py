"""A pre-signed Ark transaction pays nothing: it travels only with the child that pays for it.

The rules are BIP-431 (TRUC), ephemeral dust and package relay as a node applies them; exits depend
on each (I10).
"""

import pytest
from arkcore.codec import outpoint
from arkcore.nodes import anchor
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.chain.port import PackageRejected, Refusal, TxRejected

from tests.chain.helpers import OWNER, cpfp_child, signed, spend, truc_parent


@pytest.fixture
def coins(chain):
    """Two confirmed coins of the owner: one for the parent, one for the child's fee."""
    return chain.fund_many([(OWNER.script, 50_000), (OWNER.script, 20_000)])


def package(chain, parent, child):
    chain.submit_package(parent.serialize(), child.serialize())


def refused(chain, parent, child):
    with pytest.raises(PackageRejected) as caught:
        package(chain, parent, child)
    return caught.value


def test_a_parent_without_fee_enters_only_with_a_paying_child(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    with pytest.raises(TxRejected, match="min relay fee not met"):
        chain.submit(parent.serialize())
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, child)
    assert chain.mempool_txids() == [parent.txid(), child.txid()]
    chain.mine()
    assert chain.tx_status(parent.txid()).confirmed
    assert chain.tx_status(child.txid()).confirmed


def test_refuses_a_child_that_pays_too_little_for_both(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 200)
    error = refused(chain, parent, child)
    assert "min relay fee not met" in error.reason
    assert chain.mempool_txids() == []


def test_refuses_a_child_that_leaves_the_empty_anchor_unspent(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = spend(outpoint(parent.txid(), 0), 50_000, 1_000, version=3)
    assert "missing-ephemeral-spends" in refused(chain, parent, child).reason


def test_refuses_an_anchor_on_a_parent_that_pays_for_itself(chain, coins):
    parent = truc_parent(coins[0], 50_000, fee_sat=1_000)
    with pytest.raises(TxRejected, match="0-fee"):
        chain.submit(parent.serialize())


def test_refuses_a_child_of_another_version(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000, version=2)
    assert "TRUC-violation" in refused(chain, parent, child).reason


def test_refuses_a_child_over_1000_vbytes(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    small = cpfp_child(parent, coins[1], 20_000, 1_500, padding_outputs=10)
    big = cpfp_child(parent, coins[1], 20_000, 1_500, padding_outputs=20)
    assert small.vsize() <= 1000 < big.vsize() == 1013
    assert "is too big" in refused(chain, parent, big).reason
    package(chain, parent, small)


def test_refuses_a_grandchild_while_parent_and_child_wait(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, child)
    grandchild = spend(outpoint(child.txid(), 0), 19_000, 1_000, version=3)
    with pytest.raises(TxRejected, match="too many ancestors"):
        chain.submit(grandchild.serialize())


def test_refuses_a_package_whose_child_spends_an_unconfirmed_coin(chain, coins):
    coin_tx = spend(chain.fund(OWNER.script, 30_000), 30_000, 1_000, version=3)
    chain.submit(coin_tx.serialize())
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, outpoint(coin_tx.txid(), 0), 29_000, 1_000)
    assert "too many ancestors" in refused(chain, parent, child).reason


def test_refuses_a_child_with_a_witness_on_the_anchor(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    child.inputs[0].witness = [b"\x01"]
    assert "bad-witness-nonstandard" in refused(chain, parent, child).reason


def test_refuses_two_transactions_that_are_not_parent_and_child(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    stranger = spend(coins[1], 20_000, 1_000, version=3)
    assert "not-child-with-parents" in refused(chain, parent, stranger).reason


def test_names_the_parents_fault_as_root_cause(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    parent.inputs[0].witness = [bytes(64)]
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    error = refused(chain, parent, child)
    assert "Invalid Schnorr signature" in error.reason
    assert [txid for txid, _ in error.results] == [parent.txid(), child.txid()]


def test_names_the_childs_fault_with_the_engines_reason(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    child.inputs[1].witness = [bytes(64)]
    error = refused(chain, parent, child)
    assert "Invalid Schnorr signature" in error.reason
    assert error.results[0] == (parent.txid(), None)
    assert error.refusal is Refusal.OTHER


def test_tells_missing_inputs_of_the_child_from_other_faults(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    rival = spend(coins[1], 20_000, 1_000)
    chain.submit(rival.serialize())
    chain.mine()
    assert refused(chain, parent, child).refusal is Refusal.MISSING_OR_SPENT_INPUTS


def test_a_better_paying_child_replaces_the_first(chain, coins):
    (spare,) = chain.fund_many([(OWNER.script, 20_000)])
    parent = truc_parent(coins[0], 50_000)
    first = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, first)
    second = cpfp_child(parent, spare, 20_000, 2_000)
    package(chain, parent, second)
    assert chain.mempool_txids() == [parent.txid(), second.txid()]
    assert chain.tx_status(first.txid()).found is False


def test_refuses_a_replacement_that_adds_less_than_its_own_relay_fee(chain, coins):
    (spare,) = chain.fund_many([(OWNER.script, 20_000)])
    parent = truc_parent(coins[0], 50_000)
    first = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, first)
    size = first.vsize()
    for fee_sat in (900, 1_000, 1_000 + size - 1):
        error = refused(chain, parent, cpfp_child(parent, spare, 20_000, fee_sat))
        assert error.refusal is Refusal.INSUFFICIENT_REPLACEMENT_FEE
    package(chain, parent, cpfp_child(parent, spare, 20_000, 1_000 + size))


def test_sending_the_same_package_twice_is_not_an_error(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, child)
    package(chain, parent, child)
    chain.mine()
    assert refused(chain, parent, child).refusal is Refusal.ALREADY_KNOWN


def test_a_parent_whose_child_was_evicted_waits_but_is_not_mined(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, child)
    chain.evict(child.txid())
    chain.mine()
    assert chain.tx_status(parent.txid()).in_mempool
    package(chain, parent, child)
    chain.mine()
    assert chain.tx_status(parent.txid()).confirmed


def waiting_parent(chain, coins):
    """A version 3 parent whose child was evicted."""
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, child)
    chain.evict(child.txid())
    return parent


def test_refuses_a_later_child_that_leaves_the_empty_anchor_unspent(chain, coins):
    parent = waiting_parent(chain, coins)
    child = spend(outpoint(parent.txid(), 0), 50_000, 1_000, version=3)
    with pytest.raises(TxRejected, match="missing-ephemeral-spends"):
        chain.submit(child.serialize())


def test_refuses_versions_that_mix_without_a_block_between_them(chain, coins):
    parent = waiting_parent(chain, coins)
    child = cpfp_child(parent, coins[1], 20_000, 1_000, version=2)
    with pytest.raises(TxRejected, match="non-version=3 tx .* cannot spend from version=3"):
        chain.submit(child.serialize())
    plain = spend(chain.fund(OWNER.script, 30_000), 30_000, 1_000)
    chain.submit(plain.serialize())
    truc = spend(outpoint(plain.txid(), 0), 29_000, 1_000, version=3)
    with pytest.raises(TxRejected, match="version=3 tx .* cannot spend from non-version=3"):
        chain.submit(truc.serialize())


def test_a_second_child_takes_the_place_of_a_lone_sibling_that_it_outbids(chain, coins):
    outputs = [TxOut(24_500, OWNER.script), TxOut(24_500, OWNER.script)]
    parent = signed(Tx(3, [TxIn(coins[0])], outputs), [TxOut(50_000, OWNER.script)])
    chain.submit(parent.serialize())
    first = spend(outpoint(parent.txid(), 0), 24_500, 1_000, version=3)
    chain.submit(first.serialize())
    with pytest.raises(TxRejected, match="insufficient fee"):
        chain.submit(spend(outpoint(parent.txid(), 1), 24_500, 1_000, version=3).serialize())
    second = spend(outpoint(parent.txid(), 1), 24_500, 2_000, version=3)
    chain.submit(second.serialize())
    assert chain.mempool_txids() == [parent.txid(), second.txid()]


def test_refuses_one_more_child_where_a_reorg_left_two(chain, coins):
    outputs = [TxOut(25_000, OWNER.script), TxOut(25_000, OWNER.script), anchor()]
    parent = signed(Tx(3, [TxIn(coins[0])], outputs), [TxOut(50_000, OWNER.script)])
    package(chain, parent, cpfp_child(parent, coins[1], 20_000, 1_000))
    chain.mine()
    first = spend(outpoint(parent.txid(), 0), 25_000, 1_000, version=3)
    chain.submit(first.serialize())
    chain.mine()
    chain.reorg(2)
    assert len(chain.mempool_txids()) == 3
    second = spend(outpoint(parent.txid(), 1), 25_000, 9_000, version=3)
    with pytest.raises(TxRejected, match="exceed descendant count"):
        chain.submit(second.serialize())


def test_a_package_replaces_a_rival_of_its_parent_if_it_pays_for_it(chain, coins):
    rival = spend(coins[0], 50_000, 1_000)
    chain.submit(rival.serialize())
    parent = truc_parent(coins[0], 50_000)
    cheap = cpfp_child(parent, coins[1], 20_000, 1_100)
    error = refused(chain, parent, cheap)
    assert error.refusal is Refusal.INSUFFICIENT_REPLACEMENT_FEE
    child = cpfp_child(parent, coins[1], 20_000, 2_000)
    package(chain, parent, child)
    assert chain.mempool_txids() == [parent.txid(), child.txid()]


def test_refuses_a_replacing_package_whose_child_lowers_the_parents_rate(chain, coins):
    rival = spend(coins[0], 50_000, 3_000)
    chain.submit(rival.serialize())
    tx = Tx(3, [TxIn(coins[0])], [TxOut(47_100, OWNER.script)])
    parent = signed(tx, [TxOut(50_000, OWNER.script)])
    inputs = [TxIn(outpoint(parent.txid(), 0)), TxIn(coins[1])]
    child = Tx(3, inputs, [TxOut(66_500, OWNER.script)])
    signed(child, [TxOut(47_100, OWNER.script), TxOut(20_000, OWNER.script)])
    assert "feerate is less than parent" in refused(chain, parent, child).reason


def test_reports_what_a_waiting_package_pays(chain, coins):
    parent = truc_parent(coins[0], 50_000)
    child = cpfp_child(parent, coins[1], 20_000, 1_000)
    package(chain, parent, child)
    info = chain.ancestor_fee(child.txid())
    assert info is not None
    assert (info.fee_sat, info.vsize) == (1_000, parent.vsize() + child.vsize())
    assert chain.ancestor_fee(bytes(32)) is None
