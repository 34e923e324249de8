"""One exit through everything at once: a deep branch, a fee bump, a reorg, a crash at every step.

The same story is told on the in-process chain and on a real node. Whoever tells it supplies the
chain and `run(command, rate, crash)`, which opens the stored exits anew, does one thing, and may
die on the way; nothing but the store's file and the chain survives from one call to the next.
"""

from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from arkcore.codec import outpoint
from arkcore.nodes import ANCHOR_SCRIPT
from arkcore.tx import Tx
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.json_store import JsonExitStore
from stanchion.exits.states import ExitStateKind
from stanchion.signers.facts import VtxoFacts, VtxoState

from tests.exits.helpers import (
    AMOUNT_SAT,
    EXPIRY_SEQUENCE,
    errors_of,
    give_coins,
    make_batch,
    make_exits,
    make_owner,
)

KIND = ExitStateKind
LEAF_COUNT = 128
PACKAGES = 8
RATE, BUMPED_RATE = 2_000, 9_000
FEE_COINS_SAT = (120_000, 90_000)
BEFORE, AFTER, DONE, NEVER = "before-broadcast", "after-broadcast", "after-pass", "never"
START, PROGRESS, CLAIM = "start", "progress", "claim"


class Dying:
    """A chain source in whose hands the process dies: before or after a broadcast."""

    def __init__(self, chain, moment, die):
        self._chain, self._moment, self._die = chain, moment, die

    def __getattr__(self, name):
        return getattr(self._chain, name)

    def _around(self, broadcast, *raws):
        if self._moment == BEFORE:
            self._die()
        result = broadcast(*raws)
        if self._moment == AFTER:
            self._die()
        return result

    def submit(self, raw):
        return self._around(self._chain.submit, raw)

    def submit_package(self, parent, child):
        return self._around(self._chain.submit_package, parent, child)


def do_one_thing(chain, store_path, plan_record, command, rate, crash, die):
    """What a fresh process does: opens everything from the files, one command, perhaps death."""
    plan = ArkadePlan.from_json(plan_record)
    owner = make_owner()
    facts = (plan.vtxo_id, plan.amount_sat, plan.key_index, VtxoState.LIVE, EXPIRY_SEQUENCE)
    owner.learn_vtxo(VtxoFacts(*facts, plan.branch[0].inputs[0].txid, len(plan.branch)))
    exits = make_exits(Dying(chain, crash, die), owner, JsonExitStore(store_path))
    exits.fee_rate = rate
    if command == START:
        assert errors_of(exits.start_exits([plan])) == []
    elif command == CLAIM:
        exits.claim(plan.vtxo_id)
    else:
        assert errors_of(exits.progress_exits()) == []
    if crash == DONE:
        die()


@dataclass
class Stage:
    """A chain with a confirmed batch of 128, an owner's plan for one leaf, and an empty store."""

    chain: object
    plan: ArkadePlan
    store_path: Path
    own_script: bytes

    @property
    def state(self):
        return JsonExitStore(self.store_path).get_exit_vtxo(self.plan.vtxo_id).state

    def child_of(self, step):
        spend = self.chain.spender(outpoint(step.txid, step.anchor_vout))
        return None if spend is None else spend.txid

    def own_sat(self):
        return sum(coin.amount_sat for coin in self.chain.unspent(self.own_script))


def set_stage(chain, store_path) -> Stage:
    owner = make_owner()
    give_coins(chain, owner, *FEE_COINS_SAT)
    (plan,) = make_batch(chain, owner, LEAF_COUNT, wanted=1).plans
    assert len(plan.steps) == PACKAGES
    return Stage(chain, plan, store_path, owner.keys.onchain(0).script)


