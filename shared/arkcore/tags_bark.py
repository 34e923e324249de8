"""Refusal tags of bark VTXOs; a part of `arkcore.tags`."""

BARK = [
    ("bark-version", "The VTXO is written in a version that this program does not know."),
    ("bark-key", "A public key in the VTXO is no point of the curve; nobody could sign for it."),
    ("bark-range", "A height, delay or amount is beyond what bark allows; locks would not hold."),
    ("bark-policy", "The VTXO's policy is not one that a user can hold; it would be the server's."),
    ("bark-transition", "A step on the way to the VTXO is not of a form that can be spent."),
    (
        "bark-output-index",
        "A step continues at an output that it does not have, or at its anchor, which is anyone's.",
    ),
    ("bark-genesis", "The VTXO has no way from its funding output, or one that leads nowhere."),
    ("bark-amount", "Amounts on the way to the VTXO add up to more bitcoin than there can be."),
    ("bark-point", "The exit transactions do not end in the outpoint that the VTXO claims."),
    ("bark-anchor", "The funding transaction does not hold the output that the VTXO starts from."),
    ("bark-preimage", "The preimage that opens the last step is missing, so no exit is possible."),
    (
        "bark-signature",
        "A step's signature is missing or invalid, so it could never be broadcast.",
    ),
    ("bark-standard", "An output of the exit is dust or of a form that nodes do not relay."),
]
