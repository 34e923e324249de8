"""Ark addresses (spec/arkade.md 2.9) and segwit addresses (BIP-173, BIP-350)."""

import secp256k1

from arkcore import bech32
from arkcore.errors import EncodingError

ARK_HRP_MAINNET = "ark"
ARK_HRP_TEST = "tark"
_ARK_VERSION = 0
_ARK_TEXT_LIMIT = 200
_SEGWIT_TEXT_LIMIT = 90


def ark_address(hrp: str, signer_xonly: bytes, vtxo_key: bytes) -> str:
    """Address of a VTXO: operator's signer key and taproot output key, both x-only (32 bytes).

    Raises EncodingError `address-length`.
    """
    if len(signer_xonly) != 32 or len(vtxo_key) != 32:
        raise EncodingError("address-length", "keys are 32 bytes")
    payload = bytes((_ARK_VERSION,)) + signer_xonly + vtxo_key
    return bech32.encode(hrp, bech32.to_groups(payload), bech32.BECH32M)


def _check_on_curve(xonly: bytes) -> None:
    try:
        secp256k1.lift_x(xonly)
    except secp256k1.CurveError:
        raise EncodingError("address-key", xonly.hex())


def decode_ark_address(text: str) -> "tuple[str, bytes, bytes]":
    """(prefix, signer key, VTXO output key) of an Ark address; keys are x-only (32 bytes).

    The caller compares prefix and signer key with its own operator. Raises EncodingError
    `bech32-*`, `address-hrp`, `address-version`, `address-length`, `address-key`.
    """
    hrp, groups, constant = bech32.decode(text, _ARK_TEXT_LIMIT)
    if constant != bech32.BECH32M:
        raise EncodingError("bech32-checksum", "not bech32m")
    if hrp not in (ARK_HRP_MAINNET, ARK_HRP_TEST):
        raise EncodingError("address-hrp", hrp)
    payload = bech32.from_groups(groups)
    if len(payload) != 65:
        raise EncodingError("address-length", "%d bytes" % len(payload))
    if payload[0] != _ARK_VERSION:
        raise EncodingError("address-version", "%d" % payload[0])
    signer, key = payload[1:33], payload[33:]
    # A key off the curve can never be spent: the sender would burn the payment.
    _check_on_curve(signer)
    _check_on_curve(key)
    return hrp, signer, key


def segwit_address(hrp: str, script: bytes) -> str:
    """Address of a witness program's scriptPubKey. Raises EncodingError `address-script`."""
    size = len(script)
    if size < 4 or size > 42 or script[1] != size - 2:
        raise EncodingError("address-script", "not a witness program")
    if script[0] == 0:
        version = 0
    elif 0x51 <= script[0] <= 0x60:
        version = script[0] - 0x50
    else:
        raise EncodingError("address-script", "not a witness program")
    if version == 0 and size not in (22, 34):
        raise EncodingError("address-script", "version 0 has 20 or 32 bytes")
    groups = [version] + bech32.to_groups(script[2:])
    return bech32.encode(hrp, groups, bech32.BECH32M if version else bech32.BECH32)


def segwit_script(hrp: str, text: str) -> bytes:
    """scriptPubKey (4 to 42 bytes) of a segwit address of the network `hrp`.

    Raises EncodingError `bech32-*`, `address-hrp`, `address-version`, `address-length`.
    """
    found, groups, constant = bech32.decode(text, _SEGWIT_TEXT_LIMIT)
    if found != hrp:
        raise EncodingError("address-hrp", found)
    if not groups or groups[0] > 16:
        raise EncodingError("address-version")
    version = groups[0]
    if constant != (bech32.BECH32M if version else bech32.BECH32):
        raise EncodingError("bech32-checksum", "wrong kind for the version")
    program = bech32.from_groups(groups[1:])
    size = len(program)
    if size < 2 or size > 40 or (version == 0 and size not in (20, 32)):
        raise EncodingError("address-length", "%d bytes" % size)
    return bytes((version + 0x50 if version else 0, size)) + program
