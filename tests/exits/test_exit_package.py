"""One file is enough to leave with, and shows on the day it is written that it is (I10).

Format: docs/exit-package.md.
"""

import json

import pytest
from stanchion.exits import exit_package
from stanchion.exits.exit_package import BadExitPackage, decode_package, encode_package

from tests.exits.bark_makers import make_plan


@pytest.fixture
def text(chain, owner, batch):
    plans = [*batch.plans[:2], make_plan(chain, owner, "arkoor")]
    return encode_package("bcrt", [plan.to_json() for plan in plans])


def resealed(text, **changes):
    """The package with fields changed and a digest that fits again."""
    record = {**json.loads(text), **changes}
    return json.dumps({**record, "digest": exit_package._digest(record)})


def test_both_families_are_read_again_as_they_were(chain, owner, batch, text):
    package = decode_package(text)
    assert package.segwit_prefix == "bcrt"
    assert [p.to_json() for p in package.plans[:2]] == [p.to_json() for p in batch.plans[:2]]
    assert encode_package("bcrt", [plan.to_json() for plan in package.plans]) == text


def test_refuses_a_file_that_was_changed_or_cut(text):
    with pytest.raises(BadExitPackage, match="digest"):
        decode_package(text.replace('"amount_sat": 20000', '"amount_sat": 20001', 1))
    for size in range(0, len(text) - 2, len(text) // 7):
        with pytest.raises(BadExitPackage):
            decode_package(text[:size])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "other"}, "not an exit package"),
        ({"version": 2}, "version 2"),
        ({"extra": 1}, "unknown"),
        ({"segwit_prefix": "ltc"}, "unknown"),
        ({"vtxos": []}, "no VTXOs"),
        ({"vtxos": [{"type": "other"}]}, "unknown kind"),
        ({"vtxos": ["text"]}, "unknown kind"),
        ({"vtxos": [{"type": "arkade"}]}, "VTXO 0"),
    ],
)
def test_refuses_what_another_program_might_read_differently(text, changes, words):
    with pytest.raises(BadExitPackage, match=words):
        decode_package(resealed(text, **changes))


def test_refuses_an_exit_that_could_not_be_carried_to_its_end(text):
    (first, *rest) = json.loads(text)["vtxos"]
    first["transactions"] = first["transactions"][:-1]
    with pytest.raises(BadExitPackage, match="VTXO 0"):
        decode_package(resealed(text, vtxos=[first, *rest]))


def test_refuses_a_vtxo_that_is_in_it_twice(text):
    records = json.loads(text)["vtxos"]
    with pytest.raises(BadExitPackage, match="twice"):
        decode_package(resealed(text, vtxos=[*records, records[0]]))


def test_refuses_deep_nesting_and_other_texts():
    for text in ("[" * 100_000, "null", "{}", "\x00"):
        with pytest.raises(BadExitPackage):
            decode_package(text)
