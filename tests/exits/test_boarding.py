"""Money that was sent to a boarding address and never boarded comes back after its delay (I10)."""

import dataclasses

import pytest
from arkcore.delays import from_operator_value
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.errors import MissingExitTransaction
from stanchion.exits.states import ExitStateKind
from stanchion.signers.facts import AddressKind, ClaimKind

from tests.exits.helpers import EXIT_DELAY_BLOCKS, OPERATOR_KEY, errors_of, run_until

KIND = ExitStateKind
INDEX = 7
AMOUNT_SAT = 30_000


@pytest.fixture
def plan(chain, owner):
    address = owner.get_address(AddressKind.BOARDING, INDEX)
    return ArkadePlan(
        chain.fund(address.script, AMOUNT_SAT),
        AMOUNT_SAT,
        (),
        address.owner_key,
        OPERATOR_KEY[1:],
        from_operator_value(EXIT_DELAY_BLOCKS * 2),
        INDEX,
        ClaimKind.BOARDING,
    )


def test_a_boarding_output_is_claimed_after_its_delay(chain, exits, plan):
    (status,) = exits.start_exits([plan])
    assert status.error is None
    blocks = run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    assert blocks == EXIT_DELAY_BLOCKS * 2
    assert exits.get_exit(plan.vtxo_id).state.kind is KIND.CLAIMABLE
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)


def test_a_boarding_exit_is_stored_and_read_back(plan):
    assert ArkadePlan.from_json(plan.to_json()) == plan


def test_a_boarding_output_that_a_reorg_took_waits_again(chain, exits, plan):
    exits.start_exits([plan])
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    chain.reorg(chain.tip().height - chain.tx_status(plan.vtxo_id[:32]).height + 1)
    assert errors_of(exits.progress_exits()) == []
    assert exits.get_exit(plan.vtxo_id).state.kind is KIND.PROCESSING
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMABLE)
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, KIND.CLAIMED)


def test_an_unknown_boarding_output_is_refused(exits, plan):
    unknown = dataclasses.replace(plan, vtxo_id=bytes(36))
    (status,) = exits.start_exits([unknown])
    assert isinstance(status.error, MissingExitTransaction)


def test_a_waiting_boarding_exit_may_be_cancelled_before_it_is_confirmed(chain, owner, exits):
    address = owner.get_address(AddressKind.BOARDING, INDEX)
    point = chain.fund(address.script, AMOUNT_SAT, confirm=False)
    plan = ArkadePlan(
        point,
        AMOUNT_SAT,
        (),
        address.owner_key,
        OPERATOR_KEY[1:],
        from_operator_value(EXIT_DELAY_BLOCKS * 2),
        INDEX,
        ClaimKind.BOARDING,
    )
    exits.start_exits([plan])
    exits.progress_exits()
    exits.cancel_exit(plan.vtxo_id)
    assert exits.get_exit(plan.vtxo_id) is None
