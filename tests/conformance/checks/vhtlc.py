"""VHTLC leaves, output key and address; parameters that must be refused.

Vectors: `vhtlc` fixtures of the TypeScript and Rust SDKs. The Rust file's `tapTree` has an obsolete
leading count byte and is not compared.
"""

from arkcore import address, closures
from arkcore.taproot import UNSPENDABLE_XONLY
from arkcore.vhtlc import Vhtlc

from tests.conformance.checks.leaf_sets import check_taptree, sequence_of, unhex, xonly
from tests.conformance.mismatch import equal, must_refuse

LEAF_NAMES = [
    "claimScript",
    "refundScript",
    "refundWithoutReceiverScript",
    "unilateralClaimScript",
    "unilateralRefundScript",
    "unilateralRefundWithoutReceiverScript",
]


def cases(document):  # type: ignore[no-untyped-def]
    found = []
    for verdict in ("valid", "invalid"):
        for case in document.get(verdict, []):
            found.append((f"{verdict}: {case['description']}", (verdict, case)))
    return found


def build(case) -> Vhtlc:  # type: ignore[no-untyped-def]
    return Vhtlc(
        xonly(unhex(case["sender"])),
        xonly(unhex(case["receiver"])),
        xonly(unhex(case["server"])),
        unhex(case["preimageHash"]),
        case["refundLocktime"],
        sequence_of(case["unilateralClaimDelay"]),
        sequence_of(case["unilateralRefundDelay"]),
        sequence_of(case["unilateralRefundWithoutReceiverDelay"]),
    )


def check(case) -> None:  # type: ignore[no-untyped-def]
    verdict, case = case
    if verdict == "invalid":
        must_refuse(case["description"], build, case)
        return
    contract = build(case)
    for index, name in enumerate(LEAF_NAMES):
        equal(name, contract.scripts[index], case["scripts"][name])
        equal(name + " decoded", closures.decode(contract.scripts[index]).script.hex(),
              case["scripts"][name])  # fmt: skip
    hrp = case["expected"].split("1")[0]
    server = xonly(unhex(case["server"]))
    equal("address", address.ark_address(hrp, server, contract.output_key), case["expected"])
    check_taproot(contract, case.get("taproot", {}))


def check_taproot(contract: Vhtlc, expected) -> None:  # type: ignore[no-untyped-def]
    if "tweakedPublicKey" in expected:
        key = xonly(unhex(expected["tweakedPublicKey"]))
        equal("output key", contract.output_key, key)
    if "internalKey" in expected:
        equal("internal key", UNSPENDABLE_XONLY, xonly(unhex(expected["internalKey"])))
    encoded = unhex(expected.get("tapTree", ""))
    if encoded and encoded[1] == 0xC0:
        check_taptree(contract.scripts, encoded)
