"""The networks of `wire.terms`: names, BIP-32 coin types, address prefixes."""

from wire.terms import NETWORK_BITCOIN

NAMES = ("bitcoin", "testnet", "signet", "mutinynet", "regtest")
_SEGWIT_HRP = ("bc", "tb", "tb", "tb", "bcrt")


def coin_type(network: int) -> int:
    """BIP-44 coin type: 0 for bitcoin, 1 for every test network."""
    return 0 if network == NETWORK_BITCOIN else 1


def segwit_hrp(network: int) -> str:
    return _SEGWIT_HRP[network]


def ark_hrp(network: int) -> str:
    return "ark" if network == NETWORK_BITCOIN else "tark"
