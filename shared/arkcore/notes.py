"""Ark notes: bearer vouchers of an operator (spec/arkade.md 13.1)."""

from arkcore import base58, closures
from arkcore.codec import outpoint
from arkcore.errors import EncodingError
from arkcore.hashes import sha256
from arkcore.scripts import LeafSet

NOTE_PREFIX = "arknote"
PREIMAGE_BYTES = 32
MAX_AMOUNT_SAT = 0xFFFFFFFF


class Note:
    """A voucher over `amount_sat`, spent by showing `preimage` (32 bytes).

    Raises EncodingError `note-preimage`, `note-amount`.
    """

    __slots__ = ("preimage", "amount_sat")

    def __init__(self, preimage: bytes, amount_sat: int) -> None:
        if len(preimage) != PREIMAGE_BYTES:
            raise EncodingError("note-preimage", "%d bytes" % len(preimage))
        if amount_sat < 0 or amount_sat > MAX_AMOUNT_SAT:
            raise EncodingError("note-amount", "%d" % amount_sat)
        self.preimage = preimage
        self.amount_sat = amount_sat

    @property
    def outpoint(self) -> bytes:
        """The pseudo outpoint (36 bytes) under which the operator knows the note."""
        return outpoint(sha256(self.preimage), 0)

    def leaves(self) -> LeafSet:
        """The pseudo output: one note leaf under the unspendable key."""
        return LeafSet([closures.note(sha256(self.preimage)).script])

    def text(self, prefix: str = NOTE_PREFIX) -> str:
        return prefix + base58.encode(self.preimage + self.amount_sat.to_bytes(4, "big"))


def decode_note(text: str, prefix: str = NOTE_PREFIX) -> Note:
    """The note of a text. Raises EncodingError `note-prefix`, `base58`."""
    if not text.startswith(prefix):
        raise EncodingError("note-prefix")
    payload = base58.decode(text[len(prefix) :], PREIMAGE_BYTES + 4)
    return Note(payload[:PREIMAGE_BYTES], int.from_bytes(payload[PREIMAGE_BYTES:], "big"))
