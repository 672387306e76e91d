"""The store in PostgreSQL: the same repositories over another engine."""

from bot.store.postgresql.connection import Postgresql
from bot.store.postgresql.presence import LeasedPresence

__all__ = ["LeasedPresence", "Postgresql"]
