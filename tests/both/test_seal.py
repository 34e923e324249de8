"""Nothing on flash can be read without the key, or changed without the device noticing (I9).

HMAC vectors: RFC 4231.
"""

from signer import seal

from tests.both.helpers import hexed, refusal

_KEY = bytes(range(32))


def test_hmac_agrees_with_rfc_4231() -> None:
    cases = (
        (b"\x0b" * 20, b"Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (b"\xaa" * 20, b"\xdd" * 50,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    )  # fmt: skip
    for key, message, expected in cases:
        assert seal.hmac_sha256(key, message) == hexed(expected)
        assert seal.hmac_sha256(key, message[:3], message[3:]) == hexed(expected)


def test_what_was_sealed_is_opened_whatever_its_length() -> None:
    sealer = seal.Sealer(_KEY, b"test")
    for length in (0, 1, 31, 32, 33, 64, 100):
        plain = bytes(range(length))
        cipher, tag = sealer.seal(b"context", plain)
        assert len(cipher) == length and len(tag) == seal.TAG_BYTES
        assert sealer.open(b"context", cipher, tag) == plain
        assert length < 16 or cipher != plain


def test_refuses_every_flipped_bit_of_ciphertext_tag_and_context() -> None:
    sealer = seal.Sealer(_KEY, b"test")
    cipher, tag = sealer.seal(b"context", b"amount")
    for position in range(len(cipher)):
        changed = bytearray(cipher)
        changed[position] ^= 1
        assert refusal(sealer.open, b"context", bytes(changed), tag) == "seal-broken"
    for position in range(len(tag)):
        changed = bytearray(tag)
        changed[position] ^= 0x80
        assert refusal(sealer.open, b"context", cipher, bytes(changed)) == "seal-broken"
    assert refusal(sealer.open, b"contexu", cipher, tag) == "seal-broken"
    assert refusal(sealer.open, b"context", cipher, tag[:15]) == "seal-broken"


def test_keys_and_purposes_do_not_open_each_others_seals() -> None:
    cipher, tag = seal.Sealer(_KEY, b"wallet").seal(b"", b"secret")
    assert refusal(seal.Sealer(_KEY, b"journal").open, b"", cipher, tag) == "seal-broken"
    assert refusal(seal.Sealer(bytes(32), b"wallet").open, b"", cipher, tag) == "seal-broken"


def test_equal_bodies_in_different_places_look_different() -> None:
    sealer = seal.Sealer(_KEY, b"test")
    assert sealer.seal(b"first", b"same body")[0] != sealer.seal(b"second", b"same body")[0]
