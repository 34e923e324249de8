"""PBKDF2 of the device agrees with its vectors and leaves no key behind.

Run by tests/curve with the device's `secp256k1` package. Vectors:
wycheproof_pbkdf2_hmacsha512_test.json, bip-0039_vectors.json.
"""

from secp256k1 import sha512 as hashes

from tests.both.helpers import hexed, vectors


def test_wycheproof_pbkdf2_vectors() -> None:
    # All of them with machine code; two where portable Python would take minutes.
    few = hashes.compress_name == "plain"
    seen = 0
    for group in vectors("bips/wycheproof_pbkdf2_hmacsha512_test.json")["testGroups"]:
        for case in group["tests"][: 2 if few else None]:
            rounds = case["iterationCount"]
            derived = hashes.pbkdf2_hmac_sha512(
                hexed(case["password"]), hexed(case["salt"]), rounds, case["dkLen"]
            )
            assert (derived.hex() == case["dk"]) == (case["result"] == "valid"), case["tcId"]
            seen += 1
    assert few or seen == 58


def test_bip39_seeds_of_the_english_vectors() -> None:
    for row in vectors("bips/bip-0039_vectors.json")["english"][
        : 2 if hashes.compress_name == "plain" else 24
    ]:
        seed = hashes.pbkdf2_hmac_sha512(row[1].encode(), b"mnemonicTREZOR", 2048)
        assert seed.hex() == row[2]


def test_progress_moves_from_start_to_end_about_fifty_times() -> None:
    calls: list[tuple[int, int]] = []
    hashes.pbkdf2_hmac_sha512(b"p", b"s", 200, 64, lambda done, total: calls.append((done, total)))
    assert 40 <= len(calls) <= 50
    assert calls[0] == (4, 200) and calls[-1] == (196, 200)


def test_a_key_derivation_leaves_no_key_in_its_buffers() -> None:
    kept = []
    original = hashes._wipe

    def watch(*buffers: bytearray) -> None:
        original(*buffers)
        kept.extend(buffers)

    hashes._wipe = watch
    hashes.pbkdf2_hmac_sha512(b"password", b"salt", 3)
    hashes._wipe = original
    assert len(kept) >= 5
    assert all(not any(buffer) for buffer in kept)


def test_rounds_and_length_below_one_are_refused() -> None:
    for rounds, length in ((0, 64), (1, 0)):
        try:
            hashes.pbkdf2_hmac_sha512(b"", b"", rounds, length)
        except ValueError:
            continue
        raise AssertionError
