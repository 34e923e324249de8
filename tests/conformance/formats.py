"""Which vector formats there are, how a file's content shows its format, and who checks it.

The content decides; the file's name helps only where a content would fit two formats or none.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

SUPPORTED = "supported"
OUT_OF_SCOPE = "out of scope"
FEES = "not covered yet: fees and triggers"
ELSEWHERE = "run by the tests of curve, keys and words"


class Format(NamedTuple):
    """`check` is a module of `checks`, or empty where the status is not SUPPORTED."""

    name: str
    status: str
    check: str = ""


TSSDK_KINDS = {
    "scripts": {
        "vtxo-default", "boarding", "vtxo-delegate", "taptree-n", "arknote", "closure", "vhtlc",
        "closure-decode", "encode", "sequence-decode", "address-decode",
    },
    "trees": {"valid-tree", "mutated-tree", "connectors"},
    "musig": {"session", "session-behaviour", "partial-verify"},
    "forfeits": {"forfeit", "boarding-commitment", "forfeit-finalized"},
    "offchain": {"offchain"},
    "unroll": {"bump", "weight", "step", "sweep"},
}  # fmt: skip
TSSDK_NAMES = {*TSSDK_KINDS, "intents", "wallet"}


def tssdk_format(document: dict[str, Any], file_name: str) -> Format | None:
    """Vectors made by running the TypeScript SDK: `{generator, file, cases: [{id, kind, ...}]}`.

    Without the generator's name at least one case must be of a known kind.
    """
    if not isinstance(document.get("cases"), list):
        return None
    cases = [case for case in document["cases"] if isinstance(case, dict)]
    kinds = {str(case["kind"]) for case in cases if "kind" in case} - {"error"}
    is_named = "arkade-os/sdk" in str(document.get("generator", ""))
    if not is_named and not kinds & set().union(*TSSDK_KINDS.values()):
        return None
    name = ""
    for candidate, members in TSSDK_KINDS.items():
        if kinds and kinds <= members:
            name = candidate
    if any("entries" in case for case in cases):
        name = "wallet"
    elif any("toSpend" in keys_of(case.get("out")) for case in cases):
        name = "intents"
    if not name:
        stem = str(document.get("file", file_name)).removesuffix(".json")
        name = stem if stem in TSSDK_NAMES else ""
    return Format(f"tssdk {name or '?'}", SUPPORTED, f"tssdk_{name or 'unknown_kind'}")


def keys_of(value: Any) -> set[str]:
    """Keys of a dict, or the union over a list of dicts."""
    if isinstance(value, dict):
        return set(value)
    if isinstance(value, list):
        return set().union(*(set(item) for item in value if isinstance(item, dict)))
    return set()


def deep_keys(value: Any) -> set[str]:
    """Keys at any depth."""
    found: set[str] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found |= set(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return found


def fixture_keys(document: Any) -> set[str]:
    """Keys of the `valid` and `invalid` cases of a fixture file of the reference repositories."""
    if not isinstance(document, dict):
        return set()
    return keys_of(document.get("valid")) | keys_of(document.get("invalid"))


# (format, test of the parsed document); the first that fits wins.
ARKADE: list[tuple[Format, Callable[[Any], bool]]] = [
    (Format("vtxo scripts", SUPPORTED, "vtxo_scripts"),
     lambda d: isinstance(d, list) and {"scripts", "taprootKey"} <= keys_of(d)),
    (Format("intent messages", SUPPORTED, "intent_messages"),
     lambda d: isinstance(d, list) and {"message", "expected"} <= keys_of(d)),
    (Format("intent parsing", SUPPORTED, "intent_parser"),
     lambda d: keys_of(d) >= {"parse_get_intent"} or keys_of(d) >= {"parse_delete_intent"}),
    (Format("intent proofs", SUPPORTED, "intent_proofs"),
     lambda d: {"inputs", "outputs", "message"} <= fixture_keys(d)),
    (Format("intent verification", SUPPORTED, "intent_verify"),
     lambda d: {"proof", "message"} <= fixture_keys(d)),
    (Format("vhtlc", SUPPORTED, "vhtlc"),
     lambda d: {"preimageHash", "refundLocktime"} <= fixture_keys(d)),
    (Format("addresses and notes", SUPPORTED, "encoding"),
     lambda d: isinstance(d, dict) and set(d) <= {"address", "note"} and bool(d)),
    (Format("musig2", SUPPORTED, "musig2"),
     lambda d: isinstance(d, dict) and bool(set(d) & {"keyAggregation", "signing"})),
    (Format("commitment building", SUPPORTED, "txbuilder"),
     lambda d: isinstance(d, dict) and "buildCommitmentTx" in d),
    (Format("intent fees", FEES),
     lambda d: isinstance(d, dict) and bool(set(d) & {
         "evalOffchainInput", "evalOnchainInput", "evalOffchainOutput", "evalOnchainOutput"})),
    (Format("intent fees or batch triggers", FEES),
     lambda d: isinstance(d, dict) and bool(keys_of(d.get("invalidConfigs")))),
    (Format("batch triggers", FEES),
     lambda d: isinstance(d, dict) and {"program", "context"} <= keys_of(d.get("cases"))),
    (Format("transaction filters", OUT_OF_SCOPE),
     lambda d: isinstance(d, dict) and (
         "invalidExpressions" in d or {"noExtension", "malformed"} <= set(d)
         or {"expression", "tx"} <= keys_of(d.get("cases")))),
    (Format("extensions", OUT_OF_SCOPE), lambda d: isinstance(d, dict) and "isExtension" in d),
    (Format("emulator packets", OUT_OF_SCOPE),
     lambda d: {"encoded", "entries"} <= fixture_keys(d)),
    (Format("assets", OUT_OF_SCOPE),
     lambda d: isinstance(d, dict) and {"valid"} <= set(d) and (
         bool(deep_keys(d) & {"serializedHex", "asset_id_hex", "newPacket", "expectedHash"})
         or {"tx", "packet", "expectedError"} <= fixture_keys(d))),
    (Format("coin selection", OUT_OF_SCOPE),
     lambda d: isinstance(d, dict) and {"utxos", "cases"} <= set(d)),
    (Format("transaction history", OUT_OF_SCOPE),
     lambda d: isinstance(d, list) and {"vtxos", "expectedBalance"} <= keys_of(d)),
    (Format("bark VTXOs", SUPPORTED, "bark_vtxos"),
     lambda d: isinstance(d, dict) and {"v2_hex", "exit_txids"} <= keys_of(d.get("vtxos"))),
    (Format("bark rounds and mailboxes", OUT_OF_SCOPE),
     lambda d: isinstance(d, dict) and bool(
         {"bundle_hex", "attestations", "mailbox_authorization", "signed_spec_hex"} & set(d))),
    (Format("wallet database dump", OUT_OF_SCOPE),
     lambda d: isinstance(d, dict) and any(key.startswith("collection:") for key in d)),
]  # fmt: skip

# Where the content says nothing, part of the file name -> format.
NAMES = [
    ("asset", Format("assets", OUT_OF_SCOPE)),
    ("extension", Format("extensions", OUT_OF_SCOPE)),
    ("txfilter", Format("transaction filters", OUT_OF_SCOPE)),
    ("coinselect", Format("coin selection", OUT_OF_SCOPE)),
    ("transaction_history", Format("transaction history", OUT_OF_SCOPE)),
    ("db-dump", Format("wallet database dump", OUT_OF_SCOPE)),
    ("emulator_packet", Format("emulator packets", OUT_OF_SCOPE)),
    ("bip-0322", Format("message signing of BIP-322", OUT_OF_SCOPE)),
    ("bip-0", Format("BIP vectors", ELSEWHERE)),
    ("wycheproof_", Format("Wycheproof vectors", ELSEWHERE)),
    ("arkfee", Format("intent fees", FEES)),
    ("batchtrigger", Format("batch triggers", FEES)),
]


def _fitting(document: Any, file_name: str) -> Iterator[Format]:
    if isinstance(document, dict) and (found := tssdk_format(document, file_name)):
        yield found
    for candidate, fits in ARKADE:
        if fits(document):
            yield candidate
    for part, candidate in NAMES:
        if part in file_name:
            yield candidate


def recognise(document: Any, file_name: str) -> Format | None:
    """The format of a parsed JSON file, or None for JSON of others."""
    return next(_fitting(document, file_name), None)
