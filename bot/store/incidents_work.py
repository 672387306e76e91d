"""Who does what in an incident: roles, tasks and what it is linked to."""

from __future__ import annotations

from datetime import datetime

from bot.store.connection import Connection
from bot.store.incidents_rows import (
    TASK_COLUMNS,
    Actor,
    Holder,
    IncidentRole,
    Linked,
    Task,
    instant,
    task_of,
)
from bot.store.outbox_rows import milliseconds
from bot.store.timeline import TimelineEntry, append_entry, incident_number

_TOUCH = "UPDATE incidents SET revision = revision + 1 WHERE number = ?"


class IncidentWork:
    """`incident` is an id such as `INC-12`. Every change has its timeline entry with it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(
        self,
        incident: str,
        role: IncidentRole,
        person: Actor,
        replacing: str,
        entry: TimelineEntry,
        now: datetime,
    ) -> Holder | None:
        """Give the role, if `replacing` (an id, or empty for a vacant role) has it now.

        Answers who has it instead, and changes nothing, where that is not so; None is success.
        A person who has it already is a success that writes no entry.
        """
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            where = "incident = ? AND role = ?"
            values: tuple[object, ...] = (number, role)
            if role is IncidentRole.RESPONDER:
                where, values = f"{where} AND person_id = ?", (*values, person.id)
            row = sqlite.execute(
                f"SELECT role, person_id, person_name, since FROM incident_people WHERE {where}",  # noqa: S608
                values,
            ).fetchone()
            if row and row[1] == person.id:
                return None
            if (row[1] if row else "") != replacing:
                return _holder(row) if row else Holder(role, "", "", now)
            sqlite.execute(f"DELETE FROM incident_people WHERE {where}", values)  # noqa: S608
            sqlite.execute(
                "INSERT INTO incident_people VALUES (?, ?, ?, ?, ?)",
                (number, role, person.id, person.name, milliseconds(now)),
            )
            sqlite.execute(
                "INSERT INTO incident_changes (incident, field, before, after, at, actor_id, "
                "actor_name) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, role, row[2] if row else "", person.name, milliseconds(now),
                 entry.actor_id, entry.actor_name),
            )  # fmt: skip
            append_entry(sqlite, number, entry)
            sqlite.execute(_TOUCH, (number,))
        return None

    def leave(
        self, incident: str, role: IncidentRole, person_id: str, entry: TimelineEntry, now: datetime
    ) -> bool:
        """The role is vacant, or has one responder less; False where that person had it not."""
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "DELETE FROM incident_people WHERE incident = ? AND role = ? AND person_id = ? "
                "RETURNING person_name",
                (number, role, person_id),
            ).fetchone()
            if row is None:
                return False
            sqlite.execute(
                "INSERT INTO incident_changes (incident, field, before, after, at, actor_id, "
                "actor_name) VALUES (?, ?, ?, '', ?, ?, ?)",
                (number, role, row[0], milliseconds(now), entry.actor_id, entry.actor_name),
            )
            append_entry(sqlite, number, entry)
            sqlite.execute(_TOUCH, (number,))
        return True

    def people(self, incident: str) -> tuple[Holder, ...]:
        """Commander, communications, scribe, then responders as they joined."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT role, person_id, person_name, since FROM incident_people "
                "WHERE incident = ? ORDER BY since, person_id",
                (incident_number(incident),),
            ).fetchall()
        order = list(IncidentRole)
        return tuple(sorted(map(_holder, rows), key=lambda each: order.index(each.role)))

    def holder(self, incident: str, role: IncidentRole) -> Holder | None:
        """Who has a role that one person has."""
        return next((each for each in self.people(incident) if each.role == role), None)

    def add_task(
        self,
        incident: str,
        text: str,
        owner: Actor,
        due_at: datetime | None,
        actor: Actor,
        entry: TimelineEntry,
        now: datetime,
    ) -> Task:
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            (last,) = sqlite.execute(
                "SELECT coalesce(max(number), 0) FROM incident_tasks WHERE incident = ?", (number,)
            ).fetchone()
            row = (
                number, last + 1, text, owner.id, owner.name,
                None if due_at is None else milliseconds(due_at), milliseconds(now),
                actor.id, actor.name, None, "", "",
            )  # fmt: skip
            sqlite.execute(
                f"INSERT INTO incident_tasks ({TASK_COLUMNS}) "  # noqa: S608 fixed words
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            append_entry(sqlite, number, entry)
            sqlite.execute(_TOUCH, (number,))
        return task_of(row)

    def finish_task(
        self, incident: str, task: int, actor: Actor, entry: TimelineEntry, now: datetime
    ) -> bool:
        """False where it was done before, or there is no such task."""
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            done = sqlite.execute(
                "UPDATE incident_tasks SET done_at = ?, done_by_id = ?, done_by_name = ? "
                "WHERE incident = ? AND number = ? AND done_at IS NULL",
                (milliseconds(now), actor.id, actor.name, number, task),
            ).rowcount
            if done:
                append_entry(sqlite, number, entry)
                sqlite.execute(_TOUCH, (number,))
        return done == 1

    def assign_task(
        self, incident: str, task: int, owner: Actor, due_at: datetime | None, entry: TimelineEntry
    ) -> bool:
        """Another owner or due time of an open task; False where there is none."""
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            changed = sqlite.execute(
                "UPDATE incident_tasks SET owner_id = ?, owner_name = ?, due_at = ? "
                "WHERE incident = ? AND number = ? AND done_at IS NULL",
                (
                    owner.id, owner.name, None if due_at is None else milliseconds(due_at),
                    number, task,
                ),
            ).rowcount  # fmt: skip
            if changed:
                append_entry(sqlite, number, entry)
                sqlite.execute(_TOUCH, (number,))
        return changed == 1

    def tasks(self, incident: str) -> tuple[Task, ...]:
        """Open ones first, the earliest due first; then what is done."""
        return self._tasks(
            "incident = ? ORDER BY done_at IS NOT NULL, due_at IS NULL, due_at, number",
            incident_number(incident),
        )

    def tasks_of(self, person_id: str) -> tuple[Task, ...]:
        """Open ones of that person, in every incident."""
        return self._tasks(
            "owner_id = ? AND done_at IS NULL ORDER BY due_at IS NULL, due_at, incident, number",
            person_id,
        )

    def tasks_due(self, now: datetime) -> tuple[Task, ...]:
        """Open ones whose time has come."""
        return self._tasks("done_at IS NULL AND due_at <= ?", milliseconds(now))

    def link(
        self, incident: str, kind: str, reference: str, label: str, entry: TimelineEntry | None,
        now: datetime,
    ) -> bool:  # fmt: skip
        """False where it was linked before."""
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            new = sqlite.execute(
                "INSERT OR IGNORE INTO incident_links VALUES (?, ?, ?, ?, ?)",
                (number, kind, reference, label, milliseconds(now)),
            ).rowcount
            if new:
                if entry is not None:
                    append_entry(sqlite, number, entry)
                sqlite.execute(_TOUCH, (number,))
        return new == 1

    def links(self, incident: str, kind: str = "") -> tuple[Linked, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT kind, reference, label, at FROM incident_links "
                "WHERE incident = ? AND (? = '' OR kind = ?) ORDER BY at, kind, reference",
                (incident_number(incident), kind, kind),
            ).fetchall()
        return tuple(Linked(name, to, label, instant(at)) for name, to, label, at in rows)

    def linked_to(self, kind: str, reference: str) -> tuple[str, ...]:
        """The ids of the incidents with that link, newest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT incident FROM incident_links WHERE kind = ? AND reference = ? "
                "ORDER BY incident DESC",
                (kind, reference),
            ).fetchall()
        return tuple(f"INC-{number}" for (number,) in rows)

    def _tasks(self, where: str, *values: object) -> tuple[Task, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {TASK_COLUMNS} FROM incident_tasks WHERE {where}",  # noqa: S608
                values,
            ).fetchall()
        return tuple(map(task_of, rows))


def _holder(row: tuple[str, str, str, int]) -> Holder:
    return Holder(IncidentRole(row[0]), row[1], row[2], instant(row[3]))
