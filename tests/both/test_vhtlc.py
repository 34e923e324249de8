"""A VHTLC gives each side its way out, in leaves of a fixed order (spec/arkade.md 13.4).

Vectors of other implementations: tests/conformance.
"""

from arkcore import closures, delays, vhtlc
from arkcore.vhtlc import Vhtlc

from tests.both.helpers import refusal

SENDER, RECEIVER, SERVER = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
HASH = bytes(20)
SOON, LATER, LAST = delays.blocks(17), delays.blocks(144), delays.seconds(86016)


def build(digest: bytes = HASH, locktime: int = 265, soon: int = SOON) -> Vhtlc:
    return Vhtlc(SENDER, RECEIVER, SERVER, digest, locktime, soon, LATER, LAST)


def test_leaves_are_in_their_named_places() -> None:
    leaves = [closures.decode(script) for script in build().scripts]
    assert len(leaves) == 6
    claim = leaves[vhtlc.CLAIM]
    assert claim.condition == vhtlc.hash160_condition(HASH) and claim.keys == [RECEIVER, SERVER]
    assert leaves[vhtlc.REFUND].keys == [SENDER, RECEIVER, SERVER]
    assert leaves[vhtlc.REFUND_WITHOUT_RECEIVER].locktime == 265
    assert leaves[vhtlc.UNILATERAL_CLAIM].sequence == SOON
    assert leaves[vhtlc.UNILATERAL_CLAIM].keys == [RECEIVER]
    assert leaves[vhtlc.UNILATERAL_REFUND].sequence == LATER
    assert leaves[vhtlc.UNILATERAL_REFUND_WITHOUT_RECEIVER].sequence == LAST
    assert leaves[vhtlc.UNILATERAL_REFUND_WITHOUT_RECEIVER].keys == [SENDER]


def test_the_smallest_locks_count() -> None:
    assert closures.decode(build(HASH, 1).scripts[2]).locktime == 1
    assert closures.decode(build(HASH, 1, delays.blocks(1)).scripts[3]).sequence == 1


def test_refuses_parameters_that_protect_nobody() -> None:
    assert refusal(build, HASH + b"\x00") == "vhtlc-hash"
    assert refusal(build, HASH, 0) == "vhtlc-locktime"
    assert refusal(build, HASH, 265, 0) == "vhtlc-delay"
    assert refusal(build, HASH, 265, 0xFFFFFFFF) == "delay-disabled"
