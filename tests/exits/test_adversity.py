"""Fee spikes, reorgs, evictions, foreign children, sweeps: the owner still gets out (I10).

Each case is a lesson of spec/bark.md section 7, played on the in-process chain.
"""

import pytest
import secp256k1
from arkcore import musig2
from arkcore.scripts import sweep_leaf, sweep_root
from arkcore.sighash import taproot_sighash
from arkcore.taproot import leaf_hash, output_key
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.chain.port import IN_MEMPOOL, BlockRef, ChainUnavailable, Spend
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.errors import TipRetrievalFailure, VtxoNotClaimable
from stanchion.exits.states import ExitStateKind
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingCpfpBroadcast,
    AwaitingInputConfirmation,
    Confirmed,
    OriginKind,
)

from tests.chain.helpers import OWNER as STRANGER
from tests.chain.helpers import cpfp_child
from tests.exits.helpers import (
    COSIGNER_KEY,
    EXPIRY_SEQUENCE,
    OPERATOR_KEY,
    OPERATOR_SECRET,
    errors_of,
    make_exits,
    run_until,
)

KIND = ExitStateKind


@pytest.fixture
def plan(batch, exits):
    exits.start_exits(batch.plans[:1])
    return batch.plans[0]


def rows(exits, plan):
    return exits.get_exit(plan.vtxo_id).state.transactions


def kind(exits, plan):
    return exits.get_exit(plan.vtxo_id).state.kind


def passes(exits):
    assert errors_of(exits.progress_exits()) == []


def foreign_child(chain, parent, fee_sat):
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    return cpfp_child(parent, coin, 20_000, fee_sat)


def finishes(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)


def test_a_waiting_child_is_replaced_when_the_fee_rate_rises(chain, exits, plan):
    passes(exits)
    parent, first = chain.mempool_txids()
    chain.fast_rate = 5_000
    passes(exits)
    assert chain.tx_status(first).found is False
    kept, second = chain.mempool_txids()
    assert kept == parent
    info = chain.ancestor_fee(second)
    assert info.rate_sat_per_kvb >= 5_000
    assert rows(exits, plan)[0].status.child_txid == second
    finishes(chain, exits, plan)


def test_a_falling_fee_rate_replaces_nothing(chain, exits, plan):
    chain.fast_rate = 5_000
    passes(exits)
    waiting = chain.mempool_txids()
    chain.fast_rate = 1_000
    passes(exits)
    assert chain.mempool_txids() == waiting


def test_a_rise_that_is_less_than_the_relay_step_still_pays_enough(chain, exits, plan):
    passes(exits)
    parent, first = chain.mempool_txids()
    old = chain.ancestor_fee(first)
    chain.fast_rate = 1_100
    passes(exits)
    second = chain.mempool_txids()[1]
    assert second != first
    new = chain.ancestor_fee(second)
    assert new.fee_sat >= old.fee_sat + new.vsize
    passes(exits)
    assert chain.mempool_txids() == [parent, second]


def test_a_foreign_child_is_adopted(chain, exits, plan):
    parent = plan.steps[0].tx
    child = foreign_child(chain, parent, 1_000)
    chain.submit_package(parent.serialize(), child.serialize())
    passes(exits)
    status = rows(exits, plan)[0].status
    assert isinstance(status, AwaitingConfirmation)
    assert status.child_txid == child.txid()
    assert status.origin.kind is OriginKind.MEMPOOL
    chain.mine()
    passes(exits)
    status = rows(exits, plan)[0].status
    assert isinstance(status, Confirmed) and status.origin.kind is OriginKind.BLOCK
    finishes(chain, exits, plan)


def test_a_cheap_foreign_child_is_replaced_by_our_own(chain, exits, plan):
    parent = plan.steps[0].tx
    child = foreign_child(chain, parent, 400)
    chain.submit_package(parent.serialize(), child.serialize())
    chain.fast_rate = 3_000
    passes(exits)
    status = rows(exits, plan)[0].status
    assert status.child_txid != child.txid()
    assert status.origin.kind is OriginKind.WALLET
    assert chain.tx_status(child.txid()).found is False


