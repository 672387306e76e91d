"""Timelines of incidents: entries can be added and read, never changed, and tampering shows.

Anyone can verify one incident's chain with its rows in order of `sequence`, as the audit log's:
hash = sha256("<sequence>\\n<previous>\\n<entry>"), where `previous` is the hash of the entry
before, or 64 zeros for the first. `entry` names its incident, so that rows cannot be moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.errors import BadInput, OpsError
from bot.store.chain import FIRST, link
from bot.store.connection import Connection, Sql
from bot.store.migrations.incidents import TIMELINE_GUARDS
from bot.store.outbox_rows import milliseconds

_BATCH = 500  # entries read between two chances for others to write


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened, when, by whom (id and name as they were), and where it can be looked up.

    `recorded_at` is when it was written down. `reference` is the identity of what is recorded:
    non-empty, it is there once in an incident. `source` is a permalink, or words such as
    "terminal". `sequence` is the entry's number from 1, set by the store; times are aware.
    """

    happened_at: datetime
    recorded_at: datetime
    kind: str
    actor_id: str
    actor_name: str
    text: str
    reference: str = ""
    source: str = ""
    sequence: int = 0


class Appended(NamedTuple):
    """The entry's number; `fresh` is False where its reference was recorded before."""

    sequence: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class TimelineVerification:
    """`first_broken` is the number of the first entry that is not as it was written."""

    intact: bool
    entries: int
    head: str
    first_broken: int | None = None
    reason: str = ""


