"""The ledger: which VTXOs the owner has, and the one purpose that each of them serves.

Every change is written to the journal first and answered second. `MOVES` is the whole of what may
happen to a coin; a request that needs another move is refused with `vtxo-single-purpose`
(docs/adr/0005-ledger.md).
"""

import gc

from wire import terms
from wire.errors import StorageError

from signer import ledger_records as records
from signer import limits
from signer.errors import Refused
from signer.ledger_records import KIND_BOARDING, KIND_VTXO, Coin, Pledge

# Void: made by a batch that the owner has declared never confirmed. 1 and 5 (pledged, spent) are
# for views that hold a chain and the sessions at work; the ledger does not write them.
LIVE = terms.VTXO_LIVE
FORFEITED = terms.VTXO_FORFEITED
EXITING = terms.VTXO_EXITING
EXITED = terms.VTXO_EXITED
VOID = terms.VTXO_VOID
STATE_NAMES = ("live", "pledged", "forfeited", "exiting", "exited", "spent", "void")

# VOIDED and REVIVED are what a release or restore of a batch does to the VTXOs that it created.
# What is leaving goes on: a press on a VTXO that never came to be must not lock the coin before it.
EVENT_PLEDGED = 0
EVENT_EXIT = 1
EVENT_CLAIM = 2
EVENT_RELEASED = 3
EVENT_VOIDED = 4
EVENT_REVIVED = 5
EVENT_NAMES = ("pledged", "exit", "claim", "released", "voided", "revived")

MOVES = {
    (LIVE, EVENT_PLEDGED): FORFEITED,
    (LIVE, EVENT_EXIT): EXITING,
    (LIVE, EVENT_VOIDED): VOID,
    (FORFEITED, EVENT_RELEASED): LIVE,
    (EXITING, EVENT_EXIT): EXITING,
    (EXITING, EVENT_CLAIM): EXITED,
    (EXITING, EVENT_VOIDED): EXITING,
    (EXITED, EVENT_CLAIM): EXITED,
    (EXITED, EVENT_VOIDED): EXITED,
    (VOID, EVENT_REVIVED): LIVE,
}
_SESSION_STEP = 64


def moved(coin: Coin, event: int) -> int:
    """The state after `event`. Raises Refused `vtxo-single-purpose`, `exit-not-forfeited`."""
    if event in (EVENT_EXIT, EVENT_CLAIM) and coin.state == FORFEITED:
        # The operator holds a forfeit: an exit would only hand him the coin on chain.
        raise Refused("exit-not-forfeited")
    after = MOVES.get((coin.state, event))
    if after is None:
        raise Refused(
            "vtxo-single-purpose",
            "%s while %s" % (EVENT_NAMES[event], STATE_NAMES[coin.state]),
        )
    return after


