"""Pins an operator after the owner has seen all of it on the screen."""

from arkcore.delays import SECONDS_UNIT

from signer import networks, text
from signer.operator_profile import OperatorProfile


def _span(value: int) -> str:
    if value < SECONDS_UNIT:
        return "  %d blocks" % value
    if value < 2 * 86_400:
        return "  %d s (%d h)" % (value, value // 3_600)
    return "  %d s (%d d)" % (value, value // 86_400)


def _pages(profile: OperatorProfile) -> "list[list[str]]":
    return [
        ["Name"] + text.wrap(profile.name) + ["Network", "  " + networks.NAMES[profile.network]],
        ["Signer key"] + text.groups(profile.signer_key.hex()),
        ["Forfeit key"] + text.groups(profile.forfeit_key.hex()),
        [
            "Leave alone after",
            _span(profile.unilateral_exit_delay),
            "Boarding back after",
            _span(profile.boarding_exit_delay),
            "Checkpoint",
            _span(profile.checkpoint_exit_delay),
        ],
        [
            "Batches last at least",
            _span(profile.min_batch_expiry),
            "Dust",
            "  %d sat" % profile.dust_sat,
        ],
    ]


def handle(device, params: dict) -> dict:
    profile = OperatorProfile(device.keystore.network, params)
    profile.check()
    current = device.operator
    if current is None or current.operator_id != profile.operator_id:
        title = "New operator" if current is None else "REPLACE OPERATOR"
        device.screen.confirm(title, _pages(profile))
        device.pin_operator(profile)
    return {"operator_id": profile.operator_id}
