"""Which intent proofs hold for which message. Vectors: `verify` fixtures of arkd."""

from arkcore import intent_proof
from arkcore.psbt import Psbt

from tests.conformance.checks.leaf_sets import unhex, xonly
from tests.conformance.mismatch import Mismatch, tag_of_refusal


def cases(document):  # type: ignore[no-untyped-def]
    found = []
    for verdict in ("valid", "invalid"):
        for case in document.get(verdict, []):
            found.append((f"{verdict} {case['name']}", (verdict, case)))
    return found


def verify(case) -> None:  # type: ignore[no-untyped-def]
    skipped = [xonly(unhex(key)) for key in case.get("skip_keys") or []]
    proof = Psbt.from_base64(case["proof"])
    intent_proof.verify(proof, case.get("message") or "", skipped)


def check(case) -> None:  # type: ignore[no-untyped-def]
    verdict, case = case
    tag = tag_of_refusal(verify, case)
    if verdict == "valid" and tag:
        raise Mismatch("refused: " + tag)
    if verdict == "invalid" and not tag:
        raise Mismatch("accepted, must be refused: " + case["expected_error"])
