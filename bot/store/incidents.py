"""Incidents as they are now; each change is written with its timeline entry, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.errors import BadInput
from bot.store.chain import FIRST
from bot.store.connection import Connection, Sql
from bot.store.incident_search import matching
from bot.store.incidents_rows import (
    INCIDENT_COLUMNS,
    Actor,
    Change,
    Declaration,
    IncidentRecord,
    RoomState,
    Status,
    incident_of,
    instant,
)
from bot.store.outbox_rows import milliseconds
from bot.store.timeline import TimelineEntry, append_entry, incident_number

_OPEN = "status NOT IN ('resolved', 'closed')"
# What a person relies on in reports: each new value is kept with its time.
_RECORDED = frozenset(
    {"title", "severity", "status", "affected", "private", "began_at", "acknowledged_by_id"}
)
_FIELDS = frozenset(INCIDENT_COLUMNS.split(", ")) - {"number", "revision", "shown", "declared_at"}


class Incidents:
    """`incident` is an id such as `INC-12` everywhere; times are aware."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def declare(
        self, declaration: Declaration, actor: Actor, entry: TimelineEntry, now: datetime
    ) -> tuple[IncidentRecord, bool]:
        """The new incident and True, or the open one that has one of its links, and False."""
        at = milliseconds(now)
        with self._connection.write() as sqlite:
            for kind, reference, _label in declaration.joins:
                if (found := _linked(sqlite, kind, reference)) is not None:
                    return found, False
            row = sqlite.execute(
                "INSERT INTO incidents (title, severity, kind, affected, private, status, "
                "declared_at, declared_by_id, declared_by_name, began_at, origin, origin_thread, "
                "escalation_next, update_due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    declaration.title, declaration.severity, declaration.kind,
                    declaration.affected, declaration.private, Status.INVESTIGATING, at,
                    actor.id, actor.name, milliseconds(declaration.began_at),
                    declaration.origin, declaration.origin_thread,
                    _stored(declaration.escalation_next), _stored(declaration.update_due),
                ),
            )  # fmt: skip
            number = int(row.lastrowid or 0)
            sqlite.execute("INSERT INTO timeline_heads VALUES (?, 0, ?)", (number, FIRST))
            for field, value in (
                ("status", Status.INVESTIGATING),
                ("severity", declaration.severity),
            ):
                _record(sqlite, number, field, "", value, at, actor)
            for kind, reference, label in declaration.joins:
                _link(sqlite, number, kind, reference, label, at)
            append_entry(sqlite, number, entry)
            made = _find(sqlite, number)
            assert made is not None  # noqa: S101 written a moment ago in this transaction
            return made, True

    def change(
        self,
        incident: str,
        values: Mapping[str, Any],
        actor: Actor,
        entry: TimelineEntry | None,
        now: datetime,
        *,
        only_if: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> IncidentRecord | None:
        """Set fields, with an entry; None where nothing would change, or is not as `only_if`.

        `at` is when it became so, where that is not `now`. Values are as in IncidentRecord.
        """
        number = incident_number(incident)
        if foreign := set(values) - _FIELDS:
            raise ValueError(f"an incident has no {', '.join(sorted(foreign))}")
        with self._connection.write() as sqlite:
            before = _known(sqlite, number)
            if any(getattr(before, name) != wanted for name, wanted in (only_if or {}).items()):
                return None
            new = {name: each for name, each in values.items() if getattr(before, name) != each}
            if not new:
                return None
            columns = ", ".join(f"{name} = ?" for name in new)
            sqlite.execute(
                f"UPDATE incidents SET {columns}, revision = revision + 1 WHERE number = ?",  # noqa: S608
                (*map(_stored, new.values()), number),
            )
            for name in _RECORDED & set(new):
                old, now_is = _stored(getattr(before, name)), _stored(new[name])
                _record(sqlite, number, name, old, now_is, milliseconds(at or now), actor)
            if entry is not None:
                append_entry(sqlite, number, entry)
            return _find(sqlite, number)

    def touch(self, incident: str) -> None:
        """What is shown of it is out of date: something of its people, tasks or links changed."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE incidents SET revision = revision + 1 WHERE number = ?",
                (incident_number(incident),),
            )

    def find(self, incident: str) -> IncidentRecord | None:
        """Raises BadInput for what is no id."""
        number = incident_number(incident)
        with self._connection.read() as sqlite:
            return _find(sqlite, number)

    def of_channel(self, channel: str, thread_ts: str = "") -> IncidentRecord | None:
        """The incident that lives there; an open one first, then the newest.

        In a channel that is not its own, an incident in a thread is found from that thread;
        from the channel itself only where it is the only open one there.
        """
        if not channel:
            return None
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {INCIDENT_COLUMNS} FROM incidents WHERE channel = ? "  # noqa: S608
                "ORDER BY status IN ('resolved', 'closed'), number DESC LIMIT 50",
                (channel,),
            ).fetchall()
        found = [incident_of(row) for row in rows]
        own = [each for each in found if each.room is RoomState.MADE]
        same = [each for each in found if thread_ts and each.thread_ts == thread_ts]
        running = [each for each in found if not each.over]
        if own or same:
            return (own or same)[0]
        return running[0] if len(running) == 1 else None

    def open(self) -> tuple[IncidentRecord, ...]:
        """Neither resolved nor closed; the severest first, then the oldest."""
        return self._many(f"{_OPEN} ORDER BY severity, number")

    def between(self, since: datetime, until: datetime) -> tuple[IncidentRecord, ...]:
        """Declared in [since, until), oldest first; drills too."""
        return self._many(
            "declared_at >= ? AND declared_at < ? ORDER BY declared_at, number",
            milliseconds(since),
            milliseconds(until),
        )

    def newest(self, limit: int = 20, offset: int = 0) -> tuple[IncidentRecord, ...]:
        """Open ones first, then the newest."""
        ordered = f"1 = 1 ORDER BY {_OPEN} DESC, number DESC LIMIT ? OFFSET ?"
        return self._many(ordered, limit, offset)

    def show(self, incident: str, revision: int) -> None:
        """The card of that revision is in the outbox."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE incidents SET shown = max(shown, ?) WHERE number = ?",
                (revision, incident_number(incident)),
            )

    def unshown(self) -> tuple[IncidentRecord, ...]:
        """Whose card shows less than is known, oldest first."""
        return self._many("shown < revision AND card != '' ORDER BY number")

    def roomless(self) -> tuple[IncidentRecord, ...]:
        """Whose room has still to be made, oldest first."""
        return self._many("room = 'wanted' ORDER BY number")

    def private(self) -> tuple[IncidentRecord, ...]:
        """Every private one, over or not."""
        return self._many("private != 0 ORDER BY number")

    def search(self, text: str, limit: int = 20) -> tuple[IncidentRecord, ...]:
        """Each word in the title, what is affected, or the timeline; newest first."""
        where, values = matching(text)
        return self._many(f"{where} ORDER BY number DESC LIMIT ?", *values, limit)

    def count(self) -> int:
        with self._connection.read() as sqlite:
            return int(sqlite.execute("SELECT count(*) FROM incidents").fetchone()[0])

    def changes(self, incident: str, field: str = "") -> tuple[Change, ...]:
        """How its fields came to their values, oldest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT field, before, after, at, actor_id, actor_name FROM incident_changes "
                "WHERE incident = ? AND (? = '' OR field = ?) ORDER BY id",
                (incident_number(incident), field, field),
            ).fetchall()
        return tuple(
            Change(field, before, after, instant(at), actor_id, actor_name)
            for field, before, after, at, actor_id, actor_name in rows
        )

    def _many(self, where: str, *values: object) -> tuple[IncidentRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {INCIDENT_COLUMNS} FROM incidents WHERE {where}",  # noqa: S608
                values,
            ).fetchall()
        return tuple(map(incident_of, rows))


def _find(sqlite: Sql, number: int) -> IncidentRecord | None:
    row = sqlite.execute(
        f"SELECT {INCIDENT_COLUMNS} FROM incidents WHERE number = ?",  # noqa: S608 fixed words
        (number,),
    ).fetchone()
    return None if row is None else incident_of(row)


def _known(sqlite: Sql, number: int) -> IncidentRecord:
    if (found := _find(sqlite, number)) is None:
        raise BadInput(f"There is no incident INC-{number}.", "`/pitchey incident list` shows all.")
    return found


def _linked(sqlite: Sql, kind: str, reference: str) -> IncidentRecord | None:
    """The open incident that has that link."""
    row = sqlite.execute(
        "SELECT incident FROM incident_links JOIN incidents ON number = incident "
        "WHERE incident_links.kind = ? AND reference = ? "
        "AND status NOT IN ('resolved', 'closed') ORDER BY incident LIMIT 1",
        (kind, reference),
    ).fetchone()
    return _find(sqlite, row[0]) if row else None


def _link(sqlite: Sql, number: int, kind: str, reference: str, label: str, at: int) -> bool:
    return (
        sqlite.execute(
            "INSERT OR IGNORE INTO incident_links VALUES (?, ?, ?, ?, ?)",
            (number, kind, reference, label, at),
        ).rowcount
        == 1
    )


def _record(
    sqlite: Sql,
    number: int,
    field: str,
    before: object,
    after: object,
    at: int,
    actor: Actor,
) -> None:
    sqlite.execute(
        "INSERT INTO incident_changes (incident, field, before, after, at, actor_id, actor_name) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, field, str(before), str(after), at, actor.id, actor.name),
    )


def _stored(value: Any) -> Any:
    return milliseconds(value) if isinstance(value, datetime) else value
