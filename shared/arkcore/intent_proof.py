"""Intent proofs as PSBTs: built for the operator, verified as the operator does (spec 7.2, 7.5)."""

import secp256k1

from arkcore import arkfields, closures, conditions, intent, psbt
from arkcore.errors import EncodingError, SigningError
from arkcore.hashes import sha256
from arkcore.nodes import is_p2tr
from arkcore.psbt import Psbt
from arkcore.sighash import SIGHASH_ALL, SIGHASH_DEFAULT, taproot_sighash
from arkcore.taproot import UNSPENDABLE_XONLY, check_control_block, leaf_hash
from arkcore.tx import TxOut


class ProofCoin:
    """A coin to prove: `outpoint` (36 bytes), `txout`, `sequence`; how it is spent: `leaf`
    script with its `control` block, all leaf `scripts` of its output in build order, and
    `condition` items where the leaf has a condition (a note's preimage)."""

    __slots__ = ("outpoint", "txout", "sequence", "leaf", "control", "scripts", "condition")

    def __init__(self, outpoint: bytes, txout: TxOut, sequence: int = 0xFFFFFFFF) -> None:
        self.outpoint = outpoint
        self.txout = txout
        self.sequence = sequence
        self.leaf = b""
        self.control = b""
        self.scripts: list[bytes] = []
        self.condition: "list[bytes] | None" = None

    def facts(self) -> "tuple[bytes, TxOut, int]":
        """The coin as `intent.proof_tx` takes it."""
        return self.outpoint, self.txout, self.sequence


def build_proof(message: str, coins: "list[ProofCoin]", outputs: "list[TxOut]") -> Psbt:
    """The unsigned proof. Raises EncodingError `intent-inputs`, `intent-coin`."""
    facts = [coin.facts() for coin in coins]
    proof = Psbt(intent.proof_tx(message, facts, outputs))
    proof.globals.set(psbt.GLOBAL_SIGNED_MESSAGE, message.encode())
    for index, txout in enumerate(intent.proof_prevouts(facts)):
        coin = coins[max(index - 1, 0)]
        entries = proof.inputs[index]
        psbt.set_witness_utxo(entries, txout)
        psbt.set_sighash_type(entries, SIGHASH_ALL)
        if coin.leaf:
            psbt.add_tap_leaf_script(entries, coin.control, coin.leaf)
        if index and coin.scripts:
            arkfields.set_taptree(entries, coin.scripts)
        if index and coin.condition is not None:
            arkfields.set_condition(entries, coin.condition)
    return proof


def proof_fee(proof: Psbt) -> int:
    """Inputs less outputs, in sat. Raises EncodingError `intent-fee` if that is negative."""
    spent = sum([txout.amount_sat for txout in proof.prevouts()])
    fee_sat = spent - sum([txout.amount_sat for txout in proof.tx.outputs])
    if fee_sat < 0:
        raise EncodingError("intent-fee", "%d sat more out than in" % -fee_sat)
    return fee_sat


def verify(proof: Psbt, message: str, skip_keys: "list[bytes] | None" = None) -> None:
    """Every coin of the proof was proven, for this very message.

    `skip_keys`: x-only keys (the operator's) whose signature is not demanded. Raises EncodingError
    `intent-inputs`, `intent-outputs`, `intent-message-input`, `intent-duplicate`, `intent-leaf`,
    `intent-condition`, `psbt-*`, `arkfield-*`, SigningError `intent-sighash`, `intent-signature`,
    ScriptError `closure-*`, `condition-*`, `control-block`.
    """
    if len(proof.tx.inputs) < 2:
        raise EncodingError("intent-inputs", "two needed")
    if not proof.tx.outputs:
        raise EncodingError("intent-outputs")
    prevouts = proof.prevouts()
    _check_message_input(proof, message, prevouts)
    seen: set[bytes] = set()
    for txin in proof.tx.inputs:
        if txin.outpoint in seen:
            raise EncodingError("intent-duplicate", txin.outpoint.hex())
        seen.add(txin.outpoint)
    for index in range(len(proof.tx.inputs)):
        _verify_input(proof, index, prevouts, skip_keys or [])


def _check_message_input(proof: Psbt, message: str, prevouts: "list[TxOut]") -> None:
    """Input 0 spends `to_spend` of this message and of the script of input 1.

    Every signature commits to this outpoint, hence to the message: a proof for one message cannot
    serve another.
    """
    to_spend = intent.to_spend_tx(message, prevouts[1].script)
    txin = proof.tx.inputs[0]
    if txin.txid != to_spend.txid() or txin.vout != 0:
        raise EncodingError("intent-message-input", "proves another message")
    if prevouts[0] != to_spend.outputs[0]:
        raise EncodingError("intent-message-input", "spent output differs")


def _verify_input(
    proof: Psbt, index: int, prevouts: "list[TxOut]", skip_keys: "list[bytes]"
) -> None:
    entries = proof.inputs[index]
    leaves = psbt.tap_leaf_scripts(entries)
    if len(leaves) != 1 or not is_p2tr(prevouts[index].script):
        raise EncodingError("intent-leaf", "input %d" % index)
    control, script = leaves[0]
    internal = check_control_block(control, script, prevouts[index].script[2:])
    # Another internal key could spend the coin without any of these leaves.
    if internal != UNSPENDABLE_XONLY:
        raise EncodingError("intent-leaf", "key path of input %d" % index)
    closure = closures.decode(script)
    # Input 0 repeats coin 1, whose own input shows the condition's witness.
    if closure.condition and index:
        _verify_condition(closure, arkfields.condition(entries))
    if closure.kind != closures.NOTE:
        _verify_signatures(proof, index, prevouts, closure, skip_keys)


def _verify_condition(closure: closures.Closure, items: "list[bytes] | None") -> None:
    if closure.kind == closures.NOTE:
        if not items or sha256(items[0]) != closure.condition[2:34]:
            raise EncodingError("intent-condition", "not the preimage of the note")
    elif not conditions.evaluate(closure.condition, items or []):
        raise EncodingError("intent-condition", "not met")


def _verify_signatures(
    proof: Psbt,
    index: int,
    prevouts: "list[TxOut]",
    closure: closures.Closure,
    skip_keys: "list[bytes]",
) -> None:
    signed = []
    digest = leaf_hash(closure.script)
    for key, signed_leaf, signature in psbt.tap_script_sigs(proof.inputs[index]):
        hash_type = signature[64] if len(signature) == 65 else SIGHASH_DEFAULT
        # Anything less than all inputs would leave the message out of what is signed.
        if hash_type not in (SIGHASH_DEFAULT, SIGHASH_ALL):
            raise SigningError("intent-sighash", "0x%02x" % hash_type)
        if key not in closure.keys or signed_leaf != digest:
            raise SigningError("intent-signature", "input %d, foreign key or leaf" % index)
        sighash = taproot_sighash(proof.tx, index, prevouts, digest, hash_type)
        if not secp256k1.verify_schnorr(key, sighash, signature[:64]):
            raise SigningError("intent-signature", "input %d" % index)
        signed.append(key)
    for key in closure.keys:
        if key not in signed and key not in skip_keys:
            raise SigningError("intent-signature", "input %d lacks %s" % (index, key.hex()))