def incident_number(incident: str) -> int:
    """12 of `INC-12`, in small letters or without `INC-` too; raises BadInput."""
    digits = incident.strip().upper().removeprefix("INC-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12 or int(digits) < 1:
        raise BadInput(
            "That is no incident's id.",
            "Ids look like `INC-12`; `/pitchey incident list` shows them.",
        )
    return int(digits)


def append_entry(sqlite: Sql, number: int, entry: TimelineEntry) -> Appended:
    """Write the entry behind the last one, inside somebody's transaction."""
    if entry.reference:
        known = sqlite.execute(
            "SELECT sequence FROM timeline WHERE incident = ? AND reference = ? "
            "AND reference != ''",
            (number, entry.reference),
        ).fetchone()
        if known:
            return Appended(int(known[0]), False)
    head = sqlite.execute(
        "SELECT entries, hash FROM timeline_heads WHERE incident = ?", (number,)
    ).fetchone()
    if head is None:
        raise BadInput(f"There is no incident INC-{number}.", "`/pitchey incident list` shows all.")
    text = _canonical(number, entry)
    sequence = int(head[0]) + 1
    sqlite.execute(
        "INSERT INTO timeline (incident, sequence, entry, previous, hash) VALUES (?, ?, ?, ?, ?)",
        (number, sequence, text, head[1], link(sequence, head[1], text)),
    )
    return Appended(sequence, True)


class Timeline:
    """`incident` is an id such as `INC-12` everywhere."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, incident: str, entry: TimelineEntry) -> Appended:
        """Write the entry, power-cut safe; a reference that is there already changes nothing.

        Raises BadInput for an incident that does not exist.
        """
        number = incident_number(incident)
        with self._connection.write() as sqlite:
            return append_entry(sqlite, number, entry)

    def page(
        self,
        incident: str,
        *,
        limit: int = 20,
        offset: int = 0,
        kinds: tuple[str, ...] = (),
        actor: str = "",
    ) -> tuple[TimelineEntry, ...]:
        """Entries in the order in which they happened; `actor` is a person's id."""
        where, values = _chosen(incident, kinds, actor)
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT sequence, entry FROM timeline WHERE {where} "  # noqa: S608 fixed words
                "ORDER BY happened_at, sequence LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        return tuple(_entry(sequence, text) for sequence, text in rows)

    def count(self, incident: str, *, kinds: tuple[str, ...] = (), actor: str = "") -> int:
        where, values = _chosen(incident, kinds, actor)
        if not kinds and not actor:
            return self.head(incident)[0]
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT count(*) FROM timeline WHERE {where}",  # noqa: S608 fixed words
                values,
            ).fetchone()
        return int(row[0])

    def each(self, incident: str) -> Iterator[TimelineEntry]:
        """Every entry in the order in which it was recorded, in batches."""
        number, sequence = incident_number(incident), 0
        while rows := self._batch(number, sequence):
            for row in rows:
                yield _entry(row[0], row[1])
            sequence = rows[-1][0]

    def find(self, incident: str, reference: str) -> TimelineEntry | None:
        """The entry of that reference."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT sequence, entry FROM timeline WHERE incident = ? AND reference = ? "
                "AND reference != ''",
                (incident_number(incident), reference),
            ).fetchone()
        return _entry(row[0], row[1]) if row else None

    def incidents_of_message(self, reference: str) -> tuple[str, ...]:
        """The ids of the incidents on whose timeline that message stands."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT DISTINCT incident FROM timeline WHERE reference = ? AND kind = 'message' "
                "ORDER BY incident",
                (reference,),
            ).fetchall()
        return tuple(f"INC-{number}" for (number,) in rows)

    def head(self, incident: str) -> tuple[int, str]:
        """How many entries there are, and the hash of the last one; nothing is verified."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT entries, hash FROM timeline_heads WHERE incident = ?",
                (incident_number(incident),),
            ).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, FIRST)

    def verify(self, incident: str, noted: str = "") -> TimelineVerification:
        """Recompute every hash; `noted` is a head (or its start) that was noted before."""
        number = incident_number(incident)
        with self._connection.read() as sqlite:
            highest = sqlite.execute(
                "SELECT coalesce(max(sequence), 0) FROM timeline WHERE incident = ?", (number,)
            ).fetchone()[0]
            count, head = self.head(incident)
        guards = self._connection.triggers()
        previous, sequence, seen_noted = FIRST, 0, not noted or FIRST.startswith(noted)
        while sequence < count and (rows := self._batch(number, sequence, count)):
            for stored, text, stored_previous, stored_hash in rows:
                sequence += 1
                reason = _fault(number, sequence, previous, stored, text, stored_previous)
                if not reason and link(sequence, stored_previous, text) != stored_hash:
                    reason = "the entry was changed"
                if reason:
                    return TimelineVerification(False, count, head, sequence, reason)
                previous = stored_hash
                seen_noted = seen_noted or previous.startswith(noted)
        broken = _whole_fault(sequence, count, highest, previous == head, seen_noted)
        if not broken and not guards.issuperset(TIMELINE_GUARDS):
            broken = (None, "the guards against changes are missing")
        if broken:
            return TimelineVerification(False, count, head, *broken)
        return TimelineVerification(True, count, head)

    def _batch(self, number: int, after: int, last: int = 2**62) -> list[tuple[int, str, str, str]]:
        with self._connection.read() as sqlite:
            return sqlite.execute(
                "SELECT sequence, entry, previous, hash FROM timeline WHERE incident = ? "
                "AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
                (number, after, last, _BATCH),
            ).fetchall()


def _fault(
    number: int, sequence: int, previous: str, stored: int, text: str, stored_previous: str
) -> str:
    if stored != sequence:
        return "entries were removed here"
    if stored_previous != previous:
        return "the entry does not follow the one before it: some were exchanged or inserted"
    try:
        belongs = json.loads(text)["incident"] == f"INC-{number}"
    except (ValueError, KeyError, TypeError):
        belongs = False
    return "" if belongs else "the entry was changed"


def _whole_fault(
    sequence: int, count: int, highest: int, heads_agree: bool, seen_noted: bool
) -> tuple[int | None, str] | None:
    if not count and not highest:
        return 1, "the whole timeline was removed"
    if sequence < count:
        return sequence + 1, "the last entries were removed"
    if highest > count:
        return count + 1, "entries were added past the head"
    if not heads_agree:
        return count, "the head is another entry's"
    return None if seen_noted else (None, "the noted head is not in it: it was written anew")


def _chosen(incident: str, kinds: tuple[str, ...], actor: str) -> tuple[str, tuple[Any, ...]]:
    where, values = "incident = ?", [incident_number(incident)]
    if kinds:
        where += f" AND kind IN ({', '.join('?' for _ in kinds)})"
    if actor:
        where += " AND actor_id = ?"
    return where, (*values, *kinds, *((actor,) if actor else ()))


def _canonical(number: int, entry: TimelineEntry) -> str:
    fields = asdict(entry) | {
        "incident": f"INC-{number}",
        "happened_at": milliseconds(entry.happened_at),
        "recorded_at": milliseconds(entry.recorded_at),
    }
    del fields["sequence"]
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _entry(sequence: int, text: str) -> TimelineEntry:
    try:
        fields: dict[str, Any] = json.loads(text)
        del fields["incident"]
        for name in ("happened_at", "recorded_at"):
            fields[name] = datetime.fromtimestamp(fields[name] / 1000, UTC)
        return replace(TimelineEntry(**fields), sequence=sequence)
    except (ValueError, TypeError, KeyError, OSError, OverflowError) as error:
        raise OpsError(
            "The timeline holds an entry that was not written by this bot.",
            "`/pitchey incident timeline verify` says which one.",
            permanent=True,
        ) from error
