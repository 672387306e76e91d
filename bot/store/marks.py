"""Incidents, deployments and alerts on the axis of time, as every chart shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.connection import Connection
from bot.store.outbox_rows import milliseconds
from bot.store.samples_rows import instant

MarkKind = Literal["incident", "deployment", "alert", "purge"]


@dataclass(frozen=True, slots=True)
class StoredMark:
    """`reference` is what it is called elsewhere, such as INC-12; no `until`: a moment, or open."""

    at: datetime
    kind: MarkKind
    label: str
    reference: str
    until: datetime | None = None


class Marks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        at: datetime,
        kind: MarkKind,
        label: str,
        reference: str,
        until: datetime | None = None,
    ) -> None:
        """Mark it; the same kind and reference again gives it another label, time or end."""
        end = None if until is None else milliseconds(until)
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "INSERT INTO marks (kind, reference, at, until, label) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (kind, reference) DO UPDATE SET "
                "at = excluded.at, until = excluded.until, label = excluded.label",
                (kind, reference, milliseconds(at), end, label),
            )

    def between(self, since: datetime, until: datetime) -> tuple[StoredMark, ...]:
        """What lies in, or reaches into, [since, until); by time."""
        first, last = milliseconds(since), milliseconds(until)
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT at, kind, label, reference, until FROM marks "
                "WHERE at < ? AND (at >= ? OR until >= ?) ORDER BY at, reference",
                (last, first, first),
            ).fetchall()
        return tuple(
            StoredMark(instant(at), kind, label, reference, None if end is None else instant(end))
            for at, kind, label, reference, end in rows
        )

    def forget_before(self, moment: datetime) -> int:
        """Forget what began and ended before; answers how many."""
        before = milliseconds(moment)
        with self._connection.write(durable=False) as sqlite:
            return sqlite.execute(
                "DELETE FROM marks WHERE at < ? AND (until IS NULL OR until < ?)", (before, before)
            ).rowcount
