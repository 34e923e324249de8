"""MuSig2 is BIP-327 to the byte, failures included, and never signs twice with one nonce.

Vectors: bip-0327_vectors_*.json. Invariant I2: a secret nonce is taken once.
"""

import secp256k1
from arkcore import musig2

from tests.both.helpers import hexed, refusal, vectors

ERROR_TAGS = {"pubkey": "musig-pubkey", "pubnonce": "musig-pubnonce", "psig": "musig-psig"}
ERROR_TAGS["aggnonce"] = ERROR_TAGS["aggothernonce"] = "musig-aggnonce"


def load(name: str):  # type: ignore[no-untyped-def]
    return vectors("bips/bip-0327_vectors_" + name + "_vectors.json")


def picked(texts: "list[str]", indices: "list[int]") -> "list[bytes]":
    return [hexed(texts[i]) for i in indices]


def tweaked(keys: "list[bytes]", tweaks: "list[bytes]", modes: "list[bool]") -> musig2.KeyAgg:
    agg = musig2.key_agg(keys)
    for i in range(len(tweaks)):
        agg = musig2.apply_tweak(agg, tweaks[i], modes[i])
    return agg


def expected_tag(error) -> str:  # type: ignore[no-untyped-def]
    if error["type"] == "invalid_contribution":
        return ERROR_TAGS[error["contrib"]]
    message = error["message"]
    if "tweak" in message:
        return "musig-tweak"
    return "musig-not-a-cosigner" if "pubkey must be included" in message else "musig-nonce-reuse"


def secnonce(text: str) -> musig2.SecNonce:
    raw = hexed(text)
    return musig2.SecNonce(bytearray(raw[:64]), raw[64:])


def test_key_sort_vectors() -> None:
    data = load("key_sort")
    sorted_keys = musig2.key_sort([hexed(key) for key in data["pubkeys"]])
    assert sorted_keys == [hexed(key) for key in data["sorted_pubkeys"]]


def test_key_agg_vectors() -> None:
    data = load("key_agg")
    for case in data["valid_test_cases"]:
        agg = musig2.key_agg(picked(data["pubkeys"], case["key_indices"]))
        assert agg.xonly() == hexed(case["expected"])


def test_key_agg_vectors_that_must_fail() -> None:
    data = load("key_agg")
    for case in data["error_test_cases"]:
        keys = picked(data["pubkeys"], case["key_indices"])
        tweaks = picked(data["tweaks"], case["tweak_indices"])
        tag = refusal(tweaked, keys, tweaks, case["is_xonly"])
        assert tag == expected_tag(case["error"]), case["comment"]


def test_nonce_gen_vectors() -> None:
    def optional(text):  # type: ignore[no-untyped-def]
        return None if text is None else hexed(text)

    for case in load("nonce_gen")["test_cases"]:
        secret, public = musig2.nonce_gen(
            hexed(case["rand_"]),
            hexed(case["pk"]),
            optional(case["sk"]),
            optional(case["aggpk"]),
            optional(case["msg"]),
            optional(case["extra_in"]),
        )
        first, second = secret.take()
        assert first + second + hexed(case["pk"]) == hexed(case["expected_secnonce"])
        assert public == hexed(case["expected_pubnonce"])


def test_nonce_agg_vectors() -> None:
    data = load("nonce_agg")
    for case in data["valid_test_cases"]:
        nonces = picked(data["pnonces"], case["pnonce_indices"])
        assert musig2.nonce_agg(nonces) == hexed(case["expected"])
    for case in data["error_test_cases"]:
        nonces = picked(data["pnonces"], case["pnonce_indices"])
        assert refusal(musig2.nonce_agg, nonces) == expected_tag(case["error"]), case["comment"]


def test_sign_and_verify_vectors() -> None:
    data = load("sign_verify")
    for case in data["valid_test_cases"]:
        keys = picked(data["pubkeys"], case["key_indices"])
        nonces = picked(data["pnonces"], case["nonce_indices"])
        aggnonce = hexed(data["aggnonces"][case["aggnonce_index"]])
        assert musig2.nonce_agg(nonces) == aggnonce
        msg = hexed(data["msgs"][case["msg_index"]])
        session = musig2.Session(aggnonce, musig2.key_agg(keys), msg)
        psig = musig2.partial_sign(secnonce(data["secnonces"][0]), hexed(data["sk"]), session)
        assert psig == hexed(case["expected"])
        signer = case["signer_index"]
        assert musig2.partial_verify(psig, nonces[signer], keys[signer], session)


