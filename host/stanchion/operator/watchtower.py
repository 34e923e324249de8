"""What the operator does when a block comes: confirmations, unrolls, fraud, sweeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from arkcore.codec import from_hex_txid, to_hex_txid
from arkcore.delays import SECONDS_UNIT
from arkcore.errors import ArkError

from stanchion.chain.port import ChainError
from stanchion.operator import fraud, sweeping
from stanchion.operator.context import OperatorContext
from stanchion.operator.offchain import OffchainTx
from stanchion.operator.vtxos import Vtxo
from stanchion.rounds.round import Round


class Watchtower:
    """Follows every finalized round until it is swept."""

    def __init__(
        self, context: OperatorContext, offchain: Callable[[str], OffchainTx | None]
    ) -> None:
        """`offchain` finds an off-chain transaction by its txid (display hex)."""
        self._context = context
        self._offchain = offchain
        self._last_tip: bytes = b""
        self._done: set[str] = set()
        self._rounds: dict[str, Round] = {}
        self._confirmed: set[str] = set()
        self.troubles: list[str] = []

    def advance(self) -> None:
        """Looks at the chain if it has a new tip. Trouble is noted and tried again next time."""
        tip = self._context.chain.tip().hash
        if tip == self._last_tip:
            return
        self._last_tip = tip
        self._load_rounds()
        for round_ in list(self._rounds.values()):
            self._note_confirmation(round_)
        self._note_unrolls()
        for round_ in list(self._rounds.values()):
            self._try(partial(sweeping.sweep_round, self._context, round_))

    def _load_rounds(self) -> None:
        for round_id in self._context.journal.round_ids():
            if round_id in self._done or round_id in self._rounds:
                continue
            round_ = self._context.journal.load(round_id)
            if round_.is_ended:
                self._rounds[round_id] = round_
            if round_.is_ended or round_.is_failed:
                self._done.add(round_id)

    def _note_confirmation(self, round_: Round) -> None:
        """From its block on, the expiry of a batch is what the chain says."""
        status = self._context.chain.tx_status(from_hex_txid(round_.txid))
        if round_.id in self._confirmed or status.height is None:
            return
        self._confirmed.add(round_.id)
        expiry = round_.vtxo_tree_expiration
        for vtxo in self._context.vtxos.of_batch(round_.txid):
            if expiry < SECONDS_UNIT:
                vtxo.expiry_height = status.height + expiry
            else:
                vtxo.expires_at = (status.block_time or 0) + expiry

    def _note_unrolls(self) -> None:
        for vtxo in self._context.vtxos:
            if not vtxo.unrolled:
                vtxo.unrolled = self._context.chain.tx_status(vtxo.outpoint[:32]).confirmed
            if vtxo.unrolled and not vtxo.spent:
                self._note_claim(vtxo)
            if vtxo.unrolled and vtxo.settled_by:
                settling = self._round_of(vtxo.settled_by)
                if settling is not None:
                    self._try(partial(fraud.react, self._context, vtxo, settling))
            elif vtxo.unrolled and vtxo.ark_txid:
                tx = self._offchain(vtxo.ark_txid)
                if tx is not None and tx.finalized:
                    self._try(partial(fraud.put_under_checkpoint, self._context, vtxo, tx))

    def _note_claim(self, vtxo: Vtxo) -> None:
        """Its owner has taken an unrolled VTXO on chain: he cannot bring it into a batch again."""
        spend = self._context.chain.spender(vtxo.outpoint)
        if spend is not None and spend.status.confirmed:
            vtxo.spent = True
            vtxo.spent_by = to_hex_txid(spend.txid)

    def _round_of(self, commitment_txid: str) -> Round | None:
        found = [r for r in self._rounds.values() if r.txid == commitment_txid]
        return found[0] if found else None

    def _try(self, action: Callable[[], bool]) -> None:
        try:
            action()
        except (ChainError, ArkError) as error:
            self.troubles.append(str(error))
