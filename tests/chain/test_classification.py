"""Which refusal is the root cause of a refused package (spec/bark.md 1.8): next steps hang on it.

A dead child is rebuilt, a known one is kept, a cheap one waits; mixing them up loses time or fees.
"""

import pytest
from stanchion.chain.port import PackageRejected, Refusal, classify

PARENT, CHILD = bytes([1]) * 32, bytes([2]) * 32
MISSING = "bad-txns-inputs-missingorspent"
FEE = "insufficient fee, rejecting replacement ab; new feerate 1 <= old feerate 2"
KNOWN = "txn-already-known"


def package(parent, child, message="transaction failed"):
    return PackageRejected(message, [(PARENT, parent), (CHILD, child)])


def test_the_childs_missing_input_is_only_a_consequence_of_the_refused_parent():
    error = package("min relay fee not met", MISSING)
    assert error.reason == "min relay fee not met"
    assert error.refusal is Refusal.INSUFFICIENT_FEE


def test_a_parents_missing_input_is_the_root_cause():
    assert package(MISSING, FEE).refusal is Refusal.MISSING_OR_SPENT_INPUTS


def test_a_known_parent_does_not_hide_the_childs_error():
    assert package(KNOWN, MISSING).refusal is Refusal.MISSING_OR_SPENT_INPUTS
    assert package("txn-already-in-mempool", FEE).refusal is Refusal.INSUFFICIENT_REPLACEMENT_FEE


def test_known_parent_and_known_child_count_as_known():
    assert package(KNOWN, "txn-already-in-mempool").refusal is Refusal.ALREADY_KNOWN
    assert package(KNOWN, None).refusal is Refusal.ALREADY_KNOWN


def test_an_accepted_parent_leaves_the_childs_error_as_root_cause():
    assert package(None, FEE).refusal is Refusal.INSUFFICIENT_REPLACEMENT_FEE


def test_without_any_error_of_a_transaction_the_packages_message_counts():
    error = package(None, None, "package-mempool-limits")
    assert error.reason == "package-mempool-limits"
    assert error.refusal is Refusal.OTHER


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (KNOWN, Refusal.ALREADY_KNOWN),
        ("Transaction outputs already in utxo set", Refusal.ALREADY_KNOWN),
        (MISSING, Refusal.MISSING_OR_SPENT_INPUTS),
        (FEE, Refusal.INSUFFICIENT_REPLACEMENT_FEE),
        ("mempool min fee not met, 200 < 400", Refusal.INSUFFICIENT_FEE),
        ("TRUC-violation, tx would have too many ancestors", Refusal.OTHER),
        ("", Refusal.OTHER),
    ],
)
def test_reads_a_nodes_words(text, refusal):
    assert classify(text) is refusal
