"""Ark addresses and notes. Vectors: `encoding` fixtures of the TypeScript SDK."""

from arkcore import address, notes

from tests.conformance.checks.leaf_sets import unhex, xonly
from tests.conformance.mismatch import equal, must_refuse


def cases(document):  # type: ignore[no-untyped-def]
    found = []
    for what in ("address", "note"):
        for verdict in ("valid", "invalid"):
            for case in document.get(what, {}).get(verdict, []):
                text = case["addr"] if what == "address" else case["str"]
                found.append((f"{what} {verdict} {text}", (what, verdict, text, case)))
    return found


def check(case) -> None:  # type: ignore[no-untyped-def]
    what, verdict, text, expected = case
    if what == "address" and verdict == "valid":
        check_address(text, expected)
    elif what == "note" and verdict == "valid":
        check_note(text, expected)
    elif what == "address":
        must_refuse("address", address.decode_ark_address, text)
    else:
        must_refuse("note", notes.decode_note, text)


def check_address(text: str, expected) -> None:  # type: ignore[no-untyped-def]
    equal("version", 0, expected["expectedVersion"])
    hrp, server, key = address.decode_ark_address(text)
    equal("prefix", hrp, expected["expectedPrefix"])
    equal("server key", server, xonly(unhex(expected["expectedServerKey"])))
    equal("user key", key, xonly(unhex(expected["expectedUserKey"])))
    equal("encoded again", address.ark_address(hrp, server, key), text)


def check_note(text: str, expected) -> None:  # type: ignore[no-untyped-def]
    note = notes.decode_note(text, expected["hrp"])
    equal("preimage", note.preimage, expected["expectedPreimage"])
    equal("value", note.amount_sat, expected["expectedValue"])
    equal("encoded again", note.text(expected["hrp"]), text)
