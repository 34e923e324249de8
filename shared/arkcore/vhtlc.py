"""Virtual hash time-locked contract: six leaves in a fixed order (spec/arkade.md 13.4)."""

from arkcore import closures, delays
from arkcore.errors import ScriptError
from arkcore.pushes import OP_EQUAL, OP_HASH160
from arkcore.scripts import LeafSet

CLAIM = 0
REFUND = 1
REFUND_WITHOUT_RECEIVER = 2
UNILATERAL_CLAIM = 3
UNILATERAL_REFUND = 4
UNILATERAL_REFUND_WITHOUT_RECEIVER = 5


def hash160_condition(preimage_hash: bytes) -> bytes:
    """Condition script (23 bytes): shows the preimage of a HASH160 (20 bytes).

    Raises ScriptError `vhtlc-hash`.
    """
    if len(preimage_hash) != 20:
        raise ScriptError("vhtlc-hash", "%d bytes" % len(preimage_hash))
    return bytes((OP_HASH160, 20)) + preimage_hash + bytes((OP_EQUAL,))


def _check_delay(sequence: int) -> None:
    if delays.decode(sequence)[1] == 0:
        raise ScriptError("vhtlc-delay")


class Vhtlc(LeafSet):
    """Leaves at the indexes named above. Keys are x-only (32 bytes), delays BIP-68 numbers,
    `refund_locktime` an absolute lock time.

    Raises ScriptError `vhtlc-hash`, `vhtlc-locktime`, `vhtlc-delay`, `closure-keys`,
    EncodingError `delay-*`.
    """

    __slots__ = ()

    def __init__(
        self,
        sender: bytes,
        receiver: bytes,
        server: bytes,
        preimage_hash: bytes,
        refund_locktime: int,
        claim_sequence: int,
        refund_sequence: int,
        refund_without_receiver_sequence: int,
    ) -> None:
        # A lock of zero is none: sender and receiver could both spend at once.
        if refund_locktime < 1:
            raise ScriptError("vhtlc-locktime", "%d" % refund_locktime)
        for sequence in (claim_sequence, refund_sequence, refund_without_receiver_sequence):
            _check_delay(sequence)
        condition = hash160_condition(preimage_hash)
        leaves = [
            closures.condition_multisig(condition, [receiver, server]),
            closures.multisig([sender, receiver, server]),
            closures.cltv_multisig(refund_locktime, [sender, server]),
            closures.condition_csv_multisig(condition, claim_sequence, [receiver]),
            closures.csv_multisig(refund_sequence, [sender, receiver]),
            closures.csv_multisig(refund_without_receiver_sequence, [sender]),
        ]
        super().__init__([leaf.script for leaf in leaves])
