"""Others may have a right to the coin: a forfeit, a sweep, a later use. The exit tells them apart.

Each case is a lesson of spec/bark.md section 7, played on the in-process chain.
"""

import pytest
import secp256k1
from arkcore import musig2
from arkcore.scripts import sweep_leaf, sweep_root
from arkcore.sighash import taproot_sighash
from arkcore.taproot import leaf_hash, output_key
from arkcore.tx import Tx, TxIn, TxOut
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.errors import VtxoNotClaimable
from stanchion.exits.states import ExitStateKind

from tests.chain.helpers import OWNER as STRANGER
from tests.exits.helpers import (
    COSIGNER_KEY,
    EXPIRY_SEQUENCE,
    OPERATOR_KEY,
    OPERATOR_SECRET,
    errors_of,
    finishes,
    kind,
    passes,
    run_until,
)

KIND = ExitStateKind


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