class Ledger:
    """The owner's coins, oldest first. `journal.append(kind, body)` is durable on return.

    `unattended_fee_sat`: what batches have cost since the last one that was approved by button.
    `next_onchain_index`: above the key indexes of all on-chain outputs that coins were given for.
    `exit_allowance_sat`: fees of packages that the last press still covers. In RAM alone: after a
    restart the screen asks again.
    """

    __slots__ = (
        "_journal",
        "_coins",
        "_session",
        "_session_ceiling",
        "unattended_fee_sat",
        "next_onchain_index",
        "exit_allowance_sat",
    )

    def __init__(self, journal) -> None:
        self._journal = journal
        self._coins: "list[Coin]" = []
        self._session = 0
        self._session_ceiling = 0
        self.unattended_fee_sat = 0
        self.next_onchain_index = 0
        self.exit_allowance_sat = 0

    # --- questions ---

    def find(self, outpoint: bytes) -> "Coin | None":
        for coin in self._coins:
            if coin.outpoint == outpoint:
                return coin
        return None

    def get_vtxo(self, outpoint: bytes) -> Coin:
        """The VTXO at `outpoint`. Raises Refused `input-unknown`."""
        coin = self.find(outpoint)
        if coin is None or coin.kind != KIND_VTXO:
            raise Refused("input-unknown")
        return coin

    def count(self) -> int:
        return len([coin for coin in self._coins if coin.kind == KIND_VTXO])

    def page(self, start: int, count: int) -> "tuple[list[Coin], int | None]":
        """At most `count` VTXOs from number `start`, and the number of the next one, if any."""
        vtxos = [coin for coin in self._coins if coin.kind == KIND_VTXO]
        end = start + count
        return vtxos[start:end], end if end < len(vtxos) else None

    def is_leaving(self) -> bool:
        """Whether the owner has asked to leave with some VTXO."""
        return any(coin.state in (EXITING, EXITED) for coin in self._coins)

    def require_room(self, count: int) -> None:
        """Raises Refused `ledger-full` unless `count` more coins find a place."""
        closed = len([coin for coin in self._coins if self._is_closed(coin)])
        if len(self._coins) - closed + count > limits.MAX_LEDGER_RECORDS:
            raise Refused("ledger-full")

    def check_new_batch(self, commitment_txid: bytes) -> None:
        """Raises Refused `batch-known` for a batch that coins were given to in another session.

        Its outputs on chain have paid for those coins: counted again, they would pay for nothing.
        """
        for coin in self._coins:
            is_given = coin.spent_by == commitment_txid and coin.state == FORFEITED
            if is_given or (coin.commitment_txid == commitment_txid and coin.state != VOID):
                raise Refused("batch-known")

    def check_release(self, coin: Coin) -> None:
        """Raises Refused `vtxo-single-purpose` unless the batch that took `coin` can be undone."""
        moved(coin, EVENT_RELEASED)
        for created in self._created_by(coin.spent_by):
            moved(created, EVENT_VOIDED)

    # --- changes: first the journal, then the answer ---

    def next_session(self) -> int:
        """A session id above every earlier one, also after a restart."""
        if self._session >= self._session_ceiling:
            self._commit(records.SESSION, (self._session + _SESSION_STEP).to_bytes(4, "little"))
        self._session += 1
        return self._session

    def pledge(self, pledge: Pledge) -> None:
        """Gives away `pledge.given` and takes in `pledge.received`, in one record."""
        fresh = len(pledge.received)
        for coin in pledge.given:
            known = self.find(coin.outpoint)
            if known is not None:
                moved(known, EVENT_PLEDGED)
            elif coin.kind == KIND_BOARDING:
                fresh += 1
            else:
                raise Refused("input-unknown")
        for coin in pledge.received:
            if self.find(coin.outpoint) is not None:
                # Noted as another coin, the new VTXO could not leave: nothing is given for it.
                raise Refused("vtxo-single-purpose", "new VTXO is known as another coin")
        self.require_room(fresh)
        self._commit(records.PLEDGE, pledge.encode())

    def start_exit(self, outpoint: bytes) -> None:
        moved(self.get_vtxo(outpoint), EVENT_EXIT)
        self._commit(records.EXIT, outpoint)

    def claim(self, outpoint: bytes) -> None:
        """Notes that a claim of an exiting VTXO was signed."""
        coin = self.get_vtxo(outpoint)
        if moved(coin, EVENT_CLAIM) != coin.state:
            self._commit(records.CLAIM, outpoint)

    def claim_boarding(self, outpoint: bytes) -> None:
        """Notes that a claim of a boarding output was signed, so that it enters no batch."""
        known = self.find(outpoint)
        if known is None:
            self.require_room(1)
        elif known.state == FORFEITED:
            raise Refused("exit-not-forfeited")
        if known is None or known.state != EXITED:
            self._commit(records.CLAIM_BOARDING, outpoint)

    def release(self, outpoint: bytes) -> None:
        """Takes back what was given to the batch that `outpoint` was given to."""
        coin = self.find(outpoint)
        if coin is None:
            raise Refused("input-unknown")
        self.check_release(coin)
        self._commit(records.RELEASE, coin.spent_by)

    def restore(self, outpoint: bytes) -> None:
        """Undoes the release of the batch that created `outpoint`."""
        coin = self.get_vtxo(outpoint)
        moved(coin, EVENT_REVIVED)
        self._commit(records.RESTORE, coin.commitment_txid)

    # --- the journal's side ---

    def apply(self, kind: int, body: bytes) -> None:
        """Replays one record. Raises StorageError `journal-forged` for one that no ledger wrote."""
        if kind == records.PLEDGE:
            self._apply_pledge(Pledge.decode(body))
        elif kind == records.EXIT:
            self._recall(body).state = EXITING
        elif kind == records.CLAIM:
            self._recall(body).state = EXITED
        elif kind == records.CLAIM_BOARDING:
            self._remember(Coin(KIND_BOARDING, body, 0, 0)).state = EXITED
        elif kind == records.RELEASE:
            self._swap(body, (FORFEITED, LIVE), (LIVE, VOID))
        elif kind == records.RESTORE:
            self._swap(body, (LIVE, FORFEITED), (VOID, LIVE))
        elif kind == records.COIN:
            self._coins.append(Coin.decode(body))
        elif kind == records.COUNTS:
            self.unattended_fee_sat = int.from_bytes(body[:8], "little")
            self.next_onchain_index = int.from_bytes(body[8:], "little")
        elif kind == records.SESSION:
            self._session_ceiling = int.from_bytes(body, "little")
            self._session = self._session_ceiling
        else:
            raise StorageError("journal-forged", "unknown ledger record")

    def snapshot(self):
        """(kind, body) records that bring an empty ledger to this state."""
        yield records.SESSION, self._session_ceiling.to_bytes(4, "little")
        counts = self.unattended_fee_sat.to_bytes(8, "little")
        yield records.COUNTS, counts + self.next_onchain_index.to_bytes(4, "little")
        for coin in self._coins:
            yield records.COIN, coin.encode()

    def _commit(self, kind: int, body: bytes) -> None:
        self._journal.append(kind, body)
        # Coins stay for years of requests: made amid garbage they would be scattered over the
        # heap, and no large block would be left between them.
        gc.collect()
        session = self._session
        self.apply(kind, body)
        self._session = session

    def _recall(self, outpoint: bytes) -> Coin:
        coin = self.find(outpoint)
        if coin is None:
            raise StorageError("journal-forged", "a record about an unknown coin")
        return coin

    def _remember(self, coin: Coin) -> Coin:
        known = self.find(coin.outpoint)
        if known is not None:
            return known
        if len(self._coins) >= limits.MAX_LEDGER_RECORDS:
            self._forget_oldest_closed()
        self._coins.append(coin)
        return coin

    def _apply_pledge(self, pledge: Pledge) -> None:
        if pledge.is_approved:
            self.unattended_fee_sat = 0
        else:
            self.unattended_fee_sat += pledge.fee_sat
        self.next_onchain_index = max(self.next_onchain_index, pledge.next_onchain_index)
        self._make_room(pledge)
        for coin in pledge.given:
            coin = self._remember(coin)
            coin.state = FORFEITED
            coin.operator_id = pledge.operator_id
            coin.spent_by = pledge.commitment_txid
        for coin in pledge.received:
            coin.operator_id = pledge.operator_id
            coin.batch_expiry = pledge.batch_expiry
            coin.commitment_txid = pledge.commitment_txid
            coin.depth = pledge.depth
            self._remember(coin)

    def _swap(
        self, commitment_txid: bytes, given: "tuple[int, int]", created: "tuple[int, int]"
    ) -> None:
        """Moves the coins that a batch was given, and those it created: (from, to) of each."""
        for coin in self._coins:
            if coin.commitment_txid == commitment_txid and coin.state == created[0]:
                coin.state = created[1]
            elif coin.spent_by == commitment_txid and coin.state == given[0]:
                coin.state = given[1]

    def _created_by(self, commitment_txid: bytes) -> "list[Coin]":
        return [coin for coin in self._coins if coin.commitment_txid == commitment_txid]

    def _is_closed(self, coin: Coin) -> bool:
        """Whether nothing can happen to `coin` any more that would need its record."""
        if coin.state == EXITED or (coin.kind == KIND_BOARDING and coin.state == LIVE):
            return True
        if coin.state == FORFEITED:
            created = self._created_by(coin.spent_by)
            return not any(c.state in (LIVE, EXITING) for c in created)
        if coin.state == VOID:
            return not any(
                c.spent_by == coin.commitment_txid and c.state == LIVE for c in self._coins
            )
        return False

    def _make_room(self, pledge: Pledge) -> None:
        """Forgets what must be before anything moves: no coin makes room for its own successor."""
        coins = pledge.given + pledge.received
        while True:
            fresh = len([coin for coin in coins if self.find(coin.outpoint) is None])
            if len(self._coins) + fresh <= limits.MAX_LEDGER_RECORDS:
                return
            if not self._forget_oldest_closed():
                return

    def _may_return(self, coin: Coin) -> bool:
        """Whether a closed coin could still be taken back, if its batch never confirmed.

        It can until every VTXO that replaced it was given away; a batch that made none paid on
        chain. Claims can be made up without a button: they must not drive such a coin out.
        """
        created = self._created_by(coin.spent_by)
        given_on = bool(created) and all(c.state == FORFEITED for c in created)
        return coin.state == FORFEITED and not given_on

    def _forget_oldest_closed(self) -> bool:
        for is_last_resort in (False, True):
            for position, coin in enumerate(self._coins):
                if self._is_closed(coin) and (is_last_resort or not self._may_return(coin)):
                    self._coins.pop(position)
                    return True
        return False
