"""Incidents of a time with what became of them: what is counted from, never what is edited."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from bot.store.connection import Connection
from bot.store.incidents_rows import (
    INCIDENT_COLUMNS,
    TASK_COLUMNS,
    Change,
    IncidentRecord,
    Task,
    incident_of,
    instant,
    task_of,
)
from bot.store.outbox_rows import milliseconds

Past = tuple[IncidentRecord, tuple[Change, ...]]


class IncidentHistory:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def touching(self, since: datetime, until: datetime) -> tuple[Past, ...]:
        """Open at any moment of [since, until), oldest first, each with its changes of status and
        acknowledgements in the order they were recorded. Drills and private ones too."""
        first, last = milliseconds(since), milliseconds(until)
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {INCIDENT_COLUMNS} FROM incidents WHERE min(began_at, declared_at) < ? "  # noqa: S608
                "AND (declared_at >= ? OR status NOT IN ('resolved', 'closed') OR EXISTS ("
                "SELECT 1 FROM incident_changes WHERE incident = number AND field = 'status' "
                "AND after = 'resolved' AND at >= ?)) ORDER BY declared_at, number",
                (last, first, first),
            ).fetchall()
            records = tuple(map(incident_of, rows))
            changes: dict[int, list[Change]] = defaultdict(list)
            for record in records:
                found = sqlite.execute(
                    "SELECT field, before, after, at, actor_id, actor_name FROM incident_changes "
                    "WHERE incident = ? AND field IN ('status', 'acknowledged_by_id') ORDER BY id",
                    (record.number,),
                )
                for field, before, after, at, *actor in found:
                    changes[record.number].append(Change(field, before, after, instant(at), *actor))
        return tuple((each, tuple(changes[each.number])) for each in records)

    def tasks_due(self, since: datetime, until: datetime) -> tuple[Task, ...]:
        """Tasks of incidents due in [since, until) that were open at `since`, by when."""
        first, last = milliseconds(since), milliseconds(until)
        columns = ", ".join(TASK_COLUMNS.split(", "))
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {columns} FROM incident_tasks WHERE due_at < ? AND created_at < ? "  # noqa: S608
                "AND (done_at IS NULL OR done_at >= ?) ORDER BY due_at, incident, number",
                (last, last, first),
            ).fetchall()
        return tuple(map(task_of, rows))
