"""Notifications that were taken, and what a service was told of the webhook it calls."""

from __future__ import annotations

from datetime import datetime

from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds


class Webhooks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def taken(self, digest: str) -> bool:
        """Whether this very notification was taken before."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT 1 FROM webhook_deliveries WHERE digest = ?", (digest,)
            ).fetchone()
        return row is not None

    def take(self, digest: str, now: datetime, forget_before: datetime) -> None:
        """Remember it, and forget those that are too old to be taken anyhow."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT OR IGNORE INTO webhook_deliveries VALUES (?, ?)",
                (digest, milliseconds(now)),
            )
            sqlite.execute(
                "DELETE FROM webhook_deliveries WHERE at < ?", (milliseconds(forget_before),)
            )

    def fingerprint(self, name: str) -> str:
        """Of the secret that the service was given last; empty where none is known."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT fingerprint FROM webhook_destinations WHERE name = ?", (name,)
            ).fetchone()
        return str(row[0]) if row else ""

    def told(self, name: str, fingerprint: str) -> None:
        """The service was given the secret of that fingerprint."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO webhook_destinations (name, fingerprint) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint",
                (name, fingerprint),
            )

    def tested(self, name: str, now: datetime) -> None:
        """A test notification has arrived."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "INSERT INTO webhook_destinations (name, tested_at) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET tested_at = excluded.tested_at",
                (name, milliseconds(now)),
            )

    def last_test(self, name: str) -> datetime | None:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT tested_at FROM webhook_destinations WHERE name = ?", (name,)
            ).fetchone()
        return at(row[0]) if row and row[0] is not None else None
