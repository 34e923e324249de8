"""Tap trees of VTXO scripts and their smallest exit delay.

Vectors: `vtxoscript` fixtures of arkd and of the TypeScript SDK (the latter without delay and key).
"""

from arkcore import closures, delays
from arkcore.scripts import LeafSet

from tests.conformance.checks.leaf_sets import unhex, xonly
from tests.conformance.mismatch import equal, require

UNITS = ["seconds", "blocks"]


def cases(document):  # type: ignore[no-untyped-def]
    return [(case["name"], case) for case in document]


def check(case) -> None:  # type: ignore[no-untyped-def]
    leaf_set = LeafSet([unhex(script) for script in case["scripts"]])
    equal("taproot key", leaf_set.output_key, case["taprootKey"])
    leaves = []
    if "smallestExitDelay" in case or "serverKey" in case:
        leaves = [closures.decode(script) for script in leaf_set.scripts]
    if "smallestExitDelay" in case:
        check_smallest(leaves, case["smallestExitDelay"])
    if "serverKey" in case:
        server = xonly(unhex(case["serverKey"]))
        for leaf in leaves:
            require(leaf.is_exit or server in leaf.keys, "forfeit leaf without the server")


def check_smallest(leaves, expected) -> None:  # type: ignore[no-untyped-def]
    found = [delays.decode(leaf.sequence) for leaf in leaves if leaf.is_exit]
    require(found, "no exit leaf")
    unit, value = min(found, key=lambda delay: delay[1])
    equal("smallest exit delay", [unit, value], [UNITS[expected["type"]], expected["value"]])
