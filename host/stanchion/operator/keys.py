"""The operator's three keys and the scripts that follow from them (spec/arkade.md 1, 2.7)."""

from __future__ import annotations

import secrets

import secp256k1
from arkcore.scripts import checkpoint_leaf, p2wpkh_script, sweep_leaf, sweep_root

from stanchion.chain.wallet import KeyPathKey
from stanchion.operator.config import OperatorConfig


def fresh_secret() -> bytes:
    """A random secret key (32 bytes)."""
    while True:
        candidate = secrets.token_bytes(32)
        if secp256k1.scalar_is_valid(candidate):
            return candidate


class OperatorKeys:
    """`signer` (in every VTXO script), `forfeit` (sweeps, forfeits), `tree` (cosigner).

    Secrets are 32 bytes. Connectors have a key of their own, so that the wallet never spends one.
    The tree key is made anew for each process, as arkd does.
    """

    def __init__(
        self,
        signer: bytes | None = None,
        forfeit: bytes | None = None,
        tree: bytes | None = None,
        connector: bytes | None = None,
    ) -> None:
        self.signer_secret = signer or fresh_secret()
        self.forfeit_secret = forfeit or fresh_secret()
        self.tree_secret = tree or fresh_secret()
        self.signer = secp256k1.pubkey_create(self.signer_secret)
        self.connector = KeyPathKey(connector or fresh_secret())
        self.forfeit = secp256k1.pubkey_create(self.forfeit_secret)
        self.tree = secp256k1.pubkey_create(self.tree_secret)

    @property
    def signer_xonly(self) -> bytes:
        return self.signer[1:]

    @property
    def forfeit_xonly(self) -> bytes:
        return self.forfeit[1:]

    @property
    def forfeit_script(self) -> bytes:
        """P2WPKH of the forfeit key (22 bytes): where forfeited VTXOs go."""
        return p2wpkh_script(self.forfeit)

    def sweep_leaf(self, expiry_sequence: int) -> bytes:
        return sweep_leaf(expiry_sequence, self.forfeit_xonly)

    def sweep_root(self, expiry_sequence: int) -> bytes:
        return sweep_root(expiry_sequence, self.forfeit_xonly)

    def checkpoint_leaf(self, config: OperatorConfig) -> bytes:
        return checkpoint_leaf(config.checkpoint_exit_sequence, self.forfeit_xonly)