def test_sign_vectors_that_must_fail() -> None:
    data = load("sign_verify")

    def attempt(case) -> None:  # type: ignore[no-untyped-def]
        keys = picked(data["pubkeys"], case["key_indices"])
        aggnonce = hexed(data["aggnonces"][case["aggnonce_index"]])
        msg = hexed(data["msgs"][case["msg_index"]])
        session = musig2.Session(aggnonce, musig2.key_agg(keys), msg)
        nonce = secnonce(data["secnonces"][case["secnonce_index"]])
        musig2.partial_sign(nonce, hexed(data["sk"]), session)

    for case in data["sign_error_test_cases"]:
        assert refusal(attempt, case) == expected_tag(case["error"]), case["comment"]


def verify_case(data, case) -> bool:  # type: ignore[no-untyped-def]
    keys = picked(data["pubkeys"], case["key_indices"])
    nonces = picked(data["pnonces"], case["nonce_indices"])
    aggnonce = musig2.nonce_agg(nonces)
    session = musig2.Session(aggnonce, musig2.key_agg(keys), hexed(data["msgs"][case["msg_index"]]))
    signer = case["signer_index"]
    return musig2.partial_verify(hexed(case["sig"]), nonces[signer], keys[signer], session)


def test_partial_signatures_that_must_not_verify() -> None:
    data = load("sign_verify")
    for case in data["verify_fail_test_cases"]:
        assert not verify_case(data, case), case["comment"]
    for case in data["verify_error_test_cases"]:
        assert refusal(verify_case, data, case) == expected_tag(case["error"]), case["comment"]


def test_partial_verification_names_a_malformed_nonce_or_key() -> None:
    secret = bytes(31) + b"\x05"
    key = secp256k1.pubkey_create(secret)
    session = musig2.Session(key + key, musig2.key_agg([key]), bytes(32))
    bad = b"\x04" + key[1:]
    for nonce in (bad + key, key + bad, key, key + key + b"\x00", bytes(33) + key):
        assert refusal(musig2.partial_verify, secret, nonce, key, session) == "musig-pubnonce"
    assert refusal(musig2.partial_verify, secret, key + key, bad, session) == "musig-pubkey"


def test_tweak_vectors() -> None:
    data = load("tweak")
    msg = hexed(data["msg"])

    def attempt(case) -> bytes:  # type: ignore[no-untyped-def]
        keys = picked(data["pubkeys"], case["key_indices"])
        tweaks = picked(data["tweaks"], case["tweak_indices"])
        agg = tweaked(keys, tweaks, case["is_xonly"])
        session = musig2.Session(hexed(data["aggnonce"]), agg, msg)
        return musig2.partial_sign(secnonce(data["secnonce"]), hexed(data["sk"]), session)

    for case in data["valid_test_cases"]:
        assert attempt(case) == hexed(case["expected"]), case["comment"]
    for case in data["error_test_cases"]:
        assert refusal(attempt, case) == expected_tag(case["error"]), case["comment"]


def test_signature_aggregation_vectors() -> None:
    data = load("sig_agg")
    msg = hexed(data["msg"])

    def attempt(case):  # type: ignore[no-untyped-def]
        keys = picked(data["pubkeys"], case["key_indices"])
        tweaks = picked(data["tweaks"], case["tweak_indices"])
        agg = tweaked(keys, tweaks, case["is_xonly"])
        aggnonce = hexed(case["aggnonce"])
        assert musig2.nonce_agg(picked(data["pnonces"], case["nonce_indices"])) == aggnonce
        psigs = picked(data["psigs"], case["psig_indices"])
        signature = musig2.partial_sig_agg(psigs, musig2.Session(aggnonce, agg, msg))
        return agg, signature

    for case in data["valid_test_cases"]:
        agg, signature = attempt(case)
        assert signature == hexed(case["expected"])
        assert secp256k1.verify_schnorr(agg.xonly(), msg, signature)
    for case in data["error_test_cases"]:
        assert refusal(attempt, case) == expected_tag(case["error"]), case["comment"]


