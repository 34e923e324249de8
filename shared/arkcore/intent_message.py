"""Intent messages as received: read, then held so that they encode to their canonical text."""

import json

from arkcore import intent
from arkcore.errors import EncodingError

_WITH_OUTPUTS = (intent.REGISTER, intent.ESTIMATE_FEE)
_EXPIRING = (intent.DELETE, intent.GET_PENDING_TX, intent.GET_INTENT, intent.GET_DATA)
MAX_MESSAGE_CHARACTERS = 100_000


class IntentMessage:
    """`kind` (see `intent`), `expire_at` and, for messages about outputs, `onchain_indexes`,
    `valid_at`, `cosigners` (33-byte keys)."""

    __slots__ = ("kind", "expire_at", "valid_at", "onchain_indexes", "cosigners")

    def __init__(self, kind: str, expire_at: int) -> None:
        self.kind = kind
        self.expire_at = expire_at
        self.valid_at = 0
        self.onchain_indexes: list[int] = []
        self.cosigners: list[bytes] = []

    def encode(self) -> str:
        """The canonical text. Raises EncodingError `intent-number`, `intent-cosigner`."""
        if self.kind == intent.REGISTER:
            encode = intent.register_message
        elif self.kind == intent.ESTIMATE_FEE:
            encode = intent.estimate_fee_message
        else:
            return intent.expiring_message(self.kind, self.expire_at)
        return encode(self.onchain_indexes, self.valid_at, self.expire_at, self.cosigners)


def _integer(value: object) -> int:
    if type(value) is not int or value < 0:
        raise EncodingError("intent-message", "number expected")
    return value


def _list(value: object) -> "list[object]":
    if value is None:
        return []
    if not isinstance(value, list):
        raise EncodingError("intent-message", "list expected")
    return value


def _key(value: object) -> bytes:
    if not isinstance(value, str) or len(value) != 66:
        raise EncodingError("intent-cosigner")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise EncodingError("intent-cosigner", "not hex")


def parse_message(text: str, expected_kind: str) -> IntentMessage:
    """The message in `text`, of the kind that the request demands.

    Raises EncodingError `intent-message` (not such a message, or one that would lose a part when
    encoded again), `intent-kind`, `intent-cosigner`.
    """
    if len(text) > MAX_MESSAGE_CHARACTERS:
        raise EncodingError("too-large", "intent message")
    try:
        fields = json.loads(text)
    except ValueError:
        raise EncodingError("intent-message", "not JSON")
    if not isinstance(fields, dict):
        raise EncodingError("intent-message", "not an object")
    return message_of(fields, expected_kind)


def message_of(fields: "dict[str, object]", expected_kind: str) -> IntentMessage:
    """As `parse_message`, from the parsed object."""
    kind = fields.get("type")
    if kind != expected_kind or kind not in _WITH_OUTPUTS + _EXPIRING:
        raise EncodingError("intent-kind", str(kind))
    message = IntentMessage(expected_kind, _integer(fields.get("expire_at")))
    known = 2
    if kind in _WITH_OUTPUTS:
        known = 5
        message.valid_at = _integer(fields.get("valid_at"))
        indexes = _list(fields.get("onchain_output_indexes"))
        message.onchain_indexes = [_integer(index) for index in indexes]
        keys = _list(fields.get("cosigners_public_keys"))
        message.cosigners = [_key(key) for key in keys]
    # A key that the encoder does not write would be shown to some readers and signed by nobody.
    if len(fields) != known:
        raise EncodingError("intent-message", "missing or unknown keys")
    return message
