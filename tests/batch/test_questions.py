"""What the screen asks about: "no" refuses and changes nothing, "yes" lets it pass (invariant I6).

One case for each question of batches, exits and addresses in `wire.policies.QUESTIONS`.
"""

from collections.abc import Callable
from typing import Any

import pytest
from signer import limits
from wire import terms

from tests.batch.leaving import cpfp, funding
from tests.batch.local import LocalDevice
from tests.batch.operator import enrolment
from tests.batch.owner import Run, boarding_input, ledger_of, own_vtxo, vtxo_input
from tests.batch.refusal import assert_refused


@pytest.fixture
def device() -> LocalDevice:
    """One live VTXO of 49 900 sat under owner key 5."""
    local = LocalDevice()
    Run(local, [boarding_input("first", 50_000)], [own_vtxo(49_900, 5)]).all()
    local.screens()
    return local


def point(device: LocalDevice, position: int = 0) -> bytes:
    found: bytes = ledger_of(device)[position]["outpoint"]
    return found


def leave(device: LocalDevice) -> None:
    device.answer("yes")
    device.call("start_exit", outpoint=point(device))


def refresh(device: LocalDevice, left_sat: int = 49_800) -> Run:
    return Run(device, [vtxo_input(ledger_of(device)[0])], [own_vtxo(left_sat, 6)])


def asks_to_renew(device: LocalDevice) -> Any:
    return refresh(device, 49_900 - limits.intent_fee_limit_sat(49_900) - 1).open()


def asks_to_take_back(device: LocalDevice) -> Any:
    return device.call("release_vtxo", outpoint=point(device))


def asks_to_give_again(device: LocalDevice) -> Any:
    return device.call("release_vtxo", outpoint=point(device, 1))


def released(device: LocalDevice) -> None:
    refresh(device).all()
    device.answer("yes")
    asks_to_take_back(device)


def asks_to_leave(device: LocalDevice) -> Any:
    return device.call("start_exit", outpoint=point(device))


def asks_for_package_fee(device: LocalDevice) -> Any:
    return cpfp(device, funding=[funding(10_000_000)], fee_sat=limits.EXIT_BUDGET_SAT + 1)


def asks_for_claim_fee(device: LocalDevice) -> Any:
    fee_sat = limits.exit_fee_limit_sat(49_900) + 1
    coin = vtxo_input(ledger_of(device)[0])
    return device.call("sign_claim", **coin, destination_index=8, fee_sat=fee_sat)


def asks_to_replace(device: LocalDevice) -> Any:
    return device.call("enroll_operator", **{**enrolment(), "name": "Another"})


def shows(kind: int) -> Callable[[LocalDevice], Any]:
    return lambda device: device.call("get_address", kind=kind, index=1, show=True)


def nothing(device: LocalDevice) -> None:
    return None


QUESTIONS: list[tuple[str, Callable[[LocalDevice], Any], Callable[[LocalDevice], Any]]] = [
    ("Renew", nothing, asks_to_renew),
    ("Take coin back", lambda device: refresh(device).all(), asks_to_take_back),
    ("Batch confirmed", released, asks_to_give_again),
    ("Leave alone", nothing, asks_to_leave),
    ("Package fee", leave, asks_for_package_fee),
    ("Claim fee", leave, asks_for_claim_fee),
    ("REPLACE OPERATOR", nothing, asks_to_replace),
    ("On-chain address", nothing, shows(terms.ADDRESS_ONCHAIN)),
    ("Boarding address", nothing, shows(terms.ADDRESS_BOARDING)),
    ("Ark address", nothing, shows(terms.ADDRESS_VTXO)),
]


@pytest.mark.parametrize(
    ("title", "before", "ask"), QUESTIONS, ids=[question[0] for question in QUESTIONS]
)
def test_no_refuses_and_yes_passes(
    device: LocalDevice,
    title: str,
    before: Callable[[LocalDevice], Any],
    ask: Callable[[LocalDevice], Any],
) -> None:
    before(device)
    device.screens()
    assert_refused(device, lambda: ask(device), "user-refused")
    assert title in device.screens()
    device.answer(*["yes"] * 8)
    ask(device)
