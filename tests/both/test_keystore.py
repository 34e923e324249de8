"""Keys at rest come back whole or not at all, and lead where BIP-86 says (I4, I7, I10).

Vectors: the test vectors in the text of BIP-86.
"""

from secp256k1.sha512 import pbkdf2_hmac_sha512
from signer import bip32
from signer.keystore import FILE, KeyStore
from signer.limits import MAX_KEY_INDEX
from wire.terms import NETWORK_BITCOIN, NETWORK_REGTEST

from tests.both.device_parts import MemoryStorage
from tests.both.helpers import hexed, refusal

_WORDS = b"abandon " * 11 + b"about"
_DATA_KEY = bytes(range(32))
# (index, internal key, output key) of m/86'/0'/0'/0/index.
_BIP86 = (
    (0, "cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115",
     "a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c"),
    (1, "83dfe85a3151d2517290da461fe2815591ef69f2b18a2ce63f01697a8b313145",
     "a82f29944d65b86ae6b5e5cc75e294ead6c59391a1edc5e016e3498c67fc7bbb"),
)  # fmt: skip


def _new(network: int) -> "tuple[KeyStore, MemoryStorage]":
    storage = MemoryStorage()
    keystore = KeyStore(storage)
    keystore.save(_DATA_KEY, network, bip32.from_seed(bytes(range(16))))
    return keystore, storage


def test_onchain_keys_are_those_of_bip86() -> None:
    keystore = KeyStore(MemoryStorage())
    seed = pbkdf2_hmac_sha512(_WORDS, b"mnemonic", 2048)
    keystore.save(_DATA_KEY, NETWORK_BITCOIN, bip32.from_seed(seed))
    assert keystore.fingerprint.hex() == "73c5da0a"
    for index, internal, output in _BIP86:
        assert keystore.onchain_key(index)[1] == hexed(internal)
        assert keystore.onchain_spend_key(index)[1] == hexed(output)
        assert keystore.onchain_script(index) == hexed("5120" + output)


def test_secret_and_public_halves_belong_together() -> None:
    import secp256k1

    keystore = _new(NETWORK_REGTEST)[0]
    for index in (0, 1, 7):
        for secret, public in (
            keystore.owner_key(index),
            keystore.onchain_key(index),
            keystore.onchain_spend_key(index),
        ):
            assert secp256k1.pubkey_create(secret)[1:] == public


def test_each_use_and_each_network_kind_has_its_own_keys() -> None:
    regtest, bitcoin = _new(NETWORK_REGTEST)[0], _new(NETWORK_BITCOIN)[0]
    found = set()
    for keystore in (regtest, bitcoin):
        found |= {
            keystore.owner_key(0)[0],
            keystore.owner_key(1)[0],
            keystore.onchain_key(0)[0],
            keystore.onchain_spend_key(0)[0],
            keystore.cosigner_seed(),
        }
    assert len(found) == 10


def test_a_loaded_wallet_has_the_keys_of_the_saved_one() -> None:
    saved, storage = _new(NETWORK_REGTEST)
    loaded = KeyStore(storage)
    assert not loaded.is_open
    loaded.load()
    assert loaded.is_open and loaded.network == NETWORK_REGTEST
    assert loaded.fingerprint == saved.fingerprint and loaded.data_key == _DATA_KEY
    assert loaded.owner_key(3) == saved.owner_key(3)


def test_an_empty_device_stays_closed() -> None:
    keystore = KeyStore(MemoryStorage())
    keystore.load()
    assert not keystore.is_open


def test_refuses_every_changed_byte_and_every_other_length_of_the_file() -> None:
    whole = _new(NETWORK_REGTEST)[1].files[FILE]
    for position in range(len(whole)):
        storage = MemoryStorage()
        changed = bytearray(whole)
        changed[position] ^= 4
        storage.files[FILE] = bytes(changed)
        assert refusal(KeyStore(storage).load) == "wallet-damaged", position
    for length in (0, 10, len(whole) - 1):
        storage = MemoryStorage()
        storage.files[FILE] = whole[:length]
        assert refusal(KeyStore(storage).load) == "wallet-damaged", length


def test_refuses_a_changed_file_whose_checksum_was_made_right() -> None:
    from binascii import crc32

    whole = _new(NETWORK_REGTEST)[1].files[FILE]
    for position in (0, 3, 4, 40, 90, len(whole) - 5):
        changed = bytearray(whole)
        changed[position] ^= 1
        changed[-4:] = crc32(bytes(changed[:-4])).to_bytes(4, "little")
        storage = MemoryStorage()
        storage.files[FILE] = bytes(changed)
        assert refusal(KeyStore(storage).load) == "wallet-damaged", position


def test_the_file_shows_neither_key_nor_chain_code() -> None:
    master = bip32.from_seed(bytes(range(16)))
    content = _new(NETWORK_REGTEST)[1].files[FILE]
    assert content.find(master.secret) < 0 and content.find(master.chain) < 0


def test_refuses_an_index_beyond_what_a_restore_would_find() -> None:
    keystore = _new(NETWORK_REGTEST)[0]
    for key in (keystore.owner_key, keystore.onchain_key, keystore.onchain_spend_key):
        assert refusal(key, MAX_KEY_INDEX + 1) == "path-range"
        assert refusal(key, -1) == "path-range"
