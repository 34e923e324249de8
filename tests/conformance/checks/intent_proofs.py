"""Proof PSBTs, byte for byte. Vectors: `proof` fixtures of arkd.

Their txids are in internal order and a missing sequence is 0; there are no leaf scripts.
"""

from arkcore import intent_proof
from arkcore.codec import outpoint
from arkcore.psbt import Psbt
from arkcore.tx import TxOut

from tests.conformance.checks.leaf_sets import unhex
from tests.conformance.mismatch import equal, must_refuse


def cases(document):  # type: ignore[no-untyped-def]
    found = []
    for verdict in ("valid", "invalid"):
        for case in document.get(verdict, []):
            found.append((f"{verdict} {case['name']}", (verdict, case)))
    return found


def coin_of(given) -> intent_proof.ProofCoin:  # type: ignore[no-untyped-def]
    utxo = given.get("witness_utxo")
    txout = None if utxo is None else TxOut(utxo["amount"], unhex(utxo["script"]))
    point = outpoint(unhex(given["txid"]), given["vout"])
    return intent_proof.ProofCoin(point, txout, given.get("sequence", 0))  # type: ignore[arg-type]


def build(case) -> Psbt:  # type: ignore[no-untyped-def]
    coins = [coin_of(given) for given in case.get("inputs") or []]
    outputs = [TxOut(one["amount"], unhex(one["script"])) for one in case.get("outputs") or []]
    return intent_proof.build_proof(case.get("message", ""), coins, outputs)


def check(case) -> None:  # type: ignore[no-untyped-def]
    verdict, case = case
    if verdict == "invalid":
        must_refuse(case["name"], build, case)
        return
    equal("proof", build(case).to_base64(), case["expected"])
    equal("parsed", Psbt.from_base64(case["expected"]).to_base64(), case["expected"])
