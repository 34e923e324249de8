"""Requests about intents: proof and message of the kind that the request demands.

Vectors: `parser` fixtures of arkd's handlers. The proof is parsed, not verified, as there.
"""

from arkcore import intent
from arkcore.intent_message import IntentMessage, parse_message
from arkcore.psbt import Psbt

from tests.conformance.mismatch import Mismatch, equal, tag_of_refusal

KINDS = {"parse_get_intent": intent.GET_INTENT, "parse_delete_intent": intent.DELETE}


def cases(document):  # type: ignore[no-untyped-def]
    found = []
    for request in sorted(KINDS):
        for verdict in ("valid", "invalid"):
            for case in document.get(request, {}).get(verdict, []):
                name = f"{request} {verdict} {case['name']}"
                found.append((name, (request, verdict, case, document["valid_proof"])))
    return found


def parse_request(proof, message, kind: str) -> IntentMessage:  # type: ignore[no-untyped-def]
    """What a request's handler does; an absent field counts as an empty one."""
    Psbt.from_base64(proof or "")
    return parse_message(message or "", kind)


def check(case) -> None:  # type: ignore[no-untyped-def]
    request, verdict, case, valid_proof = case
    proof = case.get("proof", "USE_VALID_PROOF")
    if proof == "USE_VALID_PROOF":
        proof = valid_proof
    tag = tag_of_refusal(parse_request, proof, case["message"], KINDS[request])
    if verdict == "invalid":
        if not tag:
            raise Mismatch("accepted, must be refused")
        return
    if tag:
        raise Mismatch("refused: " + tag)
    message = parse_request(proof, case["message"], KINDS[request])
    equal("type", message.kind, case["expected_type"])
    equal("expire_at", message.expire_at, case["expected_expire_at"])
    equal("text", message.encode(), case["message"])
