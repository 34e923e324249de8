"""The sentence that a person reads for each error tag of the wire. Host and tests only.

`sentence` also knows the tags of `arkcore.tags`.
"""

from arkcore.tags import TAGS as ARK_TAGS

FRAMES = [
    ("frame-crc", "A frame arrived damaged and was dropped."),
    ("frame-length", "A frame announced more bytes than the other side may send."),
    ("frame-type", "A frame was of a type that this version does not know."),
    ("frame-flags", "A frame carried flags that this version does not know."),
    ("frame-timeout", "A frame was begun and never finished."),
]

MESSAGES = [
    (
        "cbor-encoding",
        "The message is not in the one form that the protocol allows, so two readers could"
        " understand it differently.",
    ),
    ("message-shape", "The message is neither a request, a reply nor an event of the protocol."),
    (
        "method-unknown",
        "The device knows no such request; its firmware may be older than the host.",
    ),
    ("param-type", "A field holds the wrong kind of value."),
    ("param-bounds", "A field is outside the bounds that the protocol sets for it."),
    ("param-missing", "A field that the request needs is not there."),
    ("param-unknown", "The request holds a field that the protocol does not name."),
]

SESSION = [
    (
        "request-replayed",
        "A request came again out of turn; acting on it could make the device act twice.",
    ),
    ("hello-first", "The device has not been greeted since it started; the host must say hello."),
    ("version-unsupported", "Host and device share no version of the protocol."),
]

DEVICE = [
    ("busy", "The device is at work on another request."),
    ("cancelled", "The request was cancelled before it came to an end."),
    ("state-wrong", "The device is not in the state that this request belongs to."),
    ("user-refused", "The owner said no on the device."),
    ("user-timeout", "Nobody answered on the device."),
    ("internal", "The device met a fault of its own; nothing was signed."),
    ("memory", "The device ran out of memory for this request."),
]

TAGS = FRAMES + MESSAGES + SESSION + DEVICE

_UNKNOWN = "The device refused for a reason that this version of the host does not know."


def sentence(tag: str) -> str:
    """What the tag means, for a person."""
    for known, text in TAGS + ARK_TAGS:
        if known == tag:
            return text
    return _UNKNOWN