def check_package(stage, step):
    """One parent without fee, one child that pays for both, as TRUC and P2A demand."""
    child_txid = stage.child_of(step)
    child = Tx.parse(stage.chain.raw_tx(child_txid))
    assert set(stage.chain.mempool_txids()) == {step.txid, child_txid}
    assert step.tx.version == child.version == 3 and child.vsize() <= 1_000
    assert step.tx.outputs[-1].script == ANCHOR_SCRIPT and child.inputs[0].witness == []
    assert {txin.txid for txin in child.inputs} & {step.txid}
    assert len(child.inputs) == 2 and len(child.outputs) == 1
    return child_txid


def broadcast_with_crashes(stage, run, step, crashes):
    """Passes that die until the package waits and survives a pass."""
    for _ in range(4):
        run(PROGRESS, RATE, next(crashes))
    run(PROGRESS, RATE, NEVER)
    return check_package(stage, step)


def bump(stage, run, step, child_txid):
    before = stage.chain.ancestor_fee(child_txid)
    run(PROGRESS, BUMPED_RATE, AFTER)
    run(PROGRESS, BUMPED_RATE, DONE)
    bumped = check_package(stage, step)
    after = stage.chain.ancestor_fee(bumped)
    assert bumped != child_txid and after.rate_sat_per_kvb >= BUMPED_RATE > RATE
    assert after.fee_sat > before.fee_sat and not stage.chain.tx_status(child_txid).found


def undo_three_blocks(stage, run):
    """Packages two to four lose their confirmation, and get it again."""
    lost = [step.txid for step in stage.plan.steps[1:4]]
    assert all(stage.chain.tx_status(txid).confirmed for txid in lost)
    stage.chain.reorg(3)
    assert not any(stage.chain.tx_status(txid).confirmed for txid in lost)
    for _ in range(len(lost)):
        run(PROGRESS, RATE, DONE)
        stage.chain.mine()
        if all(stage.chain.tx_status(txid).confirmed for txid in lost):
            return
    raise AssertionError("the packages did not confirm again")


def tell(stage: Stage, run) -> None:
    crashes = cycle((BEFORE, AFTER, DONE))
    given_sat = stage.own_sat()
    run(START, RATE, DONE)
    for number, step in enumerate(stage.plan.steps, 1):
        child_txid = broadcast_with_crashes(stage, run, step, crashes)
        if number == PACKAGES // 2:
            bump(stage, run, step, child_txid)
        stage.chain.mine()
        if number == PACKAGES // 2:
            undo_three_blocks(stage, run)
    run(PROGRESS, RATE, DONE)
    assert stage.state.kind is KIND.AWAITING_DELTA
    claim(stage, run)
    check_nothing_lost(stage, given_sat)


def claim(stage, run):
    state = stage.state
    stage.chain.mine(state.claimable_height - stage.chain.tip().height)
    run(PROGRESS, RATE, DONE)
    assert stage.state.kind is KIND.CLAIMABLE
    run(CLAIM, RATE, AFTER)
    run(PROGRESS, RATE, DONE)
    assert stage.state.kind is KIND.CLAIM_IN_PROGRESS
    stage.chain.mine()
    run(PROGRESS, RATE, DONE)
    assert stage.state.kind is KIND.CLAIMED
    assert stage.chain.tx_status(stage.state.txid).confirmed


def check_nothing_lost(stage, given_sat):
    """Each transaction once, each with one child; what is gone went into fees."""
    chain, fees_sat = stage.chain, 0
    txids = [stage.child_of(step) for step in stage.plan.steps] + [stage.state.txid]
    assert len(set(txids)) == PACKAGES + 1
    for txid in txids:
        assert chain.tx_status(txid).confirmed
        tx = Tx.parse(chain.raw_tx(txid))
        spent = [Tx.parse(chain.raw_tx(txin.txid)).outputs[txin.vout] for txin in tx.inputs]
        fees_sat += sum(txout.amount_sat for txout in spent)
        fees_sat -= sum(txout.amount_sat for txout in tx.outputs)
    assert stage.own_sat() == given_sat + AMOUNT_SAT - fees_sat
    assert chain.mempool_txids() == []
