"""The owner's exit data in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from stanchion.rounds.exit_data import ExitData
from stanchion.store.tables import ExitDataRow


class SqlExitDataStore:
    """Durable when `save` returns. Every method raises OSError when the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, items: Iterable[ExitData]) -> None:
        """All of them or none."""
        try:
            with Session(self._engine) as session, session.begin():
                for item in items:
                    body = json.dumps(item.record())
                    session.merge(ExitDataRow(outpoint=item.outpoint, body=body))
        except SQLAlchemyError as error:
            raise OSError(str(error)) from error

    @property
    def by_outpoint(self) -> dict[str, ExitData]:
        """Everything that is stored, by outpoint text. Raises ValueError for a strange record."""
        try:
            with Session(self._engine) as session:
                bodies = session.scalars(select(ExitDataRow.body)).all()
        except SQLAlchemyError as error:
            raise OSError(str(error)) from error
        found = [ExitData.from_record(json.loads(body)) for body in bodies]
        return {item.outpoint: item for item in found}
