"""Which process holds a value that a person handed over: tickets and names, never values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.operation_rows import at, milliseconds


@dataclass(frozen=True, slots=True)
class Holder:
    """`process` has it in memory until then, for that person alone; whether it lives is asked of
    `bot.store.presence`."""

    process: str
    person_id: str
    until: datetime


class HandedOver:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, ticket: str, holder: Holder, now: datetime) -> None:
        """Say who holds it, and forget what nobody can hold any more."""
        with self._connection.write() as sqlite:
            sqlite.execute("DELETE FROM handed_over WHERE until <= ?", (milliseconds(now),))
            sqlite.execute(
                "INSERT INTO handed_over VALUES (?, ?, ?, ?)",
                (ticket, holder.process, holder.person_id, milliseconds(holder.until)),
            )

    def find(self, ticket: str) -> Holder | None:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT process, person_id, until FROM handed_over WHERE ticket = ?", (ticket,)
            ).fetchone()
        return None if row is None else Holder(row[0], row[1], at(row[2]))
