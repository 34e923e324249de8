"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the project."""


class RoundEventRow(Base):
    """One event of a round: `version` counts them from 1, `body` is its JSON record."""

    __tablename__ = "round_events"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    round_id: Mapped[str] = mapped_column(String(36), index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)


class OffchainTxRow(Base):
    """One off-chain transaction as it stands, in the order of acceptance."""

    __tablename__ = "offchain_txs"

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    ark_txid: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[str] = mapped_column(Text)


class ExitDataRow(Base):
    """What an owner needs to leave alone with one VTXO."""

    __tablename__ = "exit_data"

    outpoint: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
