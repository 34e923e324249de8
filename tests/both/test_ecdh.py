"""A shared secret is the x of k·P, and points that are not on the curve are refused.

Vectors: wycheproof_ecdh_secp256k1_test.json, those whose key is an uncompressed point of the named
curve; x and parity of y are handed over, as this project encodes points.
"""

import secp256k1

from tests.both.helpers import hexed, vectors

# SubjectPublicKeyInfo of an uncompressed point on secp256k1, up to the point itself.
_HEADER = "3056301006072a8648ce3d020106052b8104000a034200"
_PRIME = 2**256 - 2**32 - 977


def compressed(x: bytes, y: bytes) -> bytes:
    return bytes((2 + (y[31] & 1),)) + x


def on_curve(x: int, y: int) -> bool:
    return x < _PRIME and y < _PRIME and (y * y - x * x * x - 7) % _PRIME == 0


def shared(case) -> bytes:  # type: ignore[no-untyped-def]
    """x of the product, or empty where the point is refused."""
    raw = hexed(case["public"][len(_HEADER) :])
    private = hexed(case["private"])
    secret = secp256k1.scalar_reduce((bytes(32) + private)[-32:])
    try:
        return secp256k1.point_mul(compressed(raw[1:33], raw[33:]), secret)[1:]
    except secp256k1.CurveError:
        return b""


def test_wycheproof_shared_secrets_come_out() -> None:
    seen = 0
    for group in vectors("bips/wycheproof_ecdh_secp256k1_test.json")["testGroups"]:
        for case in group["tests"]:
            if case["result"] == "valid" and case["public"].startswith(_HEADER + "04"):
                assert shared(case).hex() == case["shared"], case["tcId"]
                seen += 1
    assert seen == 473


def test_wycheproof_points_with_an_x_off_the_curve_are_refused() -> None:
    refused = 0
    for group in vectors("bips/wycheproof_ecdh_secp256k1_test.json")["testGroups"]:
        for case in group["tests"]:
            if case["result"] != "invalid" or not case["public"].startswith(_HEADER + "04"):
                continue
            raw = hexed(case["public"][len(_HEADER) :])
            x = int.from_bytes(raw[1:33], "big")
            square = (x * x * x + 7) % _PRIME
            if x >= _PRIME or pow(square, (_PRIME - 1) // 2, _PRIME) != 1:
                assert shared(case) == b"", case["tcId"]
                refused += 1
            # Every other invalid point has the x of a real one; compression leaves no wrong y.
            assert not on_curve(x, int.from_bytes(raw[33:], "big")), case["tcId"]
    assert refused >= 2
