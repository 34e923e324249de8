"""From mnemonic words to a wallet on flash, the same for creation and restore."""

from secp256k1.sha512 import pbkdf2_hmac_sha512

from signer import bip32, bip39, entropy
from signer.journal import Journal


def _no_records():
    return ()


def open_from_words(device, network: int, words: "list[str]") -> dict:
    """Stretches the words, writes the wallet, opens it: the result of both commands."""
    device.screen.show(["STANCHION", "", "Making keys ..."])
    seed = pbkdf2_hmac_sha512(
        " ".join(words).encode(), b"mnemonic", bip39.PBKDF2_ROUNDS, 64, device.progress
    )
    write_wallet(device, network, bip32.from_seed(seed))
    return {"fingerprint": device.keystore.fingerprint}


def write_wallet(device, network: int, master: bip32.Node) -> None:
    """Writes journal and wallet under a fresh data key, and opens both.

    The wallet file comes last: without it a power cut leaves the device empty, and whatever else
    was written is overwritten by the next wallet.
    """
    keystore = device.keystore
    data_key = entropy.seed_entropy(device.board, master.chain, 32)
    Journal(keystore.storage, data_key, _no_records).create()
    keystore.save(data_key, network, master)
    device.open_journal()
