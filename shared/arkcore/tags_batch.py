"""Refusal tags of batches, off-chain transactions and exits; a part of `arkcore.tags`."""

BRANCH = [
    ("tree-cosigner-limit", "A tree transaction names more cosigners than are accepted."),
    (
        "tree-cosigner-duplicate",
        "A cosigner is named twice; implementations disagree about the key that comes of it.",
    ),
    (
        "tree-cosigner-missing",
        "The owner's key is missing from a tree transaction, so others could replace it.",
    ),
    ("tree-cosigner-key", "A cosigner's key is not a point of the curve; nobody could sign."),
    ("tree-child", "A child does not hang on an output of its own below its parent."),
    (
        "tree-expiry",
        "A tree transaction names another expiry than the batch; one of the two is not true.",
    ),
    (
        "tree-edge",
        "An output of the tree is not held by the cosigners below it; somebody else could take it.",
    ),
    (
        "tree-batch-output",
        "The batch output is not held by the tree's cosigners; the tree would be worthless.",
    ),
    ("tree-depth", "The path to the leaf is longer than accepted; each step costs a fee."),
]

CONNECTORS = [
    ("connector-anchor", "A connector transaction does not end with an empty anchor."),
    (
        "connector-script",
        "A connector output does not pay the one script that connectors of this batch have.",
    ),
    ("connector-conserve", "Outputs of a connector transaction do not add up to its input."),
    ("connector-child", "The path to the connector leads through an output that is none."),
    ("connector-depth", "The path to the connector is longer than any real batch needs."),
    (
        "connector-lineage",
        "The connector does not descend from this commitment transaction; the forfeit could be"
        " enforced although the batch never confirms.",
    ),
    ("connector-form", "A connector transaction has a version, lock or sequence it must not have."),
    (
        "connector-missing",
        "A forfeit was asked for before its connector was shown; it would be valid at once.",
    ),
    ("connector-count", "There are not exactly as many connectors as VTXOs to forfeit."),
]

COMMITMENT = [
    ("commitment-outputs", "Connectors need another output before them, and there is none."),
    (
        "commitment-form",
        "The commitment transaction has another version, lock or sequence than it must; it could"
        " be held back.",
    ),
    (
        "batch-txid",
        "What was shown of the commitment is not the transaction that the batch is announced with.",
    ),
    (
        "commitment-prevout",
        "What the commitment's inputs spend must be told for boarding, and only then: nothing else"
        " would show a falsehood.",
    ),
    ("commitment-count", "Inputs or outputs of the commitment are not as many as announced."),
    ("commitment-amount", "An amount of the commitment is impossible, or more goes out than in."),
    (
        "commitment-malleable",
        "An input of the commitment is not native segwit, so its id could change after signing and"
        " the signed tree would be worthless.",
    ),
    (
        "commitment-input",
        "An own input of the commitment is missing, doubled, not as recorded or was never offered.",
    ),
    ("commitment-output", "An on-chain output that the owner is owed is not in the commitment."),
]

TREE = [
    ("tree-empty", "A tree without leaves or nodes was given."),
    ("tree-size", "The tree has more transactions than are accepted."),
    ("tree-cycle", "Transactions of the tree hang on each other instead of on the root."),
    ("tree-root", "The tree has no root, or more than one."),
    ("tree-twice", "A transaction occurs twice in the tree; each can be spent only once."),
    ("tree-link", "A tree transaction does not spend exactly the output that it hangs on."),
    (
        "tree-form",
        "A tree transaction has another version, lock or sequence than it must; the exit could"
        " be delayed or not relayed.",
    ),
    ("tree-recipient", "An output that the owner is owed is not in any leaf of the tree."),
]

TREESIGNING = [
    ("tree-nonces", "Nonces are missing, used already, or do not fit the tree transactions."),
    ("tree-partials", "Partial signatures are missing or do not fit the tree transactions."),
    ("tree-partial-signature", "A cosigner's partial signature is invalid; it is at fault."),
    (
        "tree-signature",
        "A transaction on the way to the leaf is not validly signed; the owner could not leave.",
    ),
]

TAPSIGS = [
    ("tapsig-encoding", "A signature has neither 64 bytes nor 65 with a hash type."),
    ("tapsig-key-path", "The output has a key that could spend it without any of its scripts."),
    ("tapsig-missing", "A key that has to sign this input has not signed."),
    ("tapsig-invalid", "A signature is invalid, or signs less of the transaction than it must."),
]

FORFEIT_CHECK = [
    ("forfeit-vtxo", "The forfeit spends no VTXO of this batch, or one that is forfeited already."),
    (
        "forfeit-connector",
        "The forfeit's connector is not of this batch or belongs to another forfeit; it could"
        " not be enforced.",
    ),
    ("forfeit-leaf", "The VTXO is forfeited by a leaf that needs no operator."),
    ("forfeit-form", "The forfeit is not the transaction that belongs to this VTXO and connector."),
]

OFFCHAIN = [
    ("ark-leaf", "An off-chain transaction spends a VTXO by a leaf that is no collaborative one."),
    ("ark-empty", "An off-chain transaction needs inputs and outputs."),
    ("ark-locktime", "Locks by height and by time cannot be combined in one transaction."),
    ("ark-conserve", "Inputs and outputs of an off-chain transaction differ in value."),
    ("ark-op-returns", "There are more OP_RETURN outputs than the operator allows."),
    ("ark-txid", "The operator answered for another transaction than the one submitted."),
    (
        "ark-checkpoints",
        "The operator did not return exactly the checkpoints that were submitted.",
    ),
    (
        "ark-signature",
        "The operator's signature is missing or invalid; the payment could not be enforced.",
    ),
    ("pending-checkpoint", "A pending checkpoint was not built from an own VTXO."),
    ("pending-ark", "A pending transaction is not the one that belongs to its checkpoints."),
    ("pending-output", "A pending transaction does not pay what was meant."),
]

EXITS = [
    ("cpfp-anchor", "The parent has no anchor, or more than one, so no child can pay for it."),
    ("cpfp-funds", "The on-chain coins do not suffice to pay for this step of the exit."),
    ("cpfp-size", "The child would be larger than the network relays."),
    ("claim-leaf", "The leaf has no delay, so it is not the owner's way out."),
    ("claim-immature", "The delay of the exit is not over."),
    ("claim-funds", "After the fee less than dust would arrive."),
    ("unroll-chain", "The exit has no transactions."),
    ("unroll-signature", "A transaction of the exit lacks the signature that makes it final."),
]

BATCH_SECTIONS = [
    BRANCH,
    CONNECTORS,
    COMMITMENT,
    TREE,
    TREESIGNING,
    TAPSIGS,
    FORFEIT_CHECK,
    OFFCHAIN,
    EXITS,
]