def test_deterministic_signing_vectors() -> None:
    data = load("det_sign")

    def attempt(case):  # type: ignore[no-untyped-def]
        keys = picked(data["pubkeys"], case["key_indices"])
        tweaks = [hexed(tweak) for tweak in case["tweaks"]]
        agg = tweaked(keys, tweaks, case["is_xonly"])
        rand = None if case["rand"] is None else hexed(case["rand"])
        msg = hexed(data["msgs"][case["msg_index"]])
        other = hexed(case["aggothernonce"])
        return musig2.deterministic_sign(hexed(data["sk"]), other, agg, msg, rand)

    for case in data["valid_test_cases"]:
        public, psig = attempt(case)
        assert [public, psig] == [hexed(text) for text in case["expected"]]
    for case in data["error_test_cases"]:
        assert refusal(attempt, case) == expected_tag(case["error"]), case["comment"]


def signing_setup():  # type: ignore[no-untyped-def]
    secret = bytes(31) + b"\x07"
    pubkey = secp256k1.pubkey_create(secret)
    agg = musig2.key_agg([pubkey])
    nonce, public = musig2.nonce_gen(b"\x11" * 32, pubkey, secret)
    return secret, nonce, public, musig2.Session(public, agg, bytes(32))


def test_refuses_a_second_signature_with_the_same_nonce() -> None:
    secret, nonce, _, session = signing_setup()
    musig2.partial_sign(nonce, secret, session)
    assert refusal(musig2.partial_sign, nonce, secret, session) == "musig-nonce-reuse"


def test_a_nonce_is_gone_even_when_signing_was_refused() -> None:
    secret, nonce, _, session = signing_setup()
    other = bytes(31) + b"\x09"
    assert refusal(musig2.partial_sign, nonce, other, session) == "musig-seckey"
    assert refusal(musig2.partial_sign, nonce, secret, session) == "musig-nonce-reuse"


def test_refuses_secret_keys_out_of_range() -> None:
    _, nonce, public, session = signing_setup()
    assert refusal(musig2.partial_sign, nonce, bytes(32), session) == "musig-seckey"
    agg = session.agg
    assert refusal(musig2.deterministic_sign, bytes(32), public, agg, b"") == "musig-seckey"


def test_refuses_randomness_and_keys_of_wrong_length() -> None:
    assert refusal(musig2.nonce_gen, bytes(31), bytes(33)) == "musig-rand"
    assert refusal(musig2.nonce_gen, bytes(32), bytes(32)) == "musig-pubkey"
    assert refusal(musig2.key_agg, []) == "musig-pubkey"
    _, _, public, session = signing_setup()
    args = (b"\x01" * 32, public, session.agg, b"", bytes(31))
    assert refusal(musig2.deterministic_sign, *args) == "musig-rand"


def test_refuses_keys_that_sum_to_infinity_or_are_infinity() -> None:
    assert refusal(musig2.key_agg, [bytes(33)]) == "musig-pubkey"
    assert refusal(musig2.plain_key, bytes(33)) == "musig-pubkey"


def test_a_wrong_aggregate_nonce_is_refused() -> None:
    _, _, public, session = signing_setup()
    for bad in (public[:65], b"\x04" + public[1:], public[:33] + b"\x05" + public[34:]):
        assert refusal(musig2.Session, bad, session.agg, b"") == "musig-aggnonce"


def test_a_plain_key_signs_alone_like_bip340() -> None:
    secret, nonce, public, _ = signing_setup()
    agg = musig2.plain_key(secp256k1.pubkey_create(secret))
    assert agg.point == secp256k1.pubkey_create(secret)
    tweak = bytes(31) + b"\x05"
    agg = musig2.apply_tweak(agg, tweak, True)
    session = musig2.Session(public, agg, b"message")
    psig = musig2.partial_sign(nonce, secret, session)
    signature = musig2.partial_sig_agg([psig], session)
    assert secp256k1.verify_schnorr(agg.xonly(), b"message", signature)


def test_refuses_the_coefficient_of_a_stranger() -> None:
    _, _, _, session = signing_setup()
    assert refusal(session.agg.coefficient, secp256k1.GENERATOR) == "musig-not-a-cosigner"


def test_refuses_to_hand_out_a_partial_signature_that_does_not_verify() -> None:
    # A session whose challenge was damaged in memory: the signature no longer fits its own nonce.
    secret, nonce, _, session = signing_setup()

    class Faulty(musig2.Session):
        def __init__(self) -> None:
            self.agg = session.agg
            self.msg = session.msg
            self.nonce_coefficient = session.nonce_coefficient
            self.final_nonce = session.final_nonce
            self.calls = 0

        def key_factor(self, pubkey: bytes) -> bytes:
            self.calls += 1
            return bytes(31) + bytes((self.calls,))

    assert refusal(musig2.partial_sign, nonce, secret, Faulty()) == "musig-own-signature"
