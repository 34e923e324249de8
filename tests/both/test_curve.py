"""The curve does what BIP-340 says and refuses what is not a key, a scalar or a point.

On CPython this is libsecp256k1, on MicroPython the device's own curve; `tests/curve` runs the
latter under CPython as well. Vectors: bip-0340_test-vectors.csv, bip-0341_wallet-test-vectors.json.
"""

import hashlib

import secp256k1
from arkcore.hashes import tagged_hash

from tests.both.helpers import hexed, vectors

_FOLDER = __file__.rsplit("/", 2)[0]
ONE = bytes(31) + b"\x01"
MINUS_ONE = hexed("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140")


def refuses(function, *args) -> bool:  # type: ignore[no-untyped-def]
    try:
        function(*args)
    except secp256k1.CurveError:
        return True
    return False


def scalar(seed: int) -> bytes:
    return secp256k1.scalar_reduce(hashlib.sha256(seed.to_bytes(4, "big")).digest())


def point(seed: int) -> bytes:
    return secp256k1.pubkey_create(scalar(seed))


def bip340_rows() -> "list[list[str]]":
    with open(_FOLDER + "/vectors/bips/bip-0340_test-vectors.csv") as file:
        return [line.rstrip("\n").split(",") for line in file.read().split("\n")[1:] if line]


def test_bip340_vectors_verify_or_fail_as_listed() -> None:
    rows = bip340_rows()
    assert len(rows) == 19
    for row in rows:
        key, message, signature = hexed(row[2]), hexed(row[4]), hexed(row[5])
        assert secp256k1.verify_schnorr(key, message, signature) == (row[6] == "TRUE"), row[0]


def test_bip340_vectors_with_a_secret_key_sign_to_the_listed_bytes() -> None:
    for row in bip340_rows():
        if row[1]:
            made = secp256k1.sign_schnorr(hexed(row[1]), hexed(row[4]), hexed(row[3]))
            assert made == hexed(row[5]), row[0]


def test_bip341_internal_keys_and_tweaks_give_the_listed_output_keys() -> None:
    for case in vectors("bips/bip-0341_wallet-test-vectors.json")["scriptPubKey"]:
        tweak = hexed(case["intermediary"]["tweak"])
        internal = secp256k1.lift_x(hexed(case["given"]["internalPubkey"]))
        output = secp256k1.tweak_add(internal, tweak)
        assert output[1:].hex() == case["intermediary"]["tweakedPubkey"]


def test_bip341_key_path_vectors_sign_to_the_listed_witness() -> None:
    for spending in vectors("bips/bip-0341_wallet-test-vectors.json")["keyPathSpending"]:
        for case in spending["inputSpending"]:
            secret = hexed(case["given"]["internalPrivkey"])
            public = secp256k1.pubkey_create(secret)
            assert public[1:].hex() == case["intermediary"]["internalPubkey"]
            if public[0] == 3:
                secret = secp256k1.scalar_negate(secret)
            root = hexed(case["given"]["merkleRoot"] or "")
            tweaked = secp256k1.scalar_add(secret, tagged_hash("TapTweak", public[1:], root))
            assert tweaked.hex() == case["intermediary"]["tweakedPrivkey"]
            message = hexed(case["intermediary"]["sigHash"])
            signature = secp256k1.sign_schnorr(tweaked, message, bytes(32))
            assert case["expected"]["witness"][0].startswith(signature.hex())


def test_addition_covers_doubling_inverse_and_infinity() -> None:
    p, q = point(1), point(2)
    assert secp256k1.point_add(p, p) == secp256k1.point_mul(p, bytes(31) + b"\x02")
    assert secp256k1.point_add(p, secp256k1.point_negate(p)) == secp256k1.INFINITY
    assert secp256k1.point_add(p, secp256k1.INFINITY) == p
    assert secp256k1.point_add(secp256k1.INFINITY, secp256k1.INFINITY) == secp256k1.INFINITY
    assert secp256k1.points_sum([p, q, secp256k1.point_negate(p)]) == q
    assert secp256k1.points_sum([]) == secp256k1.INFINITY
    assert secp256k1.point_negate(secp256k1.INFINITY) == secp256k1.INFINITY


def test_multiplication_covers_zero_one_minus_one_and_infinity() -> None:
    p = point(3)
    assert secp256k1.point_mul(p, bytes(32)) == secp256k1.INFINITY
    assert secp256k1.point_mul(p, ONE) == p
    assert secp256k1.point_mul(p, MINUS_ONE) == secp256k1.point_negate(p)
    assert secp256k1.point_mul(secp256k1.INFINITY, scalar(4)) == secp256k1.INFINITY
    assert secp256k1.pubkey_create(ONE) == secp256k1.GENERATOR
    assert secp256k1.pubkey_create(MINUS_ONE) == secp256k1.point_negate(secp256k1.GENERATOR)


def test_a_sum_of_products_is_the_product_of_the_sum() -> None:
    for count in (1, 2, 3, 17, 40):
        secrets = [scalar(100 + i) for i in range(count)]
        factors = [scalar(200 + i) for i in range(count)]
        expected = bytes(32)
        for i in range(count):
            product = secp256k1.scalar_mul(secrets[i], factors[i])
            expected = secp256k1.scalar_add(expected, product)
        points = [secp256k1.pubkey_create(secret) for secret in secrets]
        assert secp256k1.multi_mul(points, factors) == secp256k1.pubkey_create(expected)