def test_our_replaced_child_is_forgotten_for_the_one_that_confirmed(chain, exits, plan):
    (coin,) = chain.fund_many([(STRANGER.script, 20_000)])
    passes(exits)
    parent = plan.steps[0].tx
    child = cpfp_child(parent, coin, 20_000, 9_000)
    chain.submit_package(parent.serialize(), child.serialize())
    chain.mine()
    passes(exits)
    status = rows(exits, plan)[0].status
    assert status.child_txid == child.txid()
    assert status.origin.kind is OriginKind.BLOCK
    finishes(chain, exits, plan)


def test_an_evicted_package_is_sent_again(chain, exits, plan):
    passes(exits)
    parent, child = chain.mempool_txids()
    chain.evict(parent)
    assert chain.mempool_txids() == []
    exits.sync()
    assert chain.mempool_txids() == [parent, child]
    finishes(chain, exits, plan)


def test_a_parent_left_without_its_child_gets_it_back(chain, exits, plan):
    passes(exits)
    parent, child = chain.mempool_txids()
    chain.evict(child)
    assert chain.mempool_txids() == [parent]
    passes(exits)
    assert chain.mempool_txids() == [parent, child]


def test_a_child_whose_coin_is_gone_is_dropped_for_a_new_one(chain, owner, exits, plan):
    passes(exits)
    parent, child = chain.mempool_txids()
    spent = Tx.parse(chain.raw_tx(child)).inputs[1].outpoint
    chain.evict(parent)
    amount_sat = Tx.parse(chain.raw_tx(spent[:32])).outputs[int.from_bytes(spent[32:], "little")]
    elsewhere = Tx(2, [TxIn(spent)], [TxOut(amount_sat.amount_sat - 500, STRANGER.script)])
    elsewhere.inputs[0].witness = [owner.keys.onchain(0).sign(elsewhere, 0, [amount_sat])]
    chain.submit(elsewhere.serialize())
    chain.mine()
    passes(exits)
    passes(exits)
    assert chain.mempool_txids()[0] == parent
    assert chain.tx_status(child).found is False
    finishes(chain, exits, plan)


def test_a_transaction_that_was_mined_without_a_child_needs_none(chain, exits, plan):
    chain.mine()
    chain.reorg(1, [plan.steps[0].tx.serialize()])
    passes(exits)
    status = rows(exits, plan)[0].status
    assert isinstance(status, Confirmed) and status.child_txid is None
    finishes(chain, exits, plan)


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_a_reorg_in_the_middle_is_walked_again(chain, exits, plan, depth):
    chain.mine(4)
    for _ in range(2):
        passes(exits)
        chain.mine()
    passes(exits)
    chain.reorg(depth)
    passes(exits)
    finishes(chain, exits, plan)


def test_after_a_reorg_a_child_transaction_waits_for_its_parent_again(chain, exits, plan):
    chain.mine()
    for _ in range(2):
        passes(exits)
        chain.mine()
    chain.reorg(3)
    for txid in chain.mempool_txids():
        chain.evict(txid)
    passes(exits)
    statuses = [type(row.status) for row in rows(exits, plan)]
    assert statuses == [AwaitingConfirmation] + [AwaitingInputConfirmation] * 2
    finishes(chain, exits, plan)


