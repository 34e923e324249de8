"""An owner who pays off chain by hand, so that tests can bend every step."""

from __future__ import annotations

import os

import secp256k1
from arkcore import arkfields
from arkcore.codec import outpoint
from arkcore.offchain import VtxoInput, ark_spend, ark_tx, checkpoint, receiver_output
from arkcore.psbt import (
    Psbt,
    PsbtMap,
    add_tap_leaf_script,
    add_tap_script_sig,
    set_witness_utxo,
)
from arkcore.scripts import VtxoScript
from arkcore.taproot import leaf_hash
from arkcore.tapsigs import LeafSpend
from arkcore.tx import TxOut
from stanchion.operator.engine import Operator
from stanchion.operator.offchain import OffchainTx
from stanchion.operator.vtxos import Vtxo

from tests.batch.operator import public, secret

AMOUNT_SAT = 20_000
SEND_SAT = 6_000
RECEIVER = public("receiver")[1:]
OWNER = secret("offchain owner")


def sign(spend: LeafSpend, fields: PsbtMap, key: bytes = OWNER) -> None:
    signature = secp256k1.sign_schnorr(key, spend.sighash(), os.urandom(32))
    xonly = secp256k1.pubkey_create(key)[1:]
    add_tap_script_sig(fields, xonly, leaf_hash(spend.leaf_script), signature)


class Payment:
    """An owner with VTXOs who builds what the protocol asks; tests bend it before it is sent."""

    def __init__(self, operator: Operator, count: int = 2) -> None:
        self.operator = operator
        config, keys = operator.context.config, operator.context.keys
        self.tree = VtxoScript(
            public("offchain owner")[1:], keys.signer_xonly, config.vtxo_exit_sequence
        )
        self.vtxos = [self._vtxo(index) for index in range(count)]
        operator.context.vtxos.add(self.vtxos)
        self.inputs = [self._input(vtxo) for vtxo in self.vtxos]
        leaf = keys.checkpoint_leaf(config)
        self.checkpoints = [checkpoint(one, leaf) for one in self.inputs]
        self.outputs = [
            receiver_output(RECEIVER, SEND_SAT, config.dust_sat),
            TxOut(count * AMOUNT_SAT - SEND_SAT, self.tree.script_pubkey),
        ]

    def _vtxo(self, index: int) -> Vtxo:
        far = self.operator.context.now + 1_000_000
        point = outpoint(os.urandom(32), index)
        script = self.tree.script_pubkey
        return Vtxo(point, AMOUNT_SAT, script, 1, far, ("ab" * 32,), depth=index)

    def _input(self, vtxo: Vtxo) -> VtxoInput:
        output = TxOut(vtxo.amount_sat, vtxo.script)
        return VtxoInput(vtxo.outpoint, output, self.tree.forfeit_leaf, self.tree.forfeit_control())

    def checkpoint_psbts(self, signed: bool = False) -> list[Psbt]:
        psbts = []
        for one in self.checkpoints:
            psbt = Psbt(one.tx)
            set_witness_utxo(psbt.inputs[0], one.vtxo.output)
            add_tap_leaf_script(psbt.inputs[0], one.vtxo.control, one.vtxo.leaf_script)
            arkfields.set_taptree(psbt.inputs[0], self.tree.scripts)
            if signed:
                sign(one.spend(), psbt.inputs[0])
            psbts.append(psbt)
        return psbts

    def ark_psbt(self, signer: bytes = OWNER) -> Psbt:
        psbt = Psbt(ark_tx(self.checkpoints, self.outputs))
        for index, (fields, one) in enumerate(zip(psbt.inputs, self.checkpoints, strict=True)):
            spend = ark_spend(psbt.tx, index, self.checkpoints)
            set_witness_utxo(fields, one.output)
            add_tap_leaf_script(fields, spend.control, spend.leaf_script)
            sign(spend, fields, signer)
        return psbt

    def submit(self, ark: Psbt | None = None, checkpoints: list[Psbt] | None = None) -> OffchainTx:
        texts = [psbt.to_base64() for psbt in checkpoints or self.checkpoint_psbts()]
        return self.operator.submit_tx((ark or self.ark_psbt()).to_base64(), texts)

    def finalize(self, ark_txid: str, count: int | None = None) -> OffchainTx:
        texts = [psbt.to_base64() for psbt in self.checkpoint_psbts(signed=True)[:count]]
        return self.operator.finalize_tx(ark_txid, texts)