def test_a_sum_of_products_allows_infinity_equal_points_and_cancellation() -> None:
    p, k = point(5), scalar(6)
    minus = secp256k1.scalar_negate(k)
    assert secp256k1.multi_mul([p, p], [k, minus]) == secp256k1.INFINITY
    assert secp256k1.multi_mul([p, secp256k1.INFINITY], [ONE, k]) == p
    assert secp256k1.multi_mul([p, p], [ONE, ONE]) == secp256k1.point_add(p, p)
    assert secp256k1.multi_mul([p], [bytes(32)]) == secp256k1.INFINITY
    assert secp256k1.multi_mul([], []) == secp256k1.INFINITY
    generator = secp256k1.multi_mul([secp256k1.GENERATOR, p], [k, ONE])
    assert generator == secp256k1.tweak_add(p, k)


def test_scalars_obey_the_group_order() -> None:
    a, b = scalar(7), scalar(8)
    assert secp256k1.scalar_add(a, secp256k1.scalar_negate(a)) == bytes(32)
    assert secp256k1.scalar_negate(bytes(32)) == bytes(32)
    assert secp256k1.scalar_add(MINUS_ONE, ONE) == bytes(32)
    assert secp256k1.scalar_mul(MINUS_ONE, MINUS_ONE) == ONE
    assert secp256k1.scalar_mul(a, b) == secp256k1.scalar_mul(b, a)
    assert secp256k1.scalar_reduce(secp256k1.ORDER) == bytes(32)
    assert secp256k1.scalar_reduce(b"\xff" * 32).hex() == (
        "000000000000000000000000000000014551231950b75fc4402da1732fc9bebe"
    )


def test_secret_keys_of_zero_order_and_above_or_other_lengths_are_refused() -> None:
    for bad in (bytes(32), secp256k1.ORDER, b"\xff" * 32, bytes(31), bytes(33)):
        assert not secp256k1.scalar_is_valid(bad)
        assert refuses(secp256k1.pubkey_create, bad)
        assert refuses(secp256k1.sign_schnorr, bad, b"m", bytes(32))
    assert secp256k1.scalar_is_valid(ONE)
    assert secp256k1.scalar_is_valid(MINUS_ONE)
    assert refuses(secp256k1.sign_schnorr, ONE, b"m", bytes(31))


def test_scalars_above_the_order_are_refused_in_arithmetic() -> None:
    p = point(9)
    for bad in (secp256k1.ORDER, b"\xff" * 32, bytes(31)):
        assert refuses(secp256k1.scalar_add, bad, ONE)
        assert refuses(secp256k1.scalar_mul, ONE, bad)
        assert refuses(secp256k1.scalar_negate, bad)
        assert refuses(secp256k1.point_mul, p, bad)
        assert refuses(secp256k1.multi_mul, [p], [bad])
        assert refuses(secp256k1.tweak_add, p, bad)
    assert refuses(secp256k1.scalar_reduce, bytes(31))
    assert refuses(secp256k1.multi_mul, [p], [])


def test_points_off_the_curve_or_badly_encoded_are_refused_everywhere() -> None:
    good = point(10)
    off_curve = b"\x02" + bytes(31) + b"\x05"
    too_large = hexed("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30")
    for bad in (off_curve, too_large, b"\x04" + good[1:], b"\x00" + good[1:], good[:32], b""):
        assert refuses(secp256k1.parse_point, bad)
        assert refuses(secp256k1.point_add, good, bad)
        assert refuses(secp256k1.point_mul, bad, ONE)
        assert refuses(secp256k1.point_mul, bad, bytes(32))
        assert refuses(secp256k1.multi_mul, [good, bad], [ONE, ONE])
        assert refuses(secp256k1.tweak_add, bad, ONE)
        assert refuses(secp256k1.point_negate, bad)
    assert refuses(secp256k1.parse_point, secp256k1.INFINITY)
    assert refuses(secp256k1.lift_x, off_curve[1:])
    assert refuses(secp256k1.lift_x, too_large[1:])
    assert refuses(secp256k1.lift_x, good)
    assert secp256k1.lift_x(good[1:]) == b"\x02" + good[1:]


def test_a_tweak_to_infinity_is_refused() -> None:
    assert refuses(secp256k1.tweak_add, secp256k1.GENERATOR, MINUS_ONE)
    assert refuses(secp256k1.tweak_add, secp256k1.INFINITY, ONE)
    assert secp256k1.tweak_add(secp256k1.GENERATOR, bytes(32)) == secp256k1.GENERATOR


def test_verification_is_false_for_malformed_input_and_any_changed_part() -> None:
    secret, message = scalar(11), b"a message"
    key = secp256k1.pubkey_create(secret)[1:]
    signature = secp256k1.sign_schnorr(secret, message, bytes(32))
    assert secp256k1.verify_schnorr(key, message, signature)
    assert not secp256k1.verify_schnorr(key, b"another", signature)
    assert not secp256k1.verify_schnorr(key[:31], message, signature)
    assert not secp256k1.verify_schnorr(key, message, signature[:63])
    for index in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[index] ^= 1
        assert not secp256k1.verify_schnorr(key, message, bytes(changed))
