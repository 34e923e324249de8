"""The operator's `RoundJournal` and `OffchainStore` in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from stanchion.operator.offchain import OffchainTx
from stanchion.rounds.events import RoundEvent, event_from_record, event_record
from stanchion.rounds.round import Round
from stanchion.store.tables import OffchainTxRow, RoundEventRow


class SqlJournal:
    """Append-only round events; one transaction an append."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, round_id: str, events: Sequence[RoundEvent]) -> None:
        """Durable when it returns. Raises sqlalchemy.exc.IntegrityError when another writer has
        added to this round at the same time."""
        with Session(self._engine) as session, session.begin():
            latest = select(func.max(RoundEventRow.version)).filter_by(round_id=round_id)
            version = session.scalar(latest) or 0
            for number, event in enumerate(events, version + 1):
                body = json.dumps(event_record(event))
                session.add(RoundEventRow(round_id=round_id, version=number, body=body))

    def load(self, round_id: str) -> Round:
        """Raises ValueError for a body that is no event of this release."""
        rows = (
            select(RoundEventRow.body).filter_by(round_id=round_id).order_by(RoundEventRow.version)
        )
        with Session(self._engine) as session:
            bodies = session.scalars(rows).all()
        return Round.from_events(round_id, [event_from_record(json.loads(b)) for b in bodies])

    def round_ids(self) -> list[str]:
        """Oldest first."""
        firsts = (
            select(RoundEventRow.round_id).filter_by(version=1).order_by(RoundEventRow.position)
        )
        with Session(self._engine) as session:
            return list(session.scalars(firsts))


class SqlOffchainStore:
    """Off-chain transactions; a later state of one replaces the earlier."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, tx: OffchainTx) -> None:
        """Durable when it returns."""
        body = json.dumps(tx.record())
        with Session(self._engine) as session, session.begin():
            row = session.scalar(select(OffchainTxRow).filter_by(ark_txid=tx.ark_txid))
            if row is None:
                session.add(OffchainTxRow(ark_txid=tx.ark_txid, body=body))
            else:
                row.body = body

    def all(self) -> list[OffchainTx]:
        """In the order of acceptance. Raises ValueError for what is no transaction."""
        rows = select(OffchainTxRow.body).order_by(OffchainTxRow.position)
        with Session(self._engine) as session:
            return [OffchainTx.from_record(json.loads(body)) for body in session.scalars(rows)]
