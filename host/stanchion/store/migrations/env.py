"""Run by Alembic: migrates over the connection that `stanchion.store.database` hands in."""

from __future__ import annotations

from alembic import context

from stanchion.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
