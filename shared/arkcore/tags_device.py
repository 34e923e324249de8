"""Refusal tags of the device's keys, records and operator, listed through `arkcore.tags`.

Host and tests only; entries are (tag, sentence).
"""

KEYS = [
    (
        "path-range",
        "A key at that index would not be found again by a wallet restored from its words.",
    ),
    ("key-derivation", "The key at that index does not exist; this happens once in 2^127 keys."),
    ("mnemonic-word", "A word is not in the list of BIP-39."),
    ("mnemonic-length", "A wallet has 12 or 24 words."),
    ("mnemonic-checksum", "The words do not belong together; one is wrong or misplaced."),
    (
        "entropy-failed",
        "The board's random generator repeats itself; a seed made with it could be guessed.",
    ),
]

RECORDS = [
    ("seal-broken", "Bytes on flash were changed by somebody who does not have the key."),
    (
        "wallet-damaged",
        "The wallet's file was changed or is broken; restore the wallet from its words.",
    ),
    (
        "journal-forged",
        "The device's records are missing or were changed; signing on them could give a coin away"
        " twice.",
    ),
    ("journal-record", "A record is too long or of a kind that does not exist."),
    ("storage-failed", "The flash did not keep what was written; nothing was signed for it."),
]

OPERATORS = [
    ("operator-missing", "No operator, or not this one, has been enrolled on the device."),
    ("operator-limit", "The device holds as many operators as it can; each still guards exits."),
    ("operator-name", "The operator's name is empty or holds what the screen cannot show."),
    ("operator-key", "A key of the operator is not a point of the curve."),
    (
        "operator-forfeit-script",
        "The forfeit address does not belong to the forfeit key; forfeits would pay a stranger.",
    ),
    ("operator-dust", "The operator's dust limit is zero or absurdly high."),
    (
        "operator-delay-blocks",
        "Delays in blocks are for regtest alone; elsewhere they pass too fast or too slowly.",
    ),
    (
        "operator-delay-range",
        "A delay is so short that the owner could miss it, or so long that leaving is no use.",
    ),
    (
        "operator-delays-equal",
        "With equal delays, boarding outputs and VTXOs of a key could be mistaken for each other.",
    ),
]

DEVICE_SECTIONS = [KEYS, RECORDS, OPERATORS]
