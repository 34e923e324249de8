"""Refusal tags of the device's batches, ledger and exits, listed through `arkcore.tags`.

Host and tests only; entries are (tag, sentence).
"""

INTENTS = [
    ("intent-empty", "An intent needs coins that go in and outputs that come out."),
    ("intent-duplicate-input", "A coin is offered twice, which would hide what the intent costs."),
    ("input-unknown", "The device holds no such coin; it signs nothing for coins it cannot judge."),
    ("input-mismatch", "Kind, amount or key of the coin differ from what the device has recorded."),
    ("operator-pinned", "The VTXO belongs to another operator than the one that is enrolled now."),
    (
        "intent-output",
        "An own output is named by its key index, another's by a script that has an address;"
        " anything else could not be judged on the screen.",
    ),
    (
        "onchain-index",
        "An own on-chain output of a batch takes the next fresh key; an output of an earlier batch"
        " could otherwise be counted for a second coin.",
    ),
    ("amount-dust", "An output is below the operator's dust limit and could not leave Ark."),
    ("amount-range", "An amount is larger than all bitcoin."),
    ("intent-overspend", "More would come out than goes in."),
    (
        "intent-expiry-range",
        "The message must begin and end within a day, or an operator could keep it and use it"
        " when it suits him.",
    ),
]

BATCHES = [
    ("session-unknown", "No batch session with this number is at work on the device."),
    (
        "tree-sweep-range",
        "The batch expires sooner than the enrolled floor; the operator could sweep it before the"
        " owner has left.",
    ),
    ("tree-sweep-unit", "The expiry counts blocks where seconds were enrolled, or the reverse."),
    ("leaf-not-mine", "The leaf does not hold each output that was agreed, to the agreed script."),
    ("leaf-amount", "The leaf pays an agreed script another amount."),
    ("nonce-count", "There must be one aggregate nonce for each transaction of the branch."),
    (
        "nonce-spent",
        "The secret nonces were used for one answer; a second one with other aggregates would"
        " give away the key.",
    ),
    (
        "forfeit-branch-complete",
        "A transaction of the branch has no signature; the owner could not leave alone, so"
        " nothing is given up.",
    ),
    (
        "batch-known",
        "Coins were given to this very batch in another session; its outputs on chain have paid for"
        " those and would be counted twice.",
    ),
    ("batch-input", "The intent has no input of this kind at this position."),
    ("connector-reused", "A connector backs one forfeit alone; a second could never confirm."),
]

COINS = [
    (
        "vtxo-single-purpose",
        "The coin already serves another purpose: it was given to a batch, is leaving, has left,"
        " or is part of the session at work.",
    ),
    (
        "exit-not-forfeited",
        "The coin was given to a batch; leaving with it would hand it to the operator.",
    ),
    ("ledger-full", "The device's ledger has no room for more live coins."),
]

EXITS = [
    ("cpfp-no-exit", "No coin is leaving, so there is no package to pay for."),
    ("cpfp-parent", "The parent does not end with an empty anchor; no child can pay for it."),
    ("cpfp-duplicate-input", "A funding coin is named twice; the child would be invalid."),
    ("exit-fee-range", "No market asks for this fee; it could only serve to burn coins."),
]

LEDGER_SECTIONS = [INTENTS, BATCHES, COINS, EXITS]
