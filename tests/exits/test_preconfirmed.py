"""A VTXO that was paid off-chain leaves through its checkpoints and ark transaction (I10).

It has several ancestors; the operator may take a checkpoint that is confirmed too long without its
ark transaction, so checkpoints of different branches go out together.
"""

import dataclasses

import pytest
import secp256k1
from arkcore.codec import outpoint
from arkcore.offchain import VtxoInput, ark_spend, ark_tx, checkpoint
from arkcore.scripts import VtxoScript, checkpoint_leaf
from arkcore.tx import Tx, TxIn, TxOut
from arkcore.unroll import LeafInput, finalize_leaf_tx
from stanchion.exits.arkade_plan import ArkadePlan, topological
from stanchion.exits.errors import (
    CyclicExitTransactions,
    MissingExitTransaction,
    NonStandardVtxo,
    VtxoScriptPubKeyInvalid,
)
from stanchion.exits.plan import ExitStep
from stanchion.exits.states import ExitStateKind
from stanchion.exits.statuses import (
    AwaitingConfirmation,
    AwaitingCpfpBroadcast,
    AwaitingInputConfirmation,
)
from stanchion.signers.facts import VtxoFacts, VtxoState
from stanchion.signers.port import SignerRefused
from stanchion.signers.software import SoftwareSigner

from tests.exits.helpers import (
    EXPIRY_SEQUENCE,
    OPERATOR_KEY,
    OPERATOR_SECRET,
    errors_of,
    give_coins,
    make_batch,
    make_exits,
    operator_facts,
    run_until,
)

KIND = ExitStateKind
NEW_INDEX = 40


def signatures(owner, index, spend):
    digest = spend.sighash()
    own = secp256k1.sign_schnorr(owner.keys.owner_secret(index), digest, bytes(32))
    theirs = secp256k1.sign_schnorr(OPERATOR_SECRET, digest, bytes(32))
    return {owner.keys.owner_xonly(index): own, OPERATOR_KEY[1:]: theirs}


def finalised(owner, tx, spends, indexes):
    inputs = [
        LeafInput(spend.leaf_script, spend.control, signatures(owner, index, spend))
        for spend, index in zip(spends, indexes, strict=True)
    ]
    return finalize_leaf_tx(tx, inputs)


@pytest.fixture
def sources(chain, owner):
    """A VTXO two transactions deep and one four deep, in batches of their own."""
    give_coins(chain, owner, 30_000, 30_000)
    shallow = make_batch(chain, owner, 2, wanted=1).plans[0]
    return shallow, make_batch(chain, owner, 8, wanted=1).plans[0]


@pytest.fixture
def plan(chain, owner, sources):
    """An off-chain payment of both VTXOs to the owner's key NEW_INDEX."""
    leaf = checkpoint_leaf(12, OPERATOR_KEY[1:])
    checkpoints = [
        checkpoint(
            VtxoInput(
                source.vtxo_id,
                source.claim.coin.output,
                source.script.forfeit_leaf,
                source.script.forfeit_control(),
            ),
            leaf,
        )
        for source in sources
    ]
    indexes = [source.key_index for source in sources]
    script = VtxoScript(
        owner.keys.owner_xonly(NEW_INDEX), OPERATOR_KEY[1:], sources[0].exit_sequence
    )
    amount_sat = sum(source.amount_sat for source in sources)
    ark = ark_tx(checkpoints, [TxOut(amount_sat, script.script_pubkey)])
    point = outpoint(ark.txid(), 0)
    finalised(owner, ark, [ark_spend(ark, i, checkpoints) for i in range(2)], indexes)
    for one, index in zip(checkpoints, indexes, strict=True):
        finalised(owner, one.tx, [one.spend()], [index])
    trees = [tx for source in sources for tx in source.branch]
    facts = (point, amount_sat, NEW_INDEX, VtxoState.LIVE, EXPIRY_SEQUENCE, bytes(32), 4)
    owner.learn_vtxo(VtxoFacts(*facts))
    return ArkadePlan(
        point,
        amount_sat,
        (ark, *(one.tx for one in checkpoints), *reversed(trees)),
        owner.keys.owner_xonly(NEW_INDEX),
        OPERATOR_KEY[1:],
        sources[0].exit_sequence,
        NEW_INDEX,
    )


def test_a_payment_of_two_vtxos_is_taken_to_the_chain_and_claimed(chain, exits, plan):
    exits.start_exits([plan])
    assert len(exits.get_exit(plan.vtxo_id).plan.steps) == 2 + 4 + 2 + 1
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)


def test_no_checkpoint_is_sent_before_the_other_branch_is_confirmed(chain, exits, plan, sources):
    exits.start_exits([plan])
    checkpoints = [step.txid for step in plan.steps if step.txid in parents_of(plan)]
    trees = [step.txid for source in sources for step in source.steps]
    for _ in range(4):
        assert errors_of(exits.progress_exits()) == []
        assert not any(chain.tx_status(txid).found for txid in checkpoints)
        chain.mine()
    assert all(chain.tx_status(txid).confirmed for txid in trees)
    exits.progress_exits()
    chain.mine()
    heights = {chain.tx_status(txid).height for txid in checkpoints}
    assert heights == {chain.tip().height}


