"""From mnemonic words to a wallet on flash, the same for creation and restore."""

from secp256k1.sha512 import pbkdf2_hmac_sha512

from signer import bip32, bip39, entropy
from signer.journal import Journal


def _no_records():
    return ()


def open_from_words(device, network: int, words: "list[str]") -> dict:
    """Stretches the words, writes journal and wallet, opens both: the result of both commands.

    The wallet file comes last: without it a power cut leaves the device empty, and whatever else
    was written is overwritten by the next wallet.
    """
    device.screen.show(["STANCHION", "", "Making keys ..."])
    seed = pbkdf2_hmac_sha512(
        " ".join(words).encode(), b"mnemonic", bip39.PBKDF2_ROUNDS, 64, device.progress
    )
    master = bip32.from_seed(seed)
    keystore = device.keystore
    data_key = entropy.seed_entropy(device.board, seed, 32)
    Journal(keystore.storage, data_key, _no_records).create()
    keystore.save(data_key, network, master)
    device.open_journal()
    return {"fingerprint": keystore.fingerprint}
