"""Error codes of the wire, and which family of error becomes which code.

The tag names the reason and is stable; the code is its number on the wire, so that a host that
does not know a tag still knows the kind of failure from the range:

1-15 frames, 16-31 encoding, 32-47 link session, 48-63 device state, 64-95 keys and paths,
96-127 transaction formats, 128-191 policy, 192-207 signing session, 208-223 storage, 240-255 fault.
"""

from arkcore.errors import ArkError, EncodingError, ScriptError, SigningError, TreeError

# (tag, code, retry): `retry` says that the same request, sent again later, may succeed.
WIRE_ERRORS = (
    ("frame-crc", 1, True),
    ("frame-length", 2, True),
    ("frame-type", 3, False),
    ("frame-flags", 4, False),
    ("frame-timeout", 5, True),
    ("cbor-encoding", 16, False),
    ("message-shape", 17, False),
    ("method-unknown", 18, False),
    ("param-type", 19, False),
    ("param-bounds", 20, False),
    ("param-missing", 21, False),
    ("param-unknown", 22, False),
    ("request-replayed", 32, False),
    ("hello-first", 33, True),
    ("version-unsupported", 34, False),
    ("busy", 48, True),
    ("cancelled", 49, True),
    ("state-wrong", 50, False),
    ("user-refused", 51, False),
    ("user-timeout", 52, True),
    ("internal", 240, False),
    ("memory", 241, True),
)

CODE_PATH = 64
CODE_FORMAT = 96
CODE_SCRIPT = 97
CODE_TREE = 128
CODE_POLICY = 144
CODE_SIGNING = 192
CODE_STORAGE = 208
CODE_INTERNAL = 240


class WireError(ArkError):
    """A refusal whose tag is in `WIRE_ERRORS`: frames, encoding, session and device state."""


class PathError(ArkError):
    """A key index or kind that the device does not derive."""


class PolicyError(ArkError):
    """A request that is well formed, and that the owner's rules do not let pass."""


class StorageError(ArkError):
    """The device could not read or keep its records."""


FAMILIES = (
    (PathError, CODE_PATH),
    (ScriptError, CODE_SCRIPT),
    (EncodingError, CODE_FORMAT),
    (TreeError, CODE_TREE),
    (PolicyError, CODE_POLICY),
    (SigningError, CODE_SIGNING),
    (StorageError, CODE_STORAGE),
)


def classify(error: Exception) -> "tuple[int, str, bool, str]":
    """(code, tag, retry, detail) for the reply. An error may say `retry` itself.

    Whatever is not of the ArkError family is `internal`, with the name of its class alone: the
    text of an unforeseen exception might quote a secret.
    """
    if isinstance(error, MemoryError):
        return 241, "memory", True, ""
    if not isinstance(error, ArkError):
        return CODE_INTERNAL, "internal", False, type(error).__name__
    for tag, code, retry in WIRE_ERRORS:
        if tag == error.tag:
            return code, tag, getattr(error, "retry", retry), error.detail
    retry = getattr(error, "retry", False)
    for family, code in FAMILIES:
        if isinstance(error, family):
            return code, error.tag, retry, error.detail
    return CODE_INTERNAL, error.tag, retry, error.detail
