"""The master key at rest and the keys derived from it (docs/adr/0004-journal.md).

On-chain keys are BIP-86, m/86'/coin'/0'/0/i. Ark owner keys are m/86'/coin'/1'/0/i. The seed of
the batch cosigner keys is m/86'/coin'/2'.
"""

from binascii import crc32

import secp256k1
from arkcore.codec import Reader
from arkcore.taproot import p2tr_script, tweak_hash
from wire.errors import PathError, StorageError

from signer import networks
from signer.bip32 import HARDENED, Node
from signer.limits import MAX_KEY_INDEX
from signer.seal import TAG_BYTES, SealBroken, Sealer

FILE = "wallet"
_MAGIC = b"STW\x01"
_PLAIN_BYTES = 69
_FILE_BYTES = len(_MAGIC) + 32 + _PLAIN_BYTES + TAG_BYTES + 4
_PURPOSE = 86
_ACCOUNT_ONCHAIN = 0
_ACCOUNT_OWNER = 1
_ACCOUNT_COSIGNER = 2


class KeyStore:
    """`storage` holds one file: the data key, and the master key sealed under it.

    The data key seals the journal too. A PIN will wrap it; until then whoever reads the flash has
    everything, and the file says so by holding it plainly.
    """

    __slots__ = ("storage", "data_key", "network", "fingerprint", "_master", "_branches")

    def __init__(self, storage) -> None:
        self.storage = storage
        self.data_key = b""
        self.network = 0
        self.fingerprint = b""
        self._master = None
        self._branches: "dict[int, Node]" = {}

    @property
    def is_open(self) -> bool:
        return self._master is not None

    def load(self) -> None:
        """Opens the wallet if there is one. Raises StorageError `wallet-damaged`."""
        data = self.storage.read(FILE, _FILE_BYTES)
        if data is None:
            return
        if len(data) != _FILE_BYTES or crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
            raise StorageError("wallet-damaged")
        reader = Reader(data)
        if reader.take(len(_MAGIC)) != _MAGIC:
            raise StorageError("wallet-damaged", "unknown version")
        data_key = reader.take(32)
        cipher, tag = reader.take(_PLAIN_BYTES), reader.take(TAG_BYTES)
        try:
            plain = Sealer(data_key, b"wallet").open(_MAGIC, cipher, tag)
        except SealBroken:
            raise StorageError("wallet-damaged", "seal")
        self._use(data_key, plain[0], plain[1:5], Node(plain[5:37], plain[37:]))

    def save(self, data_key: bytes, network: int, master: Node) -> None:
        """Writes a new wallet, all or nothing, and opens it. The journal must exist by then."""
        fingerprint = master.fingerprint()
        plain = bytes((network,)) + fingerprint + master.secret + master.chain
        cipher, tag = Sealer(data_key, b"wallet").seal(_MAGIC, plain)
        data = _MAGIC + data_key + cipher + tag
        self.storage.replace(FILE, data + crc32(data).to_bytes(4, "little"))
        self._use(data_key, network, fingerprint, master)

    def _use(self, data_key: bytes, network: int, fingerprint: bytes, master: Node) -> None:
        self.data_key = data_key
        self.network = network
        self.fingerprint = fingerprint
        self._master = master
        self._branches = {}

    def _account(self, account: int) -> Node:
        coin = networks.coin_type(self.network)
        return self._master.derive((_PURPOSE + HARDENED, coin + HARDENED, account + HARDENED))

    def _key(self, account: int, index: int) -> Node:
        if index < 0 or index > MAX_KEY_INDEX:
            # A coin at an absurd index would be lost to everyone who restores from the words.
            raise PathError("path-range", "%d" % index)
        branch = self._branches.get(account)
        if branch is None:
            branch = self._account(account).child(0)
            self._branches[account] = branch
        return branch.child(index)

    def owner_key(self, index: int) -> "tuple[bytes, bytes]":
        """(secret key, x-only public key) of an Ark output. Raises PathError `path-range`."""
        node = self._key(_ACCOUNT_OWNER, index)
        return node.secret, node.pubkey[1:]

    def onchain_key(self, index: int) -> "tuple[bytes, bytes]":
        """(internal secret key, internal x-only key) of a BIP-86 output. Raises `path-range`."""
        node = self._key(_ACCOUNT_ONCHAIN, index)
        return node.secret, node.pubkey[1:]

    def onchain_spend_key(self, index: int) -> "tuple[bytes, bytes]":
        """(tweaked secret key, x-only output key): what signs a key path spend (BIP-86)."""
        node = self._key(_ACCOUNT_ONCHAIN, index)
        secret = node.secret
        if node.pubkey[0] == 3:
            secret = secp256k1.scalar_negate(secret)
        secret = secp256k1.scalar_add(secret, tweak_hash(node.pubkey[1:], b""))
        return secret, secp256k1.pubkey_create(secret)[1:]

    def onchain_script(self, index: int) -> bytes:
        """scriptPubKey (34 bytes) of the BIP-86 output at `index`."""
        return p2tr_script(self.onchain_spend_key(index)[1])

    def cosigner_seed(self) -> bytes:
        """32 secret bytes from which batch cosigner keys are made, mixed with randomness."""
        return self._account(_ACCOUNT_COSIGNER).secret