def test_progress_before_an_error_is_stored(chain, plan, store):
    poor = SoftwareSigner(bytes([0x44]) * 32)
    poor.enroll_operator(operator_facts())
    poor.learn_vtxo(
        VtxoFacts(plan.vtxo_id, plan.amount_sat, NEW_INDEX, VtxoState.LIVE, 0, bytes(32), 4)
    )
    give_coins(chain, poor, 5_000)
    exits = make_exits(chain, poor, store)
    exits.start_exits([plan])
    (error,) = errors_of(exits.progress_exits())
    assert error.tag == "insufficient-confirmed-funds"
    first, second, *_ = store.get_exit_vtxo(plan.vtxo_id).state.transactions
    assert isinstance(first.status, AwaitingConfirmation)
    assert isinstance(second.status, AwaitingCpfpBroadcast | AwaitingInputConfirmation)


class Reluctant:
    """A signer that pays for no child of one transaction."""

    def __init__(self, signer, refused_input):
        self._signer = signer
        self._refused_input = refused_input

    def sign_cpfp(self, parent, funding, change_index, fee_sat):
        if parent.inputs[0].outpoint == self._refused_input:
            raise SignerRefused("user-declined")
        return self._signer.sign_cpfp(parent, funding, change_index, fee_sat)

    def __getattr__(self, name):
        return getattr(self._signer, name)


@pytest.mark.parametrize("refused", [0, 1])
def test_a_branch_that_cannot_go_on_does_not_hold_up_the_other(
    chain, owner, plan, sources, store, refused
):
    refused_input = sources[refused].steps[0].tx.inputs[0].outpoint
    exits = make_exits(chain, Reluctant(owner, refused_input), store)
    exits.start_exits([plan])
    for _ in range(4):
        (error,) = errors_of(exits.progress_exits())
        assert error.tag == "exit-package-finalize-failure"
        chain.mine()
    assert chain.tx_status(sources[1 - refused].steps[-1].txid).confirmed
    assert not chain.tx_status(sources[refused].steps[0].txid).found


def parents_of(plan):
    return plan.steps[-1].input_txids


def test_a_stored_plan_reads_back_the_same(plan):
    again = ArkadePlan.from_json(plan.to_json())
    assert [step.tx.serialize() for step in again.steps] == [
        step.tx.serialize() for step in plan.steps
    ]
    assert again.to_json() == plan.to_json()
    assert again.claim.coin.output == plan.claim.coin.output


def test_an_incomplete_or_foreign_plan_is_refused_before_the_start(plan):
    def with_branch(*branch):
        return ArkadePlan(
            plan.vtxo_id, plan.amount_sat, branch, plan.owner_xonly, plan.signer_xonly, 10, 0
        )

    last = plan.steps[-1].tx
    with pytest.raises(MissingExitTransaction):
        with_branch(*(step.tx for step in plan.steps[:-1])).check()
    unsigned = Tx.parse(last.serialize(False))
    with pytest.raises(NonStandardVtxo, match="not signed"):
        with_branch(unsigned).check()
    other_key = ArkadePlan(
        plan.vtxo_id, plan.amount_sat, (last,), OPERATOR_KEY[1:], plan.signer_xonly, 10, 0
    )
    with pytest.raises(VtxoScriptPubKeyInvalid):
        other_key.check()
    with pytest.raises(VtxoScriptPubKeyInvalid):
        ArkadePlan.from_json({"vtxo": "?"})


def test_a_branch_with_a_hole_is_refused_before_the_start(exits, plan):
    hole = plan.steps[1]
    branch = tuple(step.tx for step in plan.steps if step is not hole)
    (status,) = exits.start_exits([dataclasses.replace(plan, branch=branch)])
    assert isinstance(status.error, MissingExitTransaction)
    assert status.error.txid == hole.txid


def test_an_unsigned_branch_is_refused_before_the_signer_is_told(owner, exits, plan, store):
    unsigned = tuple(Tx.parse(step.tx.serialize(False)) for step in plan.steps)
    (status,) = exits.start_exits([dataclasses.replace(plan, branch=unsigned)])
    assert isinstance(status.error, NonStandardVtxo)
    assert store.get_exit_vtxo(plan.vtxo_id) is None
    assert owner.ledger[plan.vtxo_id].state is VtxoState.LIVE
    exits.start_exits([plan])
    assert owner.ledger[plan.vtxo_id].state is VtxoState.EXITING


def test_a_transaction_that_nobody_could_pay_for_is_refused_before_the_start(batch):
    plan = batch.plans[0]
    root = plan.steps[0].tx
    without_anchor = Tx(3, root.inputs, root.outputs[:-1])
    version_two = Tx(2, root.inputs, root.outputs)
    for bad in (without_anchor, version_two):
        branch = (bad, *(step.tx for step in plan.steps[1:]))
        broken = ArkadePlan(
            plan.vtxo_id,
            plan.amount_sat,
            branch,
            plan.owner_xonly,
            plan.signer_xonly,
            plan.exit_sequence,
            plan.key_index,
        )
        with pytest.raises(NonStandardVtxo, match="relayed"):
            broken.check()


def test_transactions_that_spend_each_other_are_refused():

    one, two = bytes([1]) * 32, bytes([2]) * 32
    steps = [
        ExitStep(Tx(3, [TxIn(outpoint(two, 0))], []), one),
        ExitStep(Tx(3, [TxIn(outpoint(one, 0))], []), two),
    ]
    with pytest.raises(CyclicExitTransactions):
        topological(outpoint(two, 0), steps)
