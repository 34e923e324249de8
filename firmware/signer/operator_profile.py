"""The one operator that the owner has enrolled, pinned (tag `operator-*`, spec/arkade.md 12.1).

Everything that an operator later sends is compared with this. Delays keep the operator's raw form:
below 512 blocks, else seconds.
"""

import secp256k1
from arkcore.codec import Reader, var_bytes
from arkcore.delays import SECONDS_UNIT, from_operator_value
from arkcore.errors import ArkError
from arkcore.hashes import tagged_hash
from arkcore.scripts import p2wpkh_script
from wire.terms import NETWORK_REGTEST

from signer import networks
from signer.errors import Refused
from signer.text import clean

MAX_NAME = 24
MAX_DUST_SAT = 10_000
SECONDS_PER_BLOCK = 600
# Floors below which the owner could sleep through the end of a batch or of a checkpoint, and
# ceilings above which leaving alone would be leaving in name only. In seconds, by network.
_BATCH_EXPIRY_FLOOR = (86_400, 86_400, 86_400, 86_400, 6_000)
_CHECKPOINT_FLOOR = (86_016, 86_016, 86_016, 4_096, 1_200)
_EXIT_CEILING = 90 * 86_400
_BOARDING_CEILING = 366 * 86_400


def span_seconds(value: int) -> int:
    """Seconds of a delay in the operator's raw form, a block counted as ten minutes."""
    return value * SECONDS_PER_BLOCK if value < SECONDS_UNIT else value


class OperatorProfile:
    """Keys are 33 bytes, `forfeit_script` 22; the raw delays have their BIP-68 sequence beside."""

    __slots__ = (
        "network",
        "name",
        "signer_key",
        "forfeit_key",
        "forfeit_script",
        "unilateral_exit_delay",
        "boarding_exit_delay",
        "checkpoint_exit_delay",
        "min_batch_expiry",
        "dust_sat",
    )

    def __init__(self, network: int, fields: dict) -> None:
        """`fields` as in the parameters of enroll_operator."""
        self.network = network
        self.name = fields["name"]
        self.signer_key = fields["signer_key"]
        self.forfeit_key = fields["forfeit_key"]
        self.forfeit_script = fields["forfeit_script"]
        self.unilateral_exit_delay = fields["unilateral_exit_delay"]
        self.boarding_exit_delay = fields["boarding_exit_delay"]
        self.checkpoint_exit_delay = fields["checkpoint_exit_delay"]
        self.min_batch_expiry = fields["min_batch_expiry"]
        self.dust_sat = fields["dust_sat"]

    @property
    def signer_xonly(self) -> bytes:
        return self.signer_key[1:]

    @property
    def forfeit_xonly(self) -> bytes:
        return self.forfeit_key[1:]

    @property
    def unilateral_exit_sequence(self) -> int:
        return from_operator_value(self.unilateral_exit_delay)

    @property
    def boarding_exit_sequence(self) -> int:
        return from_operator_value(self.boarding_exit_delay)

    @property
    def checkpoint_exit_sequence(self) -> int:
        return from_operator_value(self.checkpoint_exit_delay)

    @property
    def hrp(self) -> str:
        """Prefix of the operator's Ark addresses."""
        return networks.ark_hrp(self.network)

    @property
    def operator_id(self) -> bytes:
        """Eight bytes that name this profile; any change of it gives another id."""
        return tagged_hash("stanchion/operator", self.encode())[:8]

    def fields(self) -> dict:
        """The profile in the form of the method table, without the id."""
        return {
            "name": self.name,
            "signer_key": self.signer_key,
            "forfeit_key": self.forfeit_key,
            "forfeit_script": self.forfeit_script,
            "unilateral_exit_delay": self.unilateral_exit_delay,
            "boarding_exit_delay": self.boarding_exit_delay,
            "checkpoint_exit_delay": self.checkpoint_exit_delay,
            "min_batch_expiry": self.min_batch_expiry,
            "dust_sat": self.dust_sat,
        }

    def encode(self) -> bytes:
        """The journal record (at most 146 bytes)."""
        numbers = b""
        for value in (
            self.unilateral_exit_delay,
            self.boarding_exit_delay,
            self.checkpoint_exit_delay,
            self.min_batch_expiry,
        ):
            numbers += value.to_bytes(4, "little")
        return (
            bytes((self.network,))
            + var_bytes(self.name.encode())
            + self.signer_key
            + self.forfeit_key
            + self.forfeit_script
            + numbers
            + self.dust_sat.to_bytes(8, "little")
        )

    @classmethod
    def decode(cls, body: bytes) -> "OperatorProfile":
        reader = Reader(body)
        network = reader.u8()
        fields: dict = {"name": reader.var_bytes(MAX_NAME).decode()}
        fields["signer_key"] = reader.take(33)
        fields["forfeit_key"] = reader.take(33)
        fields["forfeit_script"] = reader.take(22)
        fields["unilateral_exit_delay"] = reader.u32()
        fields["boarding_exit_delay"] = reader.u32()
        fields["checkpoint_exit_delay"] = reader.u32()
        fields["min_batch_expiry"] = reader.u32()
        fields["dust_sat"] = reader.u64()
        reader.finish()
        return cls(network, fields)

    def check(self) -> None:
        """Raises Refused `operator-*` for terms that no owner should be asked to accept."""
        if not self.name or len(self.name) > MAX_NAME or clean(self.name) != self.name:
            raise Refused("operator-name")
        for key in (self.signer_key, self.forfeit_key):
            try:
                secp256k1.parse_point(key)
            except secp256k1.CurveError:
                raise Refused("operator-key")
        if self.forfeit_script != p2wpkh_script(self.forfeit_key):
            # The device signs forfeits to this script alone: another one would pay a stranger,
            # and the operator would not honour the batch.
            raise Refused("operator-forfeit-script")
        if self.dust_sat < 1 or self.dust_sat > MAX_DUST_SAT:
            raise Refused("operator-dust", "%d sat" % self.dust_sat)
        self._check_delays()

    def _check_delays(self) -> None:
        delays = (
            ("unilateral exit", self.unilateral_exit_delay, 1, _EXIT_CEILING),
            ("boarding exit", self.boarding_exit_delay, 1, _BOARDING_CEILING),
            ("checkpoint", self.checkpoint_exit_delay, _CHECKPOINT_FLOOR[self.network], 0),
            ("batch expiry", self.min_batch_expiry, _BATCH_EXPIRY_FLOOR[self.network], 0),
        )
        for what, value, floor, ceiling in delays:
            try:
                from_operator_value(value)
            except ArkError as error:
                raise Refused(error.tag, what)
            if value < SECONDS_UNIT and self.network != NETWORK_REGTEST:
                # Blocks can come fast or slow; arkd itself refuses them outside of regtest.
                raise Refused("operator-delay-blocks", what)
            seconds = span_seconds(value)
            if seconds < floor or (ceiling and seconds > ceiling):
                raise Refused("operator-delay-range", "%s of %d s" % (what, seconds))
        if self.unilateral_exit_delay == self.boarding_exit_delay:
            # With equal delays a boarding output and a VTXO of one key would have one script, and
            # what was signed for the one could be used for the other.
            raise Refused("operator-delays-equal")
