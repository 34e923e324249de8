"""Off-chain transactions of the operator: accepted at submit, booked at finalize (arkade.md 10).

A transaction is kept before its answer leaves, so that a restart finds every signature that the
operator ever gave away.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import secp256k1
from arkcore import intent as intents
from arkcore.codec import from_hex_txid, outpoint, parse_outpoint_text, to_hex_txid
from arkcore.nodes import is_p2tr
from arkcore.offchain import ark_spend
from arkcore.psbt import Psbt, PsbtMap, add_tap_script_sig, tap_script_sigs
from arkcore.taproot import leaf_hash, p2tr_script
from arkcore.tapsigs import LeafSpend

from stanchion.operator.context import OperatorContext
from stanchion.operator.errors import Code, OperatorError
from stanchion.operator.offchain_check import (
    CheckpointRequest,
    check_ark_tx,
    check_checkpoint,
    check_signed,
    is_subdust,
    order_checkpoints,
    parse_psbt,
)
from stanchion.operator.registration import Proof, check_time
from stanchion.operator.settlement import read_leaf
from stanchion.operator.vtxos import Vtxo


@dataclass(frozen=True)
class OffchainTx:
    """One off-chain transaction: txid (display hex) and PSBTs (base64) with the operator's
    signatures; `spends` are outpoints as text, in the order of `checkpoints`."""

    ark_txid: str
    ark_tx: str
    checkpoints: tuple[str, ...]
    spends: tuple[str, ...]
    accepted_at: int
    finalized_at: int = 0

    @property
    def finalized(self) -> bool:
        return self.finalized_at > 0

    @property
    def checkpoint_txids(self) -> list[str]:
        return [to_hex_txid(Psbt.from_base64(text).tx.txid()) for text in self.checkpoints]

    def record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> OffchainTx:
        """Raises ValueError when a field is missing or unknown."""
        lists = {name: tuple(record.get(name, ())) for name in ("checkpoints", "spends")}
        try:
            return cls(**{**record, **lists})
        except TypeError as error:
            raise ValueError("not a record of an off-chain transaction") from error

    def answer(self) -> dict[str, Any]:
        """The JSON body that submit answers with."""
        return {
            "arkTxid": self.ark_txid,
            "finalArkTx": self.ark_tx,
            "signedCheckpointTxs": list(self.checkpoints),
        }


class OffchainStore(Protocol):
    """Durable when `save` returns; a later save of the same txid replaces the earlier one."""

    def save(self, tx: OffchainTx) -> None: ...

    def all(self) -> list[OffchainTx]:
        """In the order of acceptance."""


@dataclass
class MemoryOffchainStore:
    """Keeps transactions in a dict, for tests and demos."""

    txs: dict[str, OffchainTx] = field(default_factory=dict)

    def save(self, tx: OffchainTx) -> None:
        self.txs[tx.ark_txid] = tx

    def all(self) -> list[OffchainTx]:
        return list(self.txs.values())


class OffchainBook:
    """Accepts and finalizes off-chain transactions; keeps the VTXO set in step."""

    def __init__(self, context: OperatorContext, store: OffchainStore) -> None:
        """Books what the store holds from before."""
        self._context = context
        self._store = store
        self._txs: dict[str, OffchainTx] = {}
        for tx in store.all():
            self._txs[tx.ark_txid] = tx
            self._book_spends(tx)
            if tx.finalized:
                self._book_outputs(tx)

    def get(self, ark_txid: str) -> OffchainTx | None:
        return self._txs.get(ark_txid)

    @property
    def finalized(self) -> list[OffchainTx]:
        return [tx for tx in self._txs.values() if tx.finalized]

    def submit(
        self,
        signed_ark_tx: str,
        checkpoint_txs: Sequence[str],
        check_free: Callable[[Sequence[str]], None],
    ) -> OffchainTx:
        """Checks everything, signs, and marks the inputs as spent. Raises OperatorError.

        `check_free` raises for outpoints (text) that are promised elsewhere.
        """
        ark = parse_psbt(signed_ark_tx, Code.INVALID_ARK_PSBT)
        ark_txid = to_hex_txid(ark.tx.txid())
        if ark_txid in self._txs:
            raise OperatorError(Code.INVALID_ARK_PSBT, f"{ark_txid} was submitted before")
        psbts = [parse_psbt(text, Code.INVALID_CHECKPOINT_PSBT) for text in checkpoint_txs]
        if not psbts:
            raise OperatorError(Code.INVALID_CHECKPOINT_PSBT, "no checkpoints")
        requests = [check_checkpoint(self._context, psbt) for psbt in psbts]
        if len({one.vtxo.outpoint for one in requests}) != len(requests):
            raise OperatorError(Code.INVALID_CHECKPOINT_PSBT, "a VTXO is spent twice")
        check_free([one.vtxo.text for one in requests])
        ordered = order_checkpoints(ark, requests)
        rebuilt = [one.rebuilt for one in ordered]
        check_ark_tx(self._context, ark, rebuilt)
        for index, fields in enumerate(ark.inputs):
            self._sign(ark_spend(ark.tx, index, rebuilt), fields)
        tx = OffchainTx(
            ark_txid,
            ark.to_base64(),
            tuple(self._signed_checkpoint(one) for one in ordered),
            tuple(one.vtxo.text for one in ordered),
            self._context.now,
        )
        self._keep(tx)
        self._book_spends(tx)
        return tx

    def _keep(self, tx: OffchainTx) -> None:
        self._store.save(tx)
        self._txs[tx.ark_txid] = tx

    def _signed_checkpoint(self, request: CheckpointRequest) -> str:
        """With the operator's signature alone: the owner signs after he has seen the ark tx."""
        psbt = request.psbt
        signer = self._context.keys.signer_xonly
        for key, leaf, _ in tap_script_sigs(psbt.inputs[0]):
            if key != signer:
                psbt.inputs[0].remove(bytes((0x14,)) + key + leaf)
        self._sign(request.rebuilt.spend(), psbt.inputs[0])
        return psbt.to_base64()

    def _sign(self, spend: LeafSpend, fields: PsbtMap) -> None:
        keys = self._context.keys
        signature = secp256k1.sign_schnorr(keys.signer_secret, spend.sighash(), os.urandom(32))
        add_tap_script_sig(fields, keys.signer_xonly, leaf_hash(spend.leaf_script), signature)

    def finalize(self, ark_txid: str, final_checkpoints: Sequence[str]) -> OffchainTx:
        """Takes the owners' checkpoint signatures; the outputs exist from here on.

        Raises OperatorError TX_NOT_FOUND, INVALID_CHECKPOINT_PSBT, CHECKPOINT_TX_NOT_FOUND,
        INVALID_SIGNATURE, VTXO_ALREADY_UNROLLED. A second finalization changes nothing.
        """
        tx = self._txs.get(ark_txid)
        if tx is None:
            raise OperatorError(Code.TX_NOT_FOUND, f"{ark_txid} not found")
        if tx.finalized:
            return tx
        final = self._checked_checkpoints(tx, final_checkpoints)
        now = max(self._context.now, 1)
        done = replace(tx, checkpoints=tuple(final), finalized_at=now)
        self._keep(done)
        self._book_outputs(done)
        return done

    def _checked_checkpoints(self, tx: OffchainTx, texts: Sequence[str]) -> list[str]:
        expected = tx.checkpoint_txids
        if len(texts) != len(expected):
            message = "invalid number of final checkpoint txs"
            raise OperatorError(
                Code.INVALID_CHECKPOINT_PSBT,
                f"{message}, expected {len(expected)}, got {len(texts)}",
            )
        psbts = [parse_psbt(text, Code.INVALID_CHECKPOINT_PSBT) for text in texts]
        by_txid = {to_hex_txid(psbt.tx.txid()): psbt for psbt in psbts}
        for txid in expected:
            if txid not in by_txid:
                raise OperatorError(Code.CHECKPOINT_TX_NOT_FOUND, f"{txid} is missing")
        final = []
        for txid, own in zip(expected, tx.checkpoints, strict=True):
            final.append(self._merged(Psbt.from_base64(own), by_txid[txid]))
        return final

    def _merged(self, own: Psbt, signed: Psbt) -> str:
        """The operator's own PSBT with the owners' signatures added, all of them verified."""
        vtxo = self._context.vtxos.get(own.tx.inputs[0].outpoint)
        if vtxo is None or vtxo.unrolled:
            raise OperatorError(Code.VTXO_ALREADY_UNROLLED, "an input was unrolled")
        leaf = read_leaf(own.inputs[0])
        for key, digest, signature in tap_script_sigs(signed.inputs[0]):
            if digest == leaf_hash(leaf.script) and key not in leaf.signatures:
                add_tap_script_sig(own.inputs[0], key, digest, signature)
        spend = LeafSpend(own.tx, 0, own.prevouts(), leaf.script, leaf.control)
        check_signed(spend, own.inputs[0], ())
        return own.to_base64()

    def pending(self, proof_text: str, message_text: str) -> list[OffchainTx]:
        """Accepted and not finalized transactions that spend any proven coin."""
        proof = Proof(proof_text, message_text, intents.GET_PENDING_TX)
        check_time(proof.message, self._context.now)
        proof.check(self._context.keys.signer_xonly)
        points = set(proof.outpoints)
        return [
            tx
            for tx in self._txs.values()
            if not tx.finalized and points & {parse_outpoint_text(text) for text in tx.spends}
        ]

    # -- the VTXO set ---------------------------------------------------------------------------

    def _book_spends(self, tx: OffchainTx) -> None:
        for text, txid in zip(tx.spends, tx.checkpoint_txids, strict=True):
            vtxo = self._context.vtxos.get(parse_outpoint_text(text))
            if vtxo is not None:
                vtxo.spent, vtxo.spent_by, vtxo.ark_txid = True, txid, tx.ark_txid

    def _book_outputs(self, tx: OffchainTx) -> None:
        spent = [self._context.vtxos.get(parse_outpoint_text(text)) for text in tx.spends]
        self._context.vtxos.add(self._created(tx, [vtxo for vtxo in spent if vtxo is not None]))

    @staticmethod
    def _created(tx: OffchainTx, spent: Sequence[Vtxo]) -> list[Vtxo]:
        """The new VTXOs expire with the first of the spent ones."""
        commitments = tuple(dict.fromkeys(t for vtxo in spent for t in vtxo.commitment_txids))
        heights = [v.expiry_height for v in spent if v.expiry_height is not None]
        created = []
        for vout, txout in enumerate(Psbt.from_base64(tx.ark_tx).tx.outputs):
            subdust = is_subdust(txout)
            if not subdust and not is_p2tr(txout.script):
                continue
            created.append(
                Vtxo(
                    outpoint(from_hex_txid(tx.ark_txid), vout),
                    txout.amount_sat,
                    p2tr_script(txout.script[2:]) if subdust else txout.script,
                    tx.finalized_at,
                    min((vtxo.expires_at for vtxo in spent), default=0),
                    commitments,
                    min(heights, default=None),
                    preconfirmed=True,
                    swept=subdust,
                    depth=1 + max((vtxo.depth for vtxo in spent), default=0),
                )
            )
        return created
