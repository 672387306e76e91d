"""Feedback on incidents and the reports that were made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.store.connection import Connection
from bot.store.incidents_rows import (
    INCIDENT_COLUMNS,
    Actor,
    Change,
    IncidentRecord,
    incident_of,
    instant,
    moment,
)
from bot.store.lessons_rows import Asked, Feedback, FilesState, ReportRecord
from bot.store.outbox_rows import milliseconds
from bot.store.timeline import incident_number

_FEEDBACK = (
    "incident, person_id, person_name, anonymous, well, wrong, lucky, factors, given_at, edited_at"
)
_REPORT = (
    "incident, revision, made_at, made_by_id, made_by_name, figures, key, files, files_problem, "
    "attempts, canvas"
)


class Lessons:
    """`incident` is an id such as `INC-12`; times are aware."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unasked(self, since: datetime) -> tuple[IncidentRecord, ...]:
        """Incidents that are over, whose people were not asked, declared after `since`."""
        columns = ", ".join(f"incidents.{name}" for name in INCIDENT_COLUMNS.split(", "))
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {columns} FROM incidents LEFT JOIN lesson_rounds "  # noqa: S608 fixed
                "ON incident = number WHERE incident IS NULL AND declared_at >= ? "
                "AND status IN ('resolved', 'closed') ORDER BY number",
                (milliseconds(since),),
            ).fetchall()
        return tuple(map(incident_of, rows))

    def begin_round(self, incident: str, people: Sequence[Actor], now: datetime) -> None:
        """These people are asked; an incident has one round."""
        number, at = incident_number(incident), milliseconds(now)
        with self._connection.write() as sqlite:
            sqlite.execute("INSERT OR IGNORE INTO lesson_rounds VALUES (?, ?)", (number, at))
            sqlite.executemany(
                "INSERT OR IGNORE INTO lesson_requests VALUES (?, ?, ?, ?, NULL)",
                [(number, person.id, person.name, at) for person in people],
            )

    def asked(self, incident: str) -> tuple[Asked, ...]:
        return self._asked(
            "incident = ? ORDER BY person_name, person_id", incident_number(incident)
        )

    def to_remind(self, asked_before: datetime) -> tuple[Asked, ...]:
        """Who was asked before then, was not reminded and gave no feedback."""
        return self._asked(
            "reminded_at IS NULL AND asked_at <= ? AND NOT EXISTS (SELECT 1 FROM lesson_feedback "
            "WHERE lesson_feedback.incident = lesson_requests.incident "
            "AND lesson_feedback.person_id = lesson_requests.person_id) ORDER BY asked_at, "
            "incident, person_id",
            milliseconds(asked_before),
        )

    def reminded(self, asked: Asked, now: datetime) -> None:
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE lesson_requests SET reminded_at = ? WHERE incident = ? AND person_id = ?",
                (milliseconds(now), asked.incident, asked.person_id),
            )

    def give(self, feedback: Feedback) -> bool:
        """Keep it; True where it takes the place of an earlier one of that person."""
        with self._connection.write() as sqlite:
            known = sqlite.execute(
                "SELECT 1 FROM lesson_feedback WHERE incident = ? AND person_id = ?",
                (feedback.incident, feedback.person_id),
            ).fetchone()
            sqlite.execute(
                f"INSERT INTO lesson_feedback ({_FEEDBACK}) "  # noqa: S608 fixed words
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (incident, person_id) DO UPDATE SET "
                "person_name = excluded.person_name, anonymous = excluded.anonymous, "
                "well = excluded.well, wrong = excluded.wrong, lucky = excluded.lucky, "
                "factors = excluded.factors, edited_at = excluded.edited_at",
                (
                    feedback.incident, feedback.person_id, feedback.person_name,
                    int(feedback.anonymous), feedback.well, feedback.wrong, feedback.lucky,
                    json.dumps(feedback.factors), milliseconds(feedback.given_at),
                    milliseconds(feedback.edited_at),
                ),
            )  # fmt: skip
        return known is not None

    def feedback(self, incident: str) -> tuple[Feedback, ...]:
        """In the order in which it was first given."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_FEEDBACK} FROM lesson_feedback WHERE incident = ? "  # noqa: S608
                "ORDER BY given_at, person_id",
                (incident_number(incident),),
            ).fetchall()
        return tuple(map(_feedback_of, rows))

    def feedback_of(self, incident: str, person_id: str) -> Feedback | None:
        found = (each for each in self.feedback(incident) if each.person_id == person_id)
        return next(found, None)

    def factors_between(self, since: datetime, until: datetime) -> tuple[tuple[int, str], ...]:
        """(incident, factor), each pair once, of incidents declared in the window, no drills."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT DISTINCT incidents.number, factor.value FROM incidents "
                "JOIN lesson_feedback ON incident = number CROSS JOIN json_each(factors) AS factor "
                "WHERE declared_at >= ? AND declared_at < ? AND kind != 'drill' ORDER BY 2, 1",
                (milliseconds(since), milliseconds(until)),
            ).fetchall()
        return tuple((int(number), str(factor)) for number, factor in rows)

    def events_between(self, since: datetime, until: datetime) -> Mapping[int, tuple[Change, ...]]:
        """Changes of status and acknowledgements of every incident declared in the window."""
        found: dict[int, list[Change]] = {}
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT incident, field, before, after, at, incident_changes.actor_id, "
                "incident_changes.actor_name FROM incidents JOIN incident_changes "
                "ON incident = number WHERE declared_at >= ? AND declared_at < ? "
                "AND field IN ('status', 'acknowledged_by_id') ORDER BY incident, id",
                (milliseconds(since), milliseconds(until)),
            ).fetchall()
        for incident, field, before, after, at, *actor in rows:
            found.setdefault(incident, []).append(Change(field, before, after, instant(at), *actor))
        return {number: tuple(changes) for number, changes in found.items()}

    def actors(self, incident: str) -> tuple[Actor, ...]:
        """Everybody who wrote on its timeline, by their latest name."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT actor_id, json_extract(entry, '$.actor_name') "
                "FROM timeline WHERE incident = ? ORDER BY sequence",
                (incident_number(incident),),
            ).fetchall()
        # A dict keeps the place of the first and the name of the last.
        return tuple(Actor(person, name) for person, name in dict(rows).items())

    def timeline_rows(
        self, incident: str, after: int, limit: int = 500
    ) -> tuple[tuple[int, str, str, str], ...]:
        """(sequence, previous, hash, entry) as they are stored, for whoever verifies the chain."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT sequence, previous, hash, entry FROM timeline "
                "WHERE incident = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                (incident_number(incident), after, limit),
            ).fetchall()
        return tuple((int(number), before, found, text) for number, before, found, text in rows)

    def report(
        self, incident: str, figures: Mapping[str, str], actor: Actor, now: datetime
    ) -> tuple[ReportRecord, ReportRecord | None]:
        """The revision with these figures, and the one before it; a new one where they changed."""
        number, text = incident_number(incident), json.dumps(dict(figures))
        with self._connection.write() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_REPORT} FROM lesson_reports WHERE incident = ? "  # noqa: S608 fixed
                "ORDER BY revision DESC LIMIT 2",
                (number,),
            ).fetchall()
            newest = [_report_of(row) for row in rows]
            if newest and newest[0].figures == dict(figures):
                return newest[0], newest[1] if len(newest) > 1 else None
            revision = newest[0].revision + 1 if newest else 1
            row = sqlite.execute(
                "INSERT INTO lesson_reports (incident, revision, made_at, made_by_id, "  # noqa: S608
                f"made_by_name, figures) VALUES (?, ?, ?, ?, ?, ?) RETURNING {_REPORT}",
                (number, revision, milliseconds(now), actor.id, actor.name, text),
            ).fetchone()
            return _report_of(row), newest[0] if newest else None

    def reports(self, incident: str) -> tuple[ReportRecord, ...]:
        """Oldest first."""
        return self._reports("incident = ? ORDER BY revision", incident_number(incident))

    def want_files(self, report: ReportRecord, key: str) -> None:
        """Its message is in the outbox under that key; its files are to follow."""
        self._set_report(report, key=key, files=FilesState.WANTED, attempts=0, files_problem="")

    def unshared(self) -> tuple[ReportRecord, ...]:
        """Reports whose files have still to be brought to Slack, oldest first."""
        return self._reports("files = 'wanted' ORDER BY made_at, incident, revision")

    def note_files(self, report: ReportRecord, state: FilesState, problem: str = "") -> None:
        attempts = report.attempts + 1
        self._set_report(report, files=state, files_problem=problem, attempts=attempts)

    def note_canvas(self, report: ReportRecord, canvas: str) -> None:
        """The canvas's id, or why there is none."""
        self._set_report(report, canvas=canvas)

    def _set_report(self, report: ReportRecord, **values: object) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._connection.write() as sqlite:
            sqlite.execute(
                f"UPDATE lesson_reports SET {columns} WHERE incident = ? AND revision = ?",  # noqa: S608
                (*values.values(), report.incident, report.revision),
            )

    def _reports(self, where: str, *values: object) -> tuple[ReportRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_REPORT} FROM lesson_reports WHERE {where}",  # noqa: S608
                values,
            ).fetchall()
        return tuple(map(_report_of, rows))

    def _asked(self, where: str, *values: object) -> tuple[Asked, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT incident, person_id, person_name, asked_at, reminded_at "  # noqa: S608
                f"FROM lesson_requests WHERE {where}",
                values,
            ).fetchall()
        return tuple(
            Asked(incident, person, name, instant(at), moment(reminded))
            for incident, person, name, at, reminded in rows
        )


def _feedback_of(row: tuple[Any, ...]) -> Feedback:
    fields = dict(zip(_FEEDBACK.split(", "), row, strict=True))
    fields["anonymous"] = bool(fields["anonymous"])
    fields["factors"] = tuple(json.loads(fields["factors"]))
    for name in ("given_at", "edited_at"):
        fields[name] = instant(fields[name])
    return Feedback(**fields)


def _report_of(row: tuple[Any, ...]) -> ReportRecord:
    fields = dict(zip(_REPORT.split(", "), row, strict=True))
    fields["figures"] = json.loads(fields["figures"])
    fields["files"] = FilesState(fields["files"])
    fields["made_at"] = instant(fields["made_at"])
    return ReportRecord(**fields)
