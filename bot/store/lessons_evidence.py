"""Bundles of evidence: begun before anything is collected, so that a crash is seen afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.store.connection import Connection
from bot.store.incidents_rows import Actor, instant, moment
from bot.store.lessons_rows import EvidenceRecord, EvidenceState, Part
from bot.store.outbox_rows import milliseconds
from bot.store.timeline import TimelineEntry, append_entry, incident_number

_COLUMNS = (
    "number, incident, operation, state, began_at, ended_at, actor_id, actor_name, bucket, "
    "object, file, sha256, size, parts, locked_until, detail"
)


class LessonEvidence:
    """`incident` is an id such as `INC-12`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, incident: str, operation: str, actor: Actor, now: datetime) -> EvidenceRecord:
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "INSERT INTO lesson_evidence (incident, operation, state, began_at, "  # noqa: S608
                f"actor_id, actor_name) VALUES (?, ?, 'collecting', ?, ?, ?) RETURNING {_COLUMNS}",
                (incident_number(incident), operation, milliseconds(now), actor.id, actor.name),
            ).fetchone()
            return _evidence_of(row)

    def bundled(
        self, number: int, file: str, sha256: str, size: int, parts: Sequence[Part]
    ) -> None:
        """The bundle is whole, in that file of the bot's machine."""
        listed = json.dumps([asdict(part) for part in parts])
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE lesson_evidence SET file = ?, sha256 = ?, size = ?, parts = ? "
                "WHERE number = ?",
                (file, sha256, size, listed, number),
            )

    def end(  # noqa: PLR0913 where it ended up, one keyword each
        self,
        number: int,
        state: EvidenceState,
        entry: TimelineEntry | None,
        now: datetime,
        *,
        bucket: str = "",
        key: str = "",
        file: str = "",
        locked_until: datetime | None = None,
        detail: str = "",
    ) -> None:
        """How it ended, and where it is, with its entry on the incident's timeline."""
        locked = None if locked_until is None else milliseconds(locked_until)
        with self._connection.write() as sqlite:
            (incident,) = sqlite.execute(
                "UPDATE lesson_evidence SET state = ?, ended_at = ?, bucket = ?, object = ?, "
                "file = ?, locked_until = ?, detail = ? WHERE number = ? RETURNING incident",
                (state, milliseconds(now), bucket, key, file, locked, detail, number),
            ).fetchone()
            if entry is not None:
                append_entry(sqlite, incident, entry)

    def of(self, incident: str) -> tuple[EvidenceRecord, ...]:
        """Oldest first."""
        return self._evidence("incident = ? ORDER BY number", incident_number(incident))

    def collecting(self) -> tuple[EvidenceRecord, ...]:
        """What has no end yet, or lost its process."""
        return self._evidence("state = 'collecting' ORDER BY number")

    def _evidence(self, where: str, *values: object) -> tuple[EvidenceRecord, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM lesson_evidence WHERE {where}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(map(_evidence_of, rows))


def _evidence_of(row: tuple[Any, ...]) -> EvidenceRecord:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    fields["state"] = EvidenceState(fields["state"])
    fields["began_at"] = instant(fields["began_at"])
    for name in ("ended_at", "locked_until"):
        fields[name] = moment(fields[name])
    fields["parts"] = tuple(Part(**part) for part in json.loads(fields["parts"]))
    return EvidenceRecord(**fields)
