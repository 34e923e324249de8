"""What a device refuses and what it asks its owner, as one table. Host and tests only.

A refusal is a tag of `arkcore.tags` or `wire.sentences` with the part of the work at which it
falls; a question is the title that the screen shows. docs/policies.md is written from here.
"""

from arkcore import tags, tags_batch, tags_device, tags_ledger

from wire import sentences

REFUSE = "refuse"
ASK = "ask"

_LINK = "link"
_DEVICE = "device"
_KEYS = "keys"
_RECORDS = "records"
_OPERATOR = "operator"
_INTENT = "intent"
_BATCH = "batch"
_COMMITMENT = "commitment"
_TREE = "tree"
_SIGNING = "signing"
_CONNECTOR = "connector"
_COIN = "coin"
_EXIT = "exit"

# (stage, tags with their sentences) in the order in which a device comes to them.
SECTIONS = (
    (_LINK, sentences.FRAMES),
    (_LINK, sentences.MESSAGES),
    (_LINK, sentences.SESSION),
    (_DEVICE, sentences.DEVICE),
    (_DEVICE, tags.CODEC),
    (_KEYS, tags_device.KEYS),
    (_RECORDS, tags_device.RECORDS),
    (_OPERATOR, tags_device.OPERATORS),
    (_OPERATOR, tags.DELAYS),
    (_INTENT, tags_ledger.INTENTS),
    (_INTENT, tags.INTENT),
    (_INTENT, tags.ADDRESS),
    (_INTENT, tags.BECH32),
    (_INTENT, tags.SCRIPTS),
    (_INTENT, tags.CLOSURES),
    (_INTENT, tags.TAPROOT),
    (_INTENT, tags.SIGHASH),
    (_BATCH, tags_ledger.BATCHES),
    (_COMMITMENT, tags_batch.COMMITMENT),
    (_TREE, tags.TX),
    (_TREE, tags.NODES),
    (_TREE, tags_batch.BRANCH),
    (_TREE, tags_batch.TREE),
    (_SIGNING, tags.MUSIG2),
    (_SIGNING, tags_batch.TREESIGNING),
    (_SIGNING, tags_batch.TAPSIGS),
    (_COMMITMENT, tags.ROUNDS),
    (_CONNECTOR, tags_batch.CONNECTORS),
    (_COIN, tags_ledger.COINS),
    (_EXIT, tags_ledger.EXITS),
    (_EXIT, tags_batch.EXITS),
)

# (stage, title on the screen, why the owner is asked). "no" and silence refuse.
QUESTIONS = (
    (_KEYS, "New wallet", "The keys that are made now hold everything that follows."),
    (_KEYS, "Your words", "Words that were not written down are lost with the device."),
    (_KEYS, "Restore wallet", "Only the owner knows whether these words are to be used here."),
    (_KEYS, "Wrong checksum", "A word was mistyped, and only its owner can mend it."),
    (_KEYS, "On-chain address", "The host may show another address; the screen's is the true one."),
    (_KEYS, "Boarding address", "The host may show another address; the screen's is the true one."),
    (_KEYS, "Ark address", "The host may show another address; the screen's is the true one."),
    (_OPERATOR, "New operator", "Its keys and delays decide whether the owner can leave."),
    (_OPERATOR, "REPLACE OPERATOR", "Whoever changes the pinned keys decides who gets forfeits."),
    (_INTENT, "Send", "What leaves the owner is shown whole: amount, destination, fee."),
    (_INTENT, "Renew", "A fee above the limits could drain the owner although all else returns."),
    (_COIN, "Take coin back", "The device cannot see that a batch never confirms."),
    (_COIN, "Batch confirmed", "The device cannot see that a batch did confirm."),
    (_EXIT, "Leave alone", "An exit cannot be taken back and costs fees on chain."),
    (_EXIT, "Package fee", "The fee is above what the press to leave has allowed."),
    (_EXIT, "Claim fee", "The fee is above what a claim may cost unattended."),
)


class Policy:
    """One rule. `name` is a tag where `severity` is REFUSE, a title of the screen where ASK."""

    __slots__ = ("name", "stage", "severity", "sentence")

    def __init__(self, name: str, stage: str, severity: str, sentence: str) -> None:
        self.name = name
        self.stage = stage
        self.severity = severity
        self.sentence = sentence


def refusals() -> "list[Policy]":
    """Every tag of SECTIONS; some of them only a host can meet."""
    return [
        Policy(tag, stage, REFUSE, sentence)
        for stage, section in SECTIONS
        for tag, sentence in section
    ]


def questions() -> "list[Policy]":
    return [Policy(title, stage, ASK, sentence) for stage, title, sentence in QUESTIONS]
