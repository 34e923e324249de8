"""Who may spend a bark VTXO, and after which delay (spec/bark.md 2.4): the kinds a user holds."""

from arkcore.bark.limits import read_delta, read_height, read_pubkey
from arkcore.bark.scripts import (
    BarkOutput,
    aggregate,
    delay_timelock_sign,
    delayed_sign,
    hash_delay_sign,
)
from arkcore.codec import Reader
from arkcore.errors import EncodingError

PUBKEY = 0x00
HTLC_SEND_V0 = 0x01
HTLC_RECEIVE_V0 = 0x02
HTLC_RECEIVE = 0x08
HTLC_SEND = 0x09

NAMES = {
    PUBKEY: "pubkey",
    HTLC_SEND_V0: "server-htlc-send",
    HTLC_RECEIVE_V0: "server-htlc-receive",
    HTLC_RECEIVE: "server-htlc-receive-v1",
    HTLC_SEND: "server-htlc-send-v1",
}
_SENDS = (HTLC_SEND_V0, HTLC_SEND)
_RECEIVES = (HTLC_RECEIVE_V0, HTLC_RECEIVE)
_SIZED = (HTLC_RECEIVE, HTLC_SEND)


class Policy:
    """`kind` (a byte above) and `user_key` (33 bytes); of an HTLC also `payment_hash` (32 bytes),
    `htlc_expiry` (height) and, when it is received, `htlc_expiry_delta` (blocks)."""

    __slots__ = ("kind", "user_key", "payment_hash", "htlc_expiry", "htlc_expiry_delta")

    def __init__(
        self,
        kind: int,
        user_key: bytes,
        payment_hash: bytes = b"",
        htlc_expiry: int = 0,
        htlc_expiry_delta: int = 0,
    ) -> None:
        self.kind = kind
        self.user_key = user_key
        self.payment_hash = payment_hash
        self.htlc_expiry = htlc_expiry
        self.htlc_expiry_delta = htlc_expiry_delta

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    @classmethod
    def read(cls, reader: Reader) -> "Policy":
        """Raises EncodingError `bark-policy`, `bark-key`, `bark-range`, `truncated`."""
        kind = reader.u8()
        # The other kinds are the server's own: a wallet that takes one holds nothing.
        if kind not in NAMES:
            raise EncodingError("bark-policy", "0x%02x" % kind)
        user_key = read_pubkey(reader)
        if kind == PUBKEY:
            return cls(kind, user_key)
        payment_hash = reader.take(32)
        htlc_expiry = read_height(reader)
        delta = read_delta(reader) if kind in _RECEIVES else 0
        return cls(kind, user_key, payment_hash, htlc_expiry, delta)

    def serialize(self) -> bytes:
        data = bytes((self.kind,)) + self.user_key
        if self.kind != PUBKEY:
            data += self.payment_hash + self.htlc_expiry.to_bytes(4, "little")
        if self.kind in _RECEIVES:
            data += self.htlc_expiry_delta.to_bytes(2, "little")
        return data

    def leaves(self, server_key: bytes, exit_delta: int) -> "list[bytes]":
        """Leaf scripts in bark's order."""
        user, sized = self.user_key, self.kind in _SIZED
        if self.kind == PUBKEY:
            return [delayed_sign(exit_delta, user)]
        if self.kind in _SENDS:
            return [
                hash_delay_sign(self.payment_hash, exit_delta, server_key, sized),
                delay_timelock_sign(2 * exit_delta, self.htlc_expiry, user),
            ]
        delay = self.htlc_expiry_delta + exit_delta
        return [
            delay_timelock_sign(exit_delta, self.htlc_expiry, server_key),
            hash_delay_sign(self.payment_hash, delay, user, sized),
        ]

    def output(self, server_key: bytes, exit_delta: int) -> BarkOutput:
        """Raises SigningError `musig-pubkey`."""
        internal = aggregate([self.user_key, server_key]).xonly()
        return BarkOutput(internal, self.leaves(server_key, exit_delta))
