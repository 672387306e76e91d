"""Where reports were sent, how far that is, and the upcoming work that people noted for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.errors import BadInput
from bot.store.connection import Connection
from bot.store.incidents_rows import Actor, instant, moment
from bot.store.outbox_rows import milliseconds
from bot.store.reports_rows import PostState, ReportNote, ReportPost

_POST = (
    "kind, period, revision, channel, state, note, pictures, attempts, problem, canvas, wanted_at"
)
_NOTE = "number, text, week, author_id, author_name, created_at, dropped_at"
_THIS = "kind = ? AND period = ? AND revision = ? AND channel = ?"


class ReportPosts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(
        self, kind: str, period: str, revision: int, channel: str, note: str, now: datetime
    ) -> bool:
        """It is to be sent there; False where it was, or is on its way already."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "INSERT OR IGNORE INTO report_posts "
                    "(kind, period, revision, channel, state, note, wanted_at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (kind, period, revision, channel, PostState.WANTED, note, milliseconds(now)),
                ).rowcount
                == 1
            )

    def find(self, kind: str, period: str, revision: int, channel: str) -> ReportPost | None:
        found = self._posts(_THIS, kind, period, revision, channel)
        return found[0] if found else None

    def of(self, kind: str, period: str) -> tuple[ReportPost, ...]:
        """Where it was sent, oldest first."""
        return self._posts(
            "kind = ? AND period = ? ORDER BY wanted_at, revision, channel", kind, period
        )

    def unfinished(self) -> tuple[ReportPost, ...]:
        """Those whose message or files are still to be brought, oldest first."""
        return self._posts(
            "state IN ('wanted', 'posted') ORDER BY wanted_at, kind, period, revision, channel"
        )

    def move(
        self,
        post: ReportPost,
        state: PostState,
        *,
        pictures: Sequence[str] = (),
        problem: str = "",
    ) -> None:
        """How far it is now; `pictures` once they are uploaded. A move begins to count anew."""
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE report_posts SET state = ?, attempts = 0, problem = ?, pictures = "  # noqa: S608
                f"CASE ? WHEN '[]' THEN pictures ELSE ? END WHERE {_THIS}",
                (state, problem, *[json.dumps(list(pictures))] * 2, *_identity(post)),
            )

    def failed(self, post: ReportPost, problem: str) -> None:
        """One more attempt did not succeed."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                f"UPDATE report_posts SET attempts = attempts + 1, problem = ? WHERE {_THIS}",  # noqa: S608
                (problem, *_identity(post)),
            )

    def note_canvas(self, post: ReportPost, canvas: str) -> None:
        """The canvas's id, or why there is none."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                f"UPDATE report_posts SET canvas = ? WHERE {_THIS}",  # noqa: S608 fixed words
                (canvas, *_identity(post)),
            )

    def canvas_refused(self, channel: str) -> bool:
        """Whether Slack has refused a canvas there before."""
        with self._connection.read() as sqlite:
            found = sqlite.execute(
                "SELECT 1 FROM report_posts WHERE channel = ? AND canvas LIKE 'refused%' LIMIT 1",
                (channel,),
            ).fetchone()
        return found is not None

    def add_note(self, text: str, week: str, author: Actor, now: datetime) -> ReportNote:
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "INSERT INTO report_notes (text, week, author_id, author_name, created_at) "  # noqa: S608
                f"VALUES (?, ?, ?, ?, ?) RETURNING {_NOTE}",
                (text, week, author.id, author.name, milliseconds(now)),
            ).fetchone()
        return _note_of(row)

    def notes(self, week: str) -> tuple[ReportNote, ...]:
        """Those for that week's report, oldest first; dropped ones are left out."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_NOTE} FROM report_notes "  # noqa: S608 fixed words
                "WHERE week = ? AND dropped_at IS NULL ORDER BY number",
                (week,),
            ).fetchall()
        return tuple(map(_note_of, rows))

    def drop_note(self, note: str, now: datetime) -> ReportNote:
        """The note as it was; raises BadInput where there is none of that id."""
        digits = note.strip().upper().removeprefix("NOTE-")
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "UPDATE report_notes SET dropped_at = ? WHERE number = ? "  # noqa: S608
                f"AND dropped_at IS NULL RETURNING {_NOTE}",
                (milliseconds(now), number),
            ).fetchone()
        if row is None:
            raise BadInput(
                "There is no such note.", "`/pitchey report note list` shows them with their ids."
            )
        return _note_of(row)

    def _posts(self, where: str, *values: Any) -> tuple[ReportPost, ...]:
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_POST} FROM report_posts WHERE {where}",  # noqa: S608 fixed words
                values,
            ).fetchall()
        return tuple(map(_post_of, rows))


def _identity(post: ReportPost) -> tuple[str, str, int, str]:
    return post.kind, post.period, post.revision, post.channel


def _post_of(row: tuple[Any, ...]) -> ReportPost:
    fields = dict(zip(_POST.split(", "), row, strict=True))
    fields["state"] = PostState(fields["state"])
    fields["pictures"] = tuple(json.loads(fields["pictures"]))
    fields["wanted_at"] = instant(fields["wanted_at"])
    return ReportPost(**fields)


def _note_of(row: tuple[Any, ...]) -> ReportNote:
    fields = dict(zip(_NOTE.split(", "), row, strict=True))
    fields["created_at"] = instant(fields["created_at"])
    fields["dropped_at"] = moment(fields["dropped_at"])
    return ReportNote(**fields)
