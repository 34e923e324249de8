"""Words and seed are those of BIP-39, so the owner can leave for any other wallet (I10).

Vectors: bip-0039_vectors.json (reference implementation, passphrase TREZOR).
"""

from secp256k1.sha512 import pbkdf2_hmac_sha512
from signer import bip32, bip39
from signer.wordlist import BY_LETTER

from tests.both.helpers import hexed, refusal, vectors


def _cases() -> "list[list[str]]":
    """The vectors with 12 or 24 words; the device offers no other length."""
    return [case for case in vectors("bips/bip-0039_vectors.json")["english"]
            if len(case[1].split(" ")) in bip39.WORD_COUNTS]  # fmt: skip


def test_words_of_every_vector_are_made_and_read_back() -> None:
    cases = _cases()
    assert len(cases) >= 14
    for entropy, words, _, _ in cases:
        assert bip39.to_words(hexed(entropy)) == words.split(" "), words
        assert bip39.to_entropy(words.split(" ")) == hexed(entropy), words


def test_seed_and_master_key_of_a_vector_are_reached_through_pbkdf2() -> None:
    for case in (_cases()[0], _cases()[-1]):
        salt = b"mnemonicTREZOR"
        seed = pbkdf2_hmac_sha512(case[1].encode(), salt, bip39.PBKDF2_ROUNDS)
        assert seed.hex() == case[2], case[1]
        assert len(bip32.from_seed(seed).secret) == 32


def test_the_list_is_the_one_that_every_wallet_uses() -> None:
    from arkcore.hashes import sha256

    text = b"\n".join([word for block in BY_LETTER for word in block.split(b" ") if word]) + b"\n"
    assert sha256(text).hex() == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"


def test_number_and_word_are_inverse_for_the_whole_list() -> None:
    for number in list(range(0, 2048, 37)) + [2047]:
        assert bip39.number_of(bip39.word_at(number)) == number


def test_a_wrong_word_a_wrong_order_and_a_wrong_length_are_told_apart() -> None:
    words = ["abandon"] * 11 + ["about"]
    assert refusal(bip39.to_entropy, words) == ""
    assert refusal(bip39.to_entropy, ["about"] + words[:11]) == "mnemonic-checksum"
    assert refusal(bip39.to_entropy, words[:11]) == "mnemonic-length"
    assert refusal(bip39.to_entropy, words[:11] + ["abowt"]) == "mnemonic-word"
    assert refusal(bip39.to_entropy, words[:11] + [""]) == "mnemonic-word"


def test_letters_offered_while_spelling_lead_to_every_word_and_to_nothing_else() -> None:
    assert bip39.next_letters("") == "abcdefghijklmnopqrstuvwyz"
    assert bip39.next_letters("act") == " ioru"
    assert bip39.words_from("act") == ["act", "action", "actor", "actress", "actual"]
    assert bip39.words_from("x") == []
    for word in ("zoo", "zone", "act", "action", "year"):
        for length in range(len(word)):
            assert word[length] in bip39.next_letters(word[:length]), word
