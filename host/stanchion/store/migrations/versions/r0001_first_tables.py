"""Round events, off-chain transactions, exit data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_events",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("round_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("round_id", "version"),
    )
    op.create_index("ix_round_events_round_id", "round_events", ["round_id"])
    op.create_table(
        "offchain_txs",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("ark_txid", sa.String(64), nullable=False, unique=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "exit_data",
        sa.Column("outpoint", sa.String(80), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    if op.get_context().dialect.name == "sqlite":
        _forbid_changes()


def _forbid_changes() -> None:
    """History is only ever added to; a mistake in the program must not rewrite it."""
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER round_events_no_{change.lower()} BEFORE {change} ON round_events "
            "BEGIN SELECT RAISE(ABORT, 'round events are append-only'); END"
        )


def downgrade() -> None:
    for table in ("exit_data", "offchain_txs", "round_events"):
        op.drop_table(table)
