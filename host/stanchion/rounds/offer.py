"""What one participant puts into a batch and wants out of it, and the proof that registers it.

The signer signs; the PSBTs are put together here, from the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arkcore import delays, intent
from arkcore.codec import outpoint_text
from arkcore.connectors import Connector
from arkcore.errors import ScriptError
from arkcore.forfeit import forfeit_tx
from arkcore.intent_proof import ProofCoin, build_proof
from arkcore.psbt import (
    Psbt,
    PsbtMap,
    add_tap_leaf_script,
    add_tap_script_sig,
    set_witness_utxo,
)
from arkcore.scripts import VtxoScript
from arkcore.taproot import leaf_hash
from arkcore.tx import TxOut

from stanchion.signers.facts import (
    AddressKind,
    InputFact,
    InputKind,
    OperatorFacts,
    OutputFact,
    OutputKind,
)
from stanchion.signers.port import Signer

_ADDRESS_OF_INPUT = {InputKind.VTXO: AddressKind.VTXO, InputKind.BOARDING: AddressKind.BOARDING}
_ADDRESS_OF_OUTPUT = {
    OutputKind.OWN_VTXO: AddressKind.VTXO,
    OutputKind.OWN_ONCHAIN: AddressKind.ONCHAIN,
}


@dataclass(frozen=True)
class OfferedCoin:
    """A coin with the scripts of its output; its collaborative leaf signs proof and forfeit."""

    fact: InputFact
    owner_xonly: bytes
    tree: VtxoScript

    @property
    def output(self) -> TxOut:
        return TxOut(self.fact.amount_sat, self.tree.script_pubkey)

    def add_signature(self, fields: PsbtMap, signature: bytes) -> None:
        """Puts the collaborative leaf and the owner's signature into a PSBT input."""
        leaf = self.tree.forfeit_leaf
        add_tap_leaf_script(fields, self.tree.forfeit_control(), leaf)
        add_tap_script_sig(fields, self.owner_xonly, leaf_hash(leaf), signature)

    def proof_coin(self) -> ProofCoin:
        coin = ProofCoin(self.fact.outpoint, self.output)
        coin.leaf = self.tree.forfeit_leaf
        coin.control = self.tree.forfeit_control()
        coin.scripts = self.tree.scripts
        return coin


@dataclass(frozen=True)
class WantedOutput:
    """An output that is asked for, with its script."""

    fact: OutputFact
    script: bytes

    @property
    def output(self) -> TxOut:
        return TxOut(self.fact.amount_sat, self.script)


@dataclass(frozen=True)
class Offer:
    """Coins and wanted outputs of one intent, in proof order."""

    coins: tuple[OfferedCoin, ...]
    outputs: tuple[WantedOutput, ...]
    operator: OperatorFacts
    valid_at: int = 0
    expire_at: int = 0

    @property
    def vtxo_positions(self) -> list[int]:
        """Inputs that have to be forfeited."""
        return [i for i, coin in enumerate(self.coins) if coin.fact.kind is InputKind.VTXO]

    @property
    def boarding_positions(self) -> list[int]:
        return [i for i, coin in enumerate(self.coins) if coin.fact.kind is InputKind.BOARDING]

    @property
    def offchain(self) -> list[WantedOutput]:
        return [debt for debt in self.outputs if not debt.fact.kind.onchain]

    @property
    def outpoints(self) -> list[str]:
        return [outpoint_text(coin.fact.outpoint) for coin in self.coins]

    def register_message(self, cosigner_key: bytes) -> str:
        onchain = [i for i, debt in enumerate(self.outputs) if debt.fact.kind.onchain]
        keys = [cosigner_key] if cosigner_key else []
        message: str = intent.register_message(onchain, self.valid_at, self.expire_at, keys)
        return message

    def register_proof(self, message: str, signatures: Sequence[bytes]) -> str:
        """Signed proof (base64 PSBT); one signature for each of its inputs."""
        return self._proof(message, [debt.output for debt in self.outputs], signatures)

    def deletion_proof(self, message: str, signatures: Sequence[bytes]) -> str:
        return self._proof(message, [], signatures)

    def forfeit(self, position: int, connector: Connector, signature: bytes) -> str:
        """The forfeit of one coin with its owner's signature (base64 PSBT)."""
        coin = self.coins[position]
        psbt = Psbt(
            forfeit_tx(
                coin.fact.outpoint,
                coin.fact.amount_sat,
                connector.outpoint,
                connector.output.amount_sat,
                self.operator.forfeit_script,
            )
        )
        set_witness_utxo(psbt.inputs[0], coin.output)
        set_witness_utxo(psbt.inputs[1], connector.output)
        coin.add_signature(psbt.inputs[0], signature)
        text: str = psbt.to_base64()
        return text

    def boarding(self, commitment: Psbt, signatures: Mapping[int, bytes]) -> str:
        """The commitment with the signatures of boarding coins, by position (base64 PSBT)."""
        psbt = Psbt.parse(commitment.serialize())
        points = [txin.outpoint for txin in psbt.tx.inputs]
        for position, signature in signatures.items():
            coin = self.coins[position]
            coin.add_signature(psbt.inputs[points.index(coin.fact.outpoint)], signature)
        text: str = psbt.to_base64()
        return text

    def _proof(self, message: str, outputs: list[TxOut], signatures: Sequence[bytes]) -> str:
        proof: Psbt = build_proof(message, [coin.proof_coin() for coin in self.coins], outputs)
        for position, (fields, signature) in enumerate(zip(proof.inputs, signatures, strict=True)):
            self.coins[max(position - 1, 0)].add_signature(fields, signature)
        text: str = proof.to_base64()
        return text


def make_offer(
    signer: Signer,
    inputs: Sequence[InputFact],
    outputs: Sequence[OutputFact],
    valid_at: int = 0,
    expire_at: int = 0,
) -> Offer:
    """Looks up the scripts of an offer's coins and own outputs at the signer.

    Raises SignerRefused; ScriptError `script-key` when the signer's address is not the script
    that its key and operator give.
    """
    operator = signer.get_operator()
    coins = tuple(_coin(signer, operator, fact) for fact in inputs)
    wanted = tuple(_wanted(signer, fact) for fact in outputs)
    return Offer(coins, wanted, operator, valid_at, expire_at)


def _coin(signer: Signer, operator: OperatorFacts, fact: InputFact) -> OfferedCoin:
    address = signer.get_address(_ADDRESS_OF_INPUT[fact.kind], fact.index)
    is_vtxo = fact.kind is InputKind.VTXO
    delay = operator.unilateral_exit_delay if is_vtxo else operator.boarding_exit_delay
    sequence = delays.from_operator_value(delay)
    tree = VtxoScript(address.owner_key, operator.signer_key[1:], sequence)
    if tree.script_pubkey != address.script:
        raise ScriptError("script-key", "the signer derives another script")
    return OfferedCoin(fact, address.owner_key, tree)


def _wanted(signer: Signer, fact: OutputFact) -> WantedOutput:
    if not fact.kind.own:
        return WantedOutput(fact, fact.script)
    return WantedOutput(fact, signer.get_address(_ADDRESS_OF_OUTPUT[fact.kind], fact.index).script)
