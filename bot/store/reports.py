"""Reports as they were told, revision by revision, and the drafts before them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.store.connection import Connection
from bot.store.incidents_rows import Actor, instant, moment
from bot.store.outbox_rows import milliseconds
from bot.store.reports_rows import DraftState, ReportDraft, ReportRevision

_REVISION = "kind, period, revision, made_at, made_by_id, made_by_name, figures, facts"
_DRAFT = (
    "kind, period, preparer_id, preparer_name, words, asked_at, shown, state, decided_at, "
    "decider_name"
)


class Reports:
    """`kind` is weekly or monthly, `period` such as `2026-W47` or `2026-11`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(
        self,
        kind: str,
        period: str,
        figures: Mapping[str, str],
        facts: str,
        actor: Actor,
        now: datetime,
    ) -> tuple[ReportRevision, ReportRevision | None]:
        """The revision with these figures and the one before it; a new one where they changed."""
        with self._connection.write() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_REVISION} FROM reports WHERE kind = ? AND period = ? "  # noqa: S608
                "ORDER BY revision DESC LIMIT 2",
                (kind, period),
            ).fetchall()
            newest = [_revision_of(row) for row in rows]
            if newest and newest[0].figures == dict(figures):
                return newest[0], newest[1] if len(newest) > 1 else None
            made = ReportRevision(
                kind, period, newest[0].revision + 1 if newest else 1, now, actor.id, actor.name,
                dict(figures), facts,
            )  # fmt: skip
            sqlite.execute(
                f"INSERT INTO reports ({_REVISION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (
                    kind, period, made.revision, milliseconds(now), actor.id, actor.name,
                    json.dumps(dict(figures)), facts,
                ),
            )  # fmt: skip
            return made, newest[0] if newest else None

    def newest(self, kind: str, period: str) -> ReportRevision | None:
        return self._one("kind = ? AND period = ? ORDER BY revision DESC LIMIT 1", kind, period)

    def revision(self, kind: str, period: str, revision: int) -> ReportRevision | None:
        return self._one("kind = ? AND period = ? AND revision = ?", kind, period, revision)

    def draft(self, kind: str, period: str) -> ReportDraft | None:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {_DRAFT} FROM report_drafts WHERE kind = ? AND period = ?",  # noqa: S608
                (kind, period),
            ).fetchone()
        return None if row is None else _draft_of(row)

    def prepare(self, kind: str, period: str, preparer: Actor) -> ReportDraft:
        """Its draft, from now on that person's; what was written in it stays."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO report_drafts (kind, period, preparer_id, preparer_name, state) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, period) DO UPDATE SET "
                "preparer_id = excluded.preparer_id, preparer_name = excluded.preparer_name",
                (kind, period, preparer.id, preparer.name, DraftState.WAITING),
            )
        found = self.draft(kind, period)
        assert found is not None  # noqa: S101 written a moment ago
        return found

    def asked(self, kind: str, period: str, now: datetime) -> None:
        """The preparer was shown the draft once more."""
        self._set(
            "asked_at = coalesce(asked_at, ?), shown = shown + 1", kind, period, milliseconds(now)
        )

    def write(self, kind: str, period: str, words: str) -> None:
        """The preparer's own words; an approval before them does not hold for them."""
        self._set(
            "words = ?, state = CASE state WHEN 'approved' THEN 'waiting' ELSE state END",
            kind, period, words,
        )  # fmt: skip

    def decide(
        self, kind: str, period: str, state: DraftState, actor: Actor, now: datetime
    ) -> bool:
        """waiting → approved, or either → gone; False where it is so already, or went out."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE report_drafts SET state = ?, decided_at = ?, decider_name = ? "
                    "WHERE kind = ? AND period = ? AND state NOT IN (?, 'gone')",
                    (state, milliseconds(now), actor.name, kind, period, state),
                ).rowcount
                == 1
            )

    def _set(self, values: str, kind: str, period: str, *given: Any) -> None:
        with self._connection.write() as sqlite:
            sqlite.execute(
                f"UPDATE report_drafts SET {values} WHERE kind = ? AND period = ?",  # noqa: S608
                (*given, kind, period),
            )

    def _one(self, where: str, *values: Any) -> ReportRevision | None:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {_REVISION} FROM reports WHERE {where}",  # noqa: S608 fixed words
                values,
            ).fetchone()
        return None if row is None else _revision_of(row)


def _revision_of(row: tuple[Any, ...]) -> ReportRevision:
    fields = dict(zip(_REVISION.split(", "), row, strict=True))
    fields["made_at"], fields["figures"] = instant(fields["made_at"]), json.loads(fields["figures"])
    return ReportRevision(**fields)


def _draft_of(row: tuple[Any, ...]) -> ReportDraft:
    fields = dict(zip(_DRAFT.split(", "), row, strict=True))
    fields["state"] = DraftState(fields["state"])
    for name in ("asked_at", "decided_at"):
        fields[name] = moment(fields[name])
    return ReportDraft(**fields)
