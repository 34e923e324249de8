"""The five networks: names, BIP-32 coin types, address prefixes."""

from signer.errors import Refused

BITCOIN = 0
TESTNET = 1
SIGNET = 2
MUTINYNET = 3
REGTEST = 4
NAMES = ("bitcoin", "testnet", "signet", "mutinynet", "regtest")
_SEGWIT_HRP = ("bc", "tb", "tb", "tb", "bcrt")


def check(network: int) -> None:
    """Raises Refused `network-unknown`."""
    if network < 0 or network >= len(NAMES):
        raise Refused("network-unknown", "%d" % network)


def coin_type(network: int) -> int:
    """BIP-44 coin type: 0 for bitcoin, 1 for every test network."""
    return 0 if network == BITCOIN else 1


def segwit_hrp(network: int) -> str:
    return _SEGWIT_HRP[network]


def ark_hrp(network: int) -> str:
    return "ark" if network == BITCOIN else "tark"
