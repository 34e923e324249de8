"""Refusals that no serial line can bring about: the table of the wire or chance stands before them.

Invariants I4 and I8: the check holds by itself, without the one in front of it.
"""

import secp256k1
from arkcore.scripts import p2wpkh_script
from signer import bip32
from signer.operator_profile import OperatorProfile
from wire.terms import NETWORK_REGTEST

from tests.both.helpers import refusal

KEY = secp256k1.pubkey_create(bytes(31) + b"\x07")
ONE = bytes(31) + b"\x01"


def profile(name: str) -> OperatorProfile:
    return OperatorProfile(
        NETWORK_REGTEST,
        {
            "name": name,
            "signer_key": KEY,
            "forfeit_key": KEY,
            "forfeit_script": p2wpkh_script(KEY),
            "unilateral_exit_delay": 20,
            "boarding_exit_delay": 40,
            "checkpoint_exit_delay": 10,
            "min_batch_expiry": 100,
            "dust_sat": 330,
        },
    )


def test_a_plain_name_and_a_plain_sum_pass() -> None:
    assert profile("Operator 7").check() is None
    assert bip32._add(ONE, ONE) == bytes(31) + b"\x02"


def test_refuses_an_operator_whose_name_the_screen_cannot_show() -> None:
    for name in ("", "a\nb", "x" * 25, "\u0430pple"):
        assert refusal(profile(name).check) == "operator-name"


def test_refuses_a_key_that_does_not_exist() -> None:
    for tweak in (b"\xff" * 32, secp256k1.scalar_negate(ONE)):
        assert refusal(bip32._add, ONE, tweak) == "key-derivation"