def test_a_reorg_while_waiting_for_the_delay_starts_the_delay_again(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    before = exits.get_exit(plan.vtxo_id).state
    chain.mine(3)
    chain.reorg(4)
    chain.mine()
    passes(exits)
    after = exits.get_exit(plan.vtxo_id).state
    assert after.kind is KIND.AWAITING_DELTA
    assert after.confirmed_block.height > before.confirmed_block.height
    assert after.claimable_height == after.confirmed_block.height + 10
    finishes(chain, exits, plan)


def test_a_reorg_of_the_claimable_block_is_noticed(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    before = exits.get_exit(plan.vtxo_id).state
    chain.reorg(1)
    passes(exits)
    after = exits.get_exit(plan.vtxo_id).state
    assert after.kind is KIND.CLAIMABLE
    assert after.claimable_since != before.claimable_since
    finishes(chain, exits, plan)


def test_a_reorg_that_takes_the_leaf_back_takes_claimable_back(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    chain.reorg(11)
    passes(exits)
    assert kind(exits, plan) is KIND.PROCESSING
    finishes(chain, exits, plan)


def test_a_leaf_confirmed_again_in_a_later_block_waits_again(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    chain.reorg(11)
    chain.mine()
    passes(exits)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.kind is KIND.AWAITING_DELTA
    assert state.claimable_height == chain.tip().height + 10
    finishes(chain, exits, plan)


def test_no_child_is_made_while_a_reorg_has_taken_the_parent_back(chain, exits, plan):
    chain.mine()
    passes(exits)
    chain.mine()
    exits.sync()
    assert isinstance(rows(exits, plan)[1].status, AwaitingCpfpBroadcast)
    chain.reorg(1)
    passes(exits)
    assert isinstance(rows(exits, plan)[1].status, AwaitingInputConfirmation)
    finishes(chain, exits, plan)


def test_a_claim_that_fell_out_of_the_mempool_is_made_again(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    claim = exits.claim(plan.vtxo_id)
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIM_IN_PROGRESS
    chain.evict(claim.txid())
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIMABLE
    finishes(chain, exits, plan)


def test_a_claim_that_a_reorg_undid_is_followed_again(chain, exits, plan):
    finishes(chain, exits, plan)
    txid = exits.get_exit(plan.vtxo_id).state.txid
    chain.mine()
    chain.reorg(3)
    chain.evict(txid)
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIMABLE
    finishes(chain, exits, plan)


def test_a_claim_deep_in_the_chain_is_final(chain, exits, plan, store):
    finishes(chain, exits, plan)
    chain.mine(100)
    writes = store.writes
    passes(exits)
    assert store.writes == writes


def test_a_claim_before_its_time_is_refused(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    with pytest.raises(VtxoNotClaimable):
        exits.claim(plan.vtxo_id)


def spend_by_both(owner, plan, script):
    """A spend through the collaborative leaf: a forfeit, as far as the owner can see."""
    recipe = plan.claim.coin
    tx = Tx(2, [TxIn(plan.vtxo_id)], [TxOut(plan.amount_sat - 500, script)])
    leaf, control = plan.script.forfeit_leaf, plan.script.forfeit_control()
    digest = taproot_sighash(tx, 0, [recipe.output], leaf_hash(leaf))
    ours = secp256k1.sign_schnorr(owner.keys.owner_secret(plan.key_index), digest, bytes(32))
    theirs = secp256k1.sign_schnorr(OPERATOR_SECRET, digest, bytes(32))
    tx.inputs[0].witness = [theirs, ours, leaf, control]
    return tx


@pytest.mark.parametrize("stage", [KIND.AWAITING_DELTA, KIND.CLAIMABLE])
def test_a_confirmed_forfeit_is_not_taken_for_the_owners_claim(chain, owner, exits, plan, stage):
    run_until(chain, exits, plan.vtxo_id, stage)
    forfeit = spend_by_both(owner, plan, STRANGER.script)
    chain.submit(forfeit.serialize())
    passes(exits)
    assert kind(exits, plan) is stage
    chain.mine()
    passes(exits)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.kind is KIND.VTXO_ALREADY_SPENT
    assert state.txid == forfeit.txid()


def test_a_forfeit_that_a_reorg_undid_gives_the_exit_back(chain, owner, exits, plan):
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    forfeit = spend_by_both(owner, plan, STRANGER.script)
    chain.submit(forfeit.serialize())
    chain.mine()
    passes(exits)
    assert kind(exits, plan) is KIND.VTXO_ALREADY_SPENT
    chain.reorg(1)
    chain.evict(forfeit.txid())
    passes(exits)
    assert kind(exits, plan) is KIND.CLAIMABLE
    finishes(chain, exits, plan)


def test_a_swept_batch_costs_no_further_fee(chain, owner, exits, plan):
    root = plan.steps[0].tx
    point = root.inputs[0].outpoint
    spent = Tx.parse(chain.raw_tx(point[:32])).outputs[0]
    internal = musig2.key_agg(musig2.key_sort([COSIGNER_KEY, OPERATOR_KEY])).xonly()
    leaf = sweep_leaf(EXPIRY_SEQUENCE, OPERATOR_KEY[1:])
    parity = output_key(internal, sweep_root(EXPIRY_SEQUENCE, OPERATOR_KEY[1:]))[1]
    sweep = Tx(2, [TxIn(point, EXPIRY_SEQUENCE)], [TxOut(spent.amount_sat - 500, STRANGER.script)])
    digest = taproot_sighash(sweep, 0, [spent], leaf_hash(leaf))
    signature = secp256k1.sign_schnorr(OPERATOR_SECRET, digest, bytes(32))
    sweep.inputs[0].witness = [signature, leaf, bytes((0xC0 | parity,)) + internal]
    chain.mine(EXPIRY_SEQUENCE)
    chain.submit(sweep.serialize())
    chain.mine()
    (error,) = errors_of(exits.progress_exits())
    assert error.tag == "exit-package-broadcast-failure"
    assert "spent by" in error.error
    assert chain.mempool_txids() == []


@pytest.mark.parametrize("fraction", [1, 2])
def test_a_reorg_of_sixty_blocks_is_walked_again(chain, exits, plan, fraction):
    chain.mine(30)
    for _ in range(fraction):
        passes(exits)
        chain.mine()
    passes(exits)
    chain.mine(30)
    chain.reorg(60)
    passes(exits)
    finishes(chain, exits, plan)


class LaggingChain:
    """A chain source that still shows an anchor's former spender."""

    def __init__(self, chain):
        self._chain = chain
        self.former = {}

    def spender(self, point):
        if point in self.former:
            return Spend(self.former[point], IN_MEMPOOL)
        return self._chain.spender(point)

    def __getattr__(self, name):
        return getattr(self._chain, name)


def test_a_lagging_source_does_not_displace_our_newer_child(chain, owner, batch, store):
    lagging = LaggingChain(chain)
    exits = make_exits(lagging, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    passes(exits)
    parent, first = chain.mempool_txids()
    chain.fast_rate = 3_000
    passes(exits)
    second = chain.mempool_txids()[1]
    anchor_vout = plan.steps[0].anchor_vout.to_bytes(4, "little")
    lagging.former[parent + anchor_vout] = first
    exits.sync()
    assert rows(exits, plan)[0].status.child_txid == second
    assert store.get_exit_child_tx(parent).tx.txid() == second
    lagging.former.clear()
    finishes(chain, exits, plan)


class RestlessChain:
    """A chain source that names another block at each question."""

    def __init__(self, chain):
        self._chain = chain
        self.restless = False
        self.count = 0

    def block_ref(self, height):
        if not self.restless:
            return self._chain.block_ref(height)
        self.count += 1
        return BlockRef(height, self.count.to_bytes(32, "big"))

    def __getattr__(self, name):
        return getattr(self._chain, name)


def test_a_pass_ends_after_a_hundred_steps_whatever_the_source_says(chain, owner, batch, store):
    restless = RestlessChain(chain)
    exits = make_exits(restless, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    restless.restless = True
    writes = store.writes
    passes(exits)
    assert store.writes - writes == 100
    restless.restless = False
    finishes(chain, exits, plan)


class DeafChain:
    """The chain, but deaf while `down`; an unreachable source, not an empty chain."""

    def __init__(self, chain):
        self._chain = chain
        self.down = False

    def __getattr__(self, name):
        if self.down:
            raise ChainUnavailable("connection refused")
        return getattr(self._chain, name)


def test_a_chain_source_that_is_down_changes_no_state(chain, owner, batch, store):
    deaf = DeafChain(chain)
    exits = make_exits(deaf, owner, store)
    plan = batch.plans[0]
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.AWAITING_DELTA)
    before, writes = exits.get_exit(plan.vtxo_id).state, store.writes
    deaf.down = True
    with pytest.raises(TipRetrievalFailure):
        exits.progress_exits()
    assert exits.get_exit(plan.vtxo_id).state is before
    assert store.writes == writes
    deaf.down = False
    finishes(chain, exits, plan)


def test_the_wallets_own_later_use_of_the_vtxo_ends_the_exit(chain, owner, batch, store):
    coins = OnchainCoins(chain, owner)
    spent = set()
    exits = ExitCoordinator(
        chain,
        store,
        owner,
        SignedCpfp(coins, owner),
        coins,
        ArkadePlan.from_json,
        spent.__contains__,
    )
    plan = batch.plans[0]
    exits.start_exits([plan])
    passes(exits)
    spent.add(plan.vtxo_id)
    passes(exits)
    assert kind(exits, plan) is KIND.VTXO_ALREADY_SPENT
