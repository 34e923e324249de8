"""Money goes where the address says, or the address is refused.

Vectors: the valid and invalid addresses of BIP-173 and BIP-350; the example of spec/arkade.md 2.9.
"""

from arkcore import bech32
from arkcore.address import ark_address, decode_ark_address, segwit_address, segwit_script

from tests.both.helpers import refusal

SIGNER = bytes.fromhex("33ffb3dee353b1a9ebe4ced64b946238d0a4ac364f275d771da6ad2445d07ae0")
KEY = bytes.fromhex("25a43cecfa0e1b1a4f72d64ad15f4cfa7a84d0723e8511c969aa543638ea9967")
TEXT = (
    "tark1qqellv77udfmr20tun8dvju5vgudpf9vxe8jwhthrkn26fz96pawqfdy8nk05rsmrf8h94j26905e7n6sng8y0"
    "59z8ykn2j5xcuw4xt846qj6x"
)
G = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
SEGWIT = [
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6"),
    (
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
    ),
    (
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
    ),
    ("BC1SW50QGDZ25J", "6002751e"),
    ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"),
    (
        "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    ),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "5120" + G),
]
BAD_SEGWIT = [
    ("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "address-hrp"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "bech32-checksum"),
    ("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", "bech32-checksum"),
    ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "bech32-checksum"),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "bech32-checksum"),
    ("tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", "bech32-checksum"),
    ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "bech32-character"),
    ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "address-version"),
    ("bc1pw5dgrnzv", "address-length"),
    (
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
        "address-length",
    ),
    ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "address-length"),
    ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "bech32-character"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "bech32-padding"),
    ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "bech32-padding"),
    ("bc1gmk9yu", "address-version"),
]


def test_ark_address_of_the_protocol_reads_and_writes() -> None:
    assert decode_ark_address(TEXT) == ("tark", SIGNER, KEY)
    assert ark_address("tark", SIGNER, KEY) == TEXT
    assert decode_ark_address(TEXT.upper()) == ("tark", SIGNER, KEY)


def with_payload(payload: bytes, hrp: str = "tark", constant: int = bech32.BECH32M) -> str:
    return bech32.encode(hrp, bech32.to_groups(payload), constant)


def test_refuses_ark_addresses_of_other_networks_versions_and_sizes() -> None:
    payload = b"\x00" + SIGNER + KEY
    assert refusal(decode_ark_address, with_payload(payload, "bc")) == "address-hrp"
    assert refusal(decode_ark_address, with_payload(b"\x01" + payload[1:])) == "address-version"
    assert refusal(decode_ark_address, with_payload(payload[:-1])) == "address-length"
    assert refusal(decode_ark_address, with_payload(payload + b"\x00")) == "address-length"
    checked_as_bech32 = with_payload(payload, "tark", bech32.BECH32)
    assert refusal(decode_ark_address, checked_as_bech32) == "bech32-checksum"
    assert refusal(ark_address, "tark", SIGNER[1:], KEY) == "address-length"


def test_refuses_an_ark_address_with_a_key_off_the_curve() -> None:
    off_curve = b"\xff" * 32
    assert refusal(decode_ark_address, with_payload(b"\x00" + off_curve + KEY)) == "address-key"
    assert refusal(decode_ark_address, with_payload(b"\x00" + SIGNER + off_curve)) == "address-key"


def test_refuses_every_single_changed_character() -> None:
    for index in range(5, len(TEXT)):
        other = "q" if TEXT[index] != "q" else "p"
        changed = TEXT[:index] + other + TEXT[index + 1 :]
        assert refusal(decode_ark_address, changed) == "bech32-checksum", index


def test_refuses_text_that_is_no_bech32() -> None:
    assert refusal(decode_ark_address, "") == "bech32-length"
    assert refusal(decode_ark_address, "tark1" + "q" * 300) == "bech32-length"
    assert refusal(decode_ark_address, "tarkqqqqqqqqqqq") == "bech32-length"
    assert refusal(decode_ark_address, " " + TEXT) == "bech32-character"
    assert refusal(decode_ark_address, "T" + TEXT[1:]) == "bech32-character"
    assert refusal(decode_ark_address, TEXT[:-1] + "\xe9") == "bech32-character"


def test_segwit_addresses_of_the_bips_read_and_write() -> None:
    for text, script in SEGWIT:
        hrp = text[:2].lower()
        assert segwit_script(hrp, text).hex() == script, text
        assert segwit_address(hrp, bytes.fromhex(script)) == text.lower(), text


def test_refuses_the_invalid_segwit_addresses_of_the_bips() -> None:
    for text, tag in BAD_SEGWIT:
        hrp = "tb" if text.lower().startswith("tb") else "bc"
        assert refusal(segwit_script, hrp, text) == tag, text


def test_refuses_addresses_for_scripts_that_have_none() -> None:
    for script in (
        "",
        "6a",
        "0000",
        "76a914" + "00" * 20 + "88ac",
        "0015" + "00" * 21,
        "5121" + "00" * 32,
        "5129" + "00" * 41,
        "5101" + "00",
        "6120" + "00" * 32,
        "5020" + "00" * 32,
        "6a20" + "00" * 32,
    ):
        assert refusal(segwit_address, "bc", bytes.fromhex(script)) == "address-script", script
