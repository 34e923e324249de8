"""A bark VTXO leaves through the same machine (spec/bark.md 2, 9); the engine judges every step.

Shapes are those of bark's own vectors, with keys and a funding output of this test.
"""

import pytest
from arkcore.bark.policy import HTLC_SEND, Policy
from arkcore.bark.vtxo import BarkVtxo
from arkcore.tx import TxOut
from stanchion.exits.bark_plan import BarkPlan
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.errors import (
    ClaimMissingSignableClause,
    NonStandardVtxo,
    VtxoScriptPubKeyInvalid,
)
from stanchion.exits.json_store import JsonExitStore
from stanchion.exits.states import ExitStateKind
from stanchion.signers.bark import BarkSigner
from stanchion.signers.facts import ClaimKind
from stanchion.signers.port import SignerRefused

from tests.exits.bark_makers import EXIT_DELTA, OTHER, SIDE, make_plan
from tests.exits.helpers import errors_of, finishes, kind, run_until

SHAPES = ["board", "arkoor", "round", "round-v0", "arkoor-on-round"]


def bark_signer(owner):
    keys = owner.keys
    return BarkSigner(owner, keys.owner_secret, lambda index: keys.onchain(index).script)


def bark_exits(chain, owner, store, *plans):
    signer = bark_signer(owner)
    for plan in plans:
        signer.learn(plan)
    coins = OnchainCoins(chain, owner)
    exits = ExitCoordinator(
        chain, store, signer, SignedCpfp(coins, signer), coins, BarkPlan.from_json
    )
    exits.load()
    return exits


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bark_vtxo_is_taken_to_an_own_address(chain, owner, store, shape):
    plan = make_plan(chain, owner, shape)
    exits = bark_exits(chain, owner, store, plan)
    assert errors_of(exits.start_exits([plan])) == []
    run_until(chain, exits, plan.vtxo_id, ExitStateKind.AWAITING_DELTA)
    state = exits.get_exit(plan.vtxo_id).state
    assert state.claimable_height == state.confirmed_block.height + EXIT_DELTA
    finishes(chain, exits, plan)
    assert kind(exits, plan) is ExitStateKind.CLAIMED


def test_a_bark_exit_goes_on_after_a_restart(chain, owner, tmp_path):
    plan = make_plan(chain, owner, "arkoor-on-round")
    path = tmp_path / "exits.json"
    bark_exits(chain, owner, JsonExitStore(path), plan).start_exits([plan])
    for _ in range(3):
        exits = bark_exits(chain, owner, JsonExitStore(path), plan)
        assert errors_of(exits.progress_exits()) == []
        chain.mine()
    finishes(chain, bark_exits(chain, owner, JsonExitStore(path), plan), plan)


def test_a_record_gives_the_same_plan_again(chain, owner):
    plan = make_plan(chain, owner, "round")
    again = BarkPlan.from_json(plan.to_json())
    assert again == plan and again.vtxo_id == plan.vtxo_id
    broken = {**plan.to_json(), "vtxo": plan.to_json()["vtxo"] + "00"}
    with pytest.raises(VtxoScriptPubKeyInvalid, match="trailing-bytes"):
        BarkPlan.from_json(broken)


def test_refuses_to_start_with_a_signature_that_does_not_hold(chain, owner, store):
    plan = make_plan(chain, owner, "round")
    vtxo = BarkVtxo.parse(plan.encoded)
    signature = vtxo.genesis[1].transition.signature
    vtxo.genesis[1].transition.signature = signature[:-1] + bytes([signature[-1] ^ 1])
    bent = BarkPlan(vtxo.serialize(), plan.funding, 0)
    (error,) = errors_of(bark_exits(chain, owner, store, bent).start_exits([bent]))
    assert isinstance(error, VtxoScriptPubKeyInvalid) and "bark-signature" in error.error


def test_refuses_to_start_what_nodes_would_not_relay(chain, owner, store):
    dust = TxOut(329, SIDE.script)
    plan = make_plan(chain, owner, "board", side=dust)
    (error,) = errors_of(bark_exits(chain, owner, store, plan).start_exits([plan]))
    assert isinstance(error, NonStandardVtxo)


def test_refuses_to_start_what_no_claim_could_end(chain, owner, store):
    policy = Policy(HTLC_SEND, OTHER, bytes(32), 1_000)
    plan = make_plan(chain, owner, "board", policy=policy)
    (error,) = errors_of(bark_exits(chain, owner, store).start_exits([plan]))
    assert isinstance(error, ClaimMissingSignableClause)


def test_signs_claims_of_known_plans_only(chain, owner):
    plan = make_plan(chain, owner, "board")
    signer = bark_signer(owner)
    with pytest.raises(SignerRefused, match="input-unknown"):
        signer.start_exit(plan.vtxo_id)
    signer.learn(plan)
    with pytest.raises(SignerRefused, match="input-unknown"):
        signer.sign_claim(ClaimKind.VTXO, plan.vtxo_id, plan.amount_sat + 1, 0, 0, 300)
