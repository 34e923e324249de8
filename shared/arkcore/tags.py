"""Every refusal tag of arkcore with the sentence that a person reads. Host and tests only.

One list a module, in the order of `SECTIONS`; entries are (tag, sentence). The sentence says what
was wrong and why it matters.
"""

from arkcore.tags_bark import BARK
from arkcore.tags_batch import BATCH_SECTIONS
from arkcore.tags_device import DEVICE_SECTIONS
from arkcore.tags_ledger import LEDGER_SECTIONS

CODEC = [
    (
        "compact-size",
        "A length was out of range or not in its shortest form, so two texts could mean the same.",
    ),
    ("truncated", "The data ended in the middle of a field."),
    ("too-large", "A length or count is over the limit that this program accepts."),
    (
        "trailing-bytes",
        "Bytes were left over after the last field; something may be hidden in them.",
    ),
    ("txid", "A transaction id or outpoint is not 64 hex digits with a plain output number."),
]

TX = [
    ("tx-encoding", "The transaction is not a serialisation that the Bitcoin network would relay."),
]

TAPROOT = [
    (
        "taproot-key",
        "The internal key is not a point of the curve, so the output could not be built.",
    ),
    ("taptree-empty", "A script tree without leaves was given; nobody could spend it."),
    ("control-block", "The control block does not prove that the script belongs to the output."),
]

SIGHASH = [
    (
        "sighash-default-only",
        "This signature hash type is not used by Ark; another would sign less than the whole.",
    ),
    (
        "sighash-prevouts",
        "Each input needs the output that it spends, or the signature would cover something else.",
    ),
]

NODES = [
    (
        "tree-anchor",
        "The transaction does not end with an empty anchor, so its exit could not pay a fee.",
    ),
    (
        "tree-script",
        "An output of a tree transaction is not a taproot output; its value could be lost.",
    ),
    (
        "tree-conserve",
        "Outputs of a tree transaction do not add up to its input; it could never confirm.",
    ),
    (
        "tree-dust",
        "A tree output is dust beside the anchor; no node would relay the owner's way out.",
    ),
    (
        "tree-extension",
        "A leaf carries more than one OP_RETURN with one push; no node would relay it.",
    ),
    (
        "tree-cosigners",
        "A tree transaction names no cosigner, so nobody is bound to its signature.",
    ),
]

CLOSURES = [
    ("closure-empty", "The script is empty."),
    ("closure-size", "The script is longer than any Ark closure may be."),
    ("closure-push", "A push in the script is cut off or not in its shortest form."),
    ("closure-success", "The script holds an OP_SUCCESS code, which lets anybody spend it."),
    ("closure-number", "A number in the script is not in its shortest form."),
    ("closure-shape", "The script is none of the closures that Ark allows."),
    ("closure-keys", "A closure needs between 1 and 999 keys of 32 bytes each."),
    ("closure-hash", "A note script commits to a hash of 32 bytes."),
    ("closure-locktime", "The absolute lock time is outside of what a transaction can carry."),
    (
        "closure-condition",
        "The condition is empty or holds a signature or lock time check, which Ark forbids.",
    ),
    (
        "closure-inner-verify",
        "The condition holds OP_VERIFY; implementations disagree about where such a script splits.",
    ),
    (
        "closure-signature-missing",
        "A key of the closure has not signed, so the witness would not be valid.",
    ),
]

DELAYS = [
    ("delay-range", "The delay is outside of what a relative lock can express."),
    (
        "delay-granularity",
        "A delay in seconds must be a multiple of 512; rounding would change its meaning.",
    ),
    (
        "delay-disabled",
        "The sequence number has its relative lock switched off, so it delays nothing.",
    ),
    (
        "delay-bits",
        "The sequence number sets bits without meaning; two numbers would mean the same delay.",
    ),
]

SCRIPTS = [
    ("script-key", "A key for a script has the wrong length."),
]

BECH32 = [
    ("bech32-length", "The address is too short or too long."),
    (
        "bech32-character",
        "The address holds a character that addresses do not use, or mixes upper and lower case.",
    ),
    ("bech32-checksum", "The checksum of the address is wrong; it was probably mistyped."),
    (
        "bech32-padding",
        "The address ends in bits that are not zero; two texts would mean the same.",
    ),
]

ADDRESS = [
    ("address-hrp", "The address belongs to another network."),
    (
        "address-version",
        "The version of the address is not known; a payment to it might not be claimable.",
    ),
    ("address-length", "The address holds a key or program of the wrong length."),
    (
        "address-key",
        "A key in the address is not a point of the curve; money sent there would be lost.",
    ),
    ("address-script", "The script has no address form."),
]

