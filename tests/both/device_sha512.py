"""SHA-512 and HMAC of the device agree with the standards, at every padding boundary.

Run by tests/curve with the device's `secp256k1` package. Vectors: FIPS 180-4 examples,
wycheproof_hmac_sha512_test.json.
"""

from secp256k1 import sha512 as hashes
from secp256k1 import sha512_plain

from tests.both.helpers import hexed, vectors


def test_sha512_examples_of_fips_180() -> None:
    assert hashes.sha512(b"abc").hex() == (
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    )
    assert hashes.sha512(b"").hex() == (
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    )


def test_sha512_pads_messages_at_block_boundaries() -> None:
    # Digest of the digests of 0 .. 260 bytes, as any other SHA-512 computes it.
    total = b""
    for length in range(0, 261):
        total = hashes.sha512(total + bytes([length & 0xFF]) * length)
    assert total.hex() == (
        "8e9100737358604ea6e5298b98495a86ad66fc6f1171e3d422c5137fa353b225"
        "88178d657aa182b9a9b4da4e8e7463f29434429d25dc9b34fb5df05606fe9036"
    )


def test_wycheproof_hmac_vectors() -> None:
    seen = 0
    for group in vectors("bips/wycheproof_hmac_sha512_test.json")["testGroups"]:
        for case in group["tests"]:
            tag = hashes.hmac_sha512(hexed(case["key"]), hexed(case["msg"]))
            same = tag[: group["tagSize"] // 8].hex() == case["tag"]
            assert same == (case["result"] == "valid"), case["tcId"]
            seen += 1
    assert seen > 100


def test_every_block_function_agrees_with_the_portable_one() -> None:
    state, other = bytearray(64), bytearray(64)
    constants = hashes._CONSTANTS
    for seed in range(20):
        block = hashes.sha512(bytes([seed])) + hashes.sha512(bytes([seed, 1])) + bytes(512)
        hashes._compress(state, bytearray(block), constants)
        sha512_plain.compress(other, bytearray(block), constants)
        assert state == other
