"""Keys are derived as BIP-32 says, so any other wallet finds the owner's coins again (I10).

Vectors: bip-0032_vectors.json (the text of BIP-32), read from its xprv strings.
"""

from signer import bip32

from tests.both.helpers import hexed, refusal, vectors

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _decode(extended: str) -> "tuple[bytes, bytes]":
    """(chain code, key field) of an xprv or xpub; the checksum is not looked at."""
    value = 0
    for character in extended:
        value = value * 58 + _ALPHABET.index(character)
    raw = value.to_bytes(82, "big")
    return raw[13:45], raw[45:78]


def _path(text: str) -> "tuple[int, ...]":
    indexes = []
    for part in text.split("/")[1:]:
        hardened = part.endswith("'")
        number = int(part[:-1] if hardened else part)
        indexes.append(number + bip32.HARDENED if hardened else number)
    return tuple(indexes)


def test_derives_every_private_and_public_key_of_the_standard() -> None:
    checked = 0
    for vector in vectors("bips/bip-0032_vectors.json"):
        if not vector.get("seed"):
            continue
        master = bip32.from_seed(hexed(vector["seed"]))
        for chain in vector["chains"]:
            node = master.derive(_path(chain["path"]))
            name = vector["name"] + " " + chain["path"]
            assert _decode(chain["xprv"]) == (node.chain, b"\x00" + node.secret), name
            assert _decode(chain["xpub"]) == (node.chain, node.pubkey), name
            checked += 1
    assert checked >= 17


def test_fingerprint_is_the_one_other_wallets_show() -> None:
    node = bip32.from_seed(hexed("000102030405060708090a0b0c0d0e0f"))
    assert node.fingerprint().hex() == "3442193e"


def test_refuses_an_index_that_is_no_number_of_32_bits() -> None:
    node = bip32.from_seed(bytes(16))
    assert refusal(node.child, -1) == "path-range"
    assert refusal(node.child, 1 << 32) == "path-range"
