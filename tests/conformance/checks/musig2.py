"""Key aggregation, taproot tweak and a partial signature. Vectors: `musig2` fixtures of the
TypeScript SDK."""

from arkcore import musig2, taproot

from tests.conformance.checks.leaf_sets import unhex, xonly
from tests.conformance.mismatch import equal, require


def cases(document):  # type: ignore[no-untyped-def]
    checks = [("keyAggregation", check_aggregation), ("signing", check_signing)]
    return [(name, (run, document[name])) for name, run in checks if name in document]


def check(case) -> None:  # type: ignore[no-untyped-def]
    run, given = case
    run(given)


def check_aggregation(given) -> None:  # type: ignore[no-untyped-def]
    keys = musig2.key_sort([unhex(key) for key in given["pubkeys"]])
    aggregate = musig2.key_agg(keys)
    equal("aggregated key", aggregate.xonly(), xonly(unhex(given["expectedAggregatedKey"])))
    tweak = taproot.tweak_hash(aggregate.xonly(), unhex(given["tweak"]))
    final = musig2.apply_tweak(aggregate, tweak, True)
    equal("final key", final.xonly(), xonly(unhex(given["expectedFinalKey"])))


def check_signing(given) -> None:  # type: ignore[no-untyped-def]
    inputs = given["inputs"]
    keys = [unhex(key) for key in inputs["publicKeys"]]
    options = inputs.get("options", {})
    if options.get("sortKeys", True):
        keys = musig2.key_sort(keys)
    aggregate = musig2.key_agg(keys)
    if options.get("taprootTweak"):
        tweak = taproot.tweak_hash(aggregate.xonly(), unhex(options["taprootTweak"]))
        aggregate = musig2.apply_tweak(aggregate, tweak, True)
    session = musig2.Session(unhex(inputs["aggNonce"]), aggregate, unhex(inputs["message"]))
    secret = unhex(inputs["secNonce"])
    nonce = musig2.SecNonce(bytearray(secret[:64]), secret[64:])
    signature = musig2.partial_sign(nonce, unhex(inputs["secretKey"]), session)
    equal("partial signature", signature, given["result"])
    own = secret[64:]
    require(
        musig2.partial_verify(signature, unhex(inputs["pubNonce"]), own, session),
        "partial signature does not verify",
    )