MUSIG2 = [
    (
        "musig-pubkey",
        "A cosigner's key is not a point of the curve, or the keys cancel out; no key comes of it.",
    ),
    ("musig-tweak", "A tweak is out of range or turns the key into nothing; it could not sign."),
    ("musig-not-a-cosigner", "The key is not among the cosigners, so it has no part in the key."),
    ("musig-rand", "Nonces need 32 bytes of randomness, or they could be guessed."),
    (
        "musig-nonce-reuse",
        "The secret nonce was already used; a second use would give the secret key away.",
    ),
    ("musig-seckey", "The secret key is out of range or is not the one the nonce was made for."),
    ("musig-pubnonce", "A signer's public nonce is not two points of the curve."),
    ("musig-aggnonce", "The aggregate nonce is not two points of the curve."),
    ("musig-psig", "A partial signature is out of range; it cannot come from an honest signer."),
    (
        "musig-own-signature",
        "The own partial signature came out wrong; a faulty one could give the secret key away.",
    ),
]

BASE58 = [
    ("base58", "The text is not base58 of the expected size; it was probably mistyped."),
]

NOTES = [
    ("note-prefix", "The text is not a note of this operator's kind."),
    ("note-preimage", "A note holds a secret of 32 bytes."),
    ("note-amount", "The amount of a note is outside of what its text can carry."),
]

VHTLC = [
    ("vhtlc-hash", "The hash lock needs a HASH160 of 20 bytes."),
    ("vhtlc-locktime", "The refund needs a lock time; without it sender and receiver could race."),
    ("vhtlc-delay", "A delay of zero is no delay; the other party could not react in time."),
]

CONDITIONS = [
    ("condition-opcode", "The condition uses an opcode that is not run here."),
    ("condition-stack", "The condition runs out of stack items or makes too many of them."),
]

PSBT = [
    ("psbt-magic", "The data is not a PSBT."),
    ("psbt-version", "Only PSBT version 0 is used by Ark."),
    ("psbt-base64", "The text is not base64 in its standard padded form."),
    ("psbt-tx", "The PSBT has no unsigned transaction, or one that is already signed."),
    (
        "psbt-duplicate",
        "A key occurs twice in the PSBT; readers would differ in what they believe.",
    ),
    ("psbt-prevout", "An input of the PSBT does not say which output it spends."),
    ("psbt-field", "A field of the PSBT has the wrong length or an unknown leaf version."),
]

ARKFIELDS = [
    (
        "arkfield-ambiguous",
        "A PSBT key only looks like an Ark field; readers would differ about it.",
    ),
    (
        "arkfield-taptree",
        "The list of leaf scripts is empty, too long or not of tapscript version.",
    ),
    ("arkfield-expiry", "The batch expiry is not a sequence number."),
    ("arkfield-cosigner", "A cosigner is not a compressed key of 33 bytes."),
]

INTENT = [
    ("intent-number", "A time or index of the intent is out of range."),
    ("intent-cosigner", "A cosigner of the intent is not a compressed key of 33 bytes."),
    (
        "intent-message",
        "The message has missing or unknown parts; what is signed would be unclear.",
    ),
    ("intent-kind", "The message asks for something else than the request."),
    ("intent-inputs", "The proof holds no coin."),
    ("intent-coin", "A coin of the proof lacks its outpoint or its output."),
    ("intent-outputs", "The proof has no output."),
    ("intent-fee", "The outputs of the proof are worth more than its coins."),
    ("intent-message-input", "The proof was made for another message."),
    ("intent-duplicate", "A coin occurs twice in the proof; it would count twice."),
    ("intent-leaf", "An input does not show the one leaf by which its coin is spent."),
    ("intent-condition", "The condition of a coin is not met by what the proof shows."),
    ("intent-sighash", "A signature covers less than the whole proof and could serve another."),
    ("intent-signature", "A signature is missing, wrong, or by a key that has no say."),
]

# What ends a batch on the host's side of a signer.
ROUNDS = [
    ("operator-refused", "The operator did not accept a request; its own words say why."),
    ("batch-failed", "The operator gave the batch up; nothing of it became valid."),
    (
        "batch-changed",
        "The batch that ends is not the one whose tree was signed; what was agreed is not in it.",
    ),
    ("event-malformed", "An event of the operator lacks a field or holds the wrong kind of value."),
    (
        "exit-data-unsaved",
        "The way out could not be written down, so nothing that depends on it was given.",
    ),
    ("signer-unavailable", "The signer could not be asked, so nothing further was sent."),
]

SECTIONS = [
    CODEC,
    TX,
    TAPROOT,
    SIGHASH,
    NODES,
    CLOSURES,
    DELAYS,
    SCRIPTS,
    BECH32,
    ADDRESS,
    BASE58,
    NOTES,
    VHTLC,
    CONDITIONS,
    PSBT,
    ARKFIELDS,
    INTENT,
    MUSIG2,
    ROUNDS,
    BARK,
]

_ALL_SECTIONS = SECTIONS + BATCH_SECTIONS + DEVICE_SECTIONS + LEDGER_SECTIONS

TAGS = [entry for section in _ALL_SECTIONS for entry in section]
