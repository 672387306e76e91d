"""Findings of security audits: new, still there, fixed, and accepted until a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.connection import Connection, Sql
from bot.store.incidents_rows import instant, moment
from bot.store.outbox_rows import milliseconds

_COLUMNS = (
    "id, part, place, title, severity, evidence, remedy, owner, first_seen, last_seen, fixed_at, "
    "accepted_until, accepted_why, accepted_by"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit saw. `key` tells it from others of its part, without any secret in it."""

    part: str
    place: str
    key: str
    title: str
    severity: str  # critical, warning or info
    evidence: str
    remedy: str
    owner: str = ""

    @property
    def id(self) -> str:
        """`SF-` and eight letters of a digest: the same finding is the same every week."""
        text = "\x1f".join((self.part, self.place, self.key))
        return f"SF-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding as it is remembered; UTC."""

    id: str
    part: str
    place: str
    title: str
    severity: str
    evidence: str
    remedy: str
    owner: str
    first_seen: datetime
    last_seen: datetime
    fixed_at: datetime | None
    accepted_until: datetime | None
    accepted_why: str
    accepted_by: str

    def accepted(self, now: datetime) -> bool:
        return self.accepted_until is not None and self.accepted_until > now


@dataclass(frozen=True, slots=True)
class Compared:
    """This audit against what was known. An accepted risk that ended is in `still`."""

    new: tuple[KnownFinding, ...]
    still: tuple[KnownFinding, ...]
    fixed: tuple[KnownFinding, ...]
    accepted: tuple[KnownFinding, ...]


class SecurityFindings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(
        self,
        findings: Sequence[Finding],
        checked: Iterable[str],
        unchecked: Iterable[str],
        now: datetime,
    ) -> Compared:
        """Remember an audit. What is missing of a part that was checked whole is fixed."""
        at, seen = milliseconds(now), {each.id: each for each in findings}
        checked, unchecked = set(checked), set(unchecked)
        with self._connection.write() as sqlite:
            before = {each.id: each for each in _read(sqlite, "1 = 1", ())}
            for identifier, each in seen.items():
                sqlite.execute(
                    f"INSERT INTO security_findings ({_COLUMNS}) "  # noqa: S608 fixed words
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, '', '') "
                    "ON CONFLICT (id) DO UPDATE SET title = excluded.title, "
                    "severity = excluded.severity, evidence = excluded.evidence, "
                    "remedy = excluded.remedy, owner = excluded.owner, "
                    "first_seen = CASE WHEN security_findings.fixed_at IS NULL "
                    "THEN security_findings.first_seen ELSE excluded.first_seen END, "
                    "last_seen = excluded.last_seen, fixed_at = NULL",
                    (
                        identifier, each.part, each.place, each.title, each.severity,
                        each.evidence, each.remedy, each.owner, at, at,
                    ),
                )  # fmt: skip
            gone = [
                each.id
                for each in before.values()
                if each.fixed_at is None and each.id not in seen and each.part in checked
            ]
            sqlite.executemany(
                "UPDATE security_findings SET fixed_at = ? WHERE id = ?",
                [(at, identifier) for identifier in gone],
            )
            after = {each.id: each for each in _read(sqlite, "1 = 1", ())}
            looked = {*checked, *unchecked}
            after = {name: each for name, each in after.items() if each.part in looked}
            compared = _compared(before, after, gone, now)
            sqlite.execute(
                "INSERT INTO security_audits (at, new, fixed, still, accepted, unchecked) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    at, len(compared.new), len(compared.fixed), len(compared.still),
                    len(compared.accepted), json.dumps(sorted(unchecked)),
                ),
            )  # fmt: skip
        return compared

    def accept(self, finding: str, until: datetime, why: str, by: str) -> bool:
        """Somebody bears the risk until then; False where no such finding is open."""
        with self._connection.write() as sqlite:
            done = sqlite.execute(
                "UPDATE security_findings SET accepted_until = ?, accepted_why = ?, "
                "accepted_by = ? WHERE id = ? AND fixed_at IS NULL",
                (milliseconds(until), why, by, finding),
            )
            return done.rowcount == 1

    def open(self) -> tuple[KnownFinding, ...]:
        """Everything that is not fixed, accepted ones too; the longest known first."""
        with self._connection.read() as sqlite:
            return _read(sqlite, "fixed_at IS NULL", ())

    def find(self, finding: str) -> KnownFinding | None:
        with self._connection.read() as sqlite:
            found = _read(sqlite, "id = ?", (finding,))
        return found[0] if found else None

    def last_audit(self) -> datetime | None:
        with self._connection.read() as sqlite:
            (at,) = sqlite.execute("SELECT max(at) FROM security_audits").fetchone()
        return None if at is None else instant(at)


def _compared(
    before: dict[str, KnownFinding],
    after: dict[str, KnownFinding],
    gone: Sequence[str],
    now: datetime,
) -> Compared:
    new, still, accepted = [], [], []
    for identifier, each in after.items():
        if each.fixed_at is not None:
            continue
        known = before.get(identifier)
        if each.accepted(now):
            accepted.append(each)
        elif known is None or known.fixed_at is not None:
            new.append(each)
        else:
            still.append(each)
    fixed = tuple(after[identifier] for identifier in gone)
    return Compared(tuple(new), tuple(still), fixed, tuple(accepted))


def _read(sqlite: Sql, where: str, values: Sequence[object]) -> tuple[KnownFinding, ...]:
    rows = sqlite.execute(
        f"SELECT {_COLUMNS} FROM security_findings WHERE {where} "  # noqa: S608 fixed words
        "ORDER BY first_seen, id",
        values,
    ).fetchall()
    return tuple(map(_known, rows))


def _known(row: tuple[Any, ...]) -> KnownFinding:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("first_seen", "last_seen"):
        fields[name] = instant(fields[name])
    for name in ("fixed_at", "accepted_until"):
        fields[name] = moment(fields[name])
    return KnownFinding(**fields)
