"""Messages that must arrive: stored before anything is posted, changed only forward."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.command import Block
from bot.store.connection import Connection, Sql, Turn
from bot.store.outbox_rows import (
    COLUMNS,
    Course,
    OutboxCounts,
    OutboxMessage,
    from_row,
    milliseconds,
    moment,
)

_OPEN = "state IN ('waiting', 'sending')"


class StoredMessages:
    """The outbox's rows. What a person relies on is power-cut safe; the rest may be repeated."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(  # noqa: PLR0913 the columns of a row
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block],
        key: str,
        thread_ts: str = "",
        fallback_channel: str = "",
        update_of: str = "",
        *,
        latest: bool = False,
        edit_only: bool = False,
        now: datetime | None = None,
    ) -> int:
        """Store a message, power-cut safe; a key that is known keeps its first message.

        With `update_of` it edits that message, in the channel where that one stands; `latest`
        takes the place of the edits of it that were not begun yet.
        """
        at = milliseconds(now or datetime.now(UTC))
        with self._connection.write() as sqlite:
            first = _first_of(sqlite, update_of)
            if first is not None:
                update_of, channel = first
                if latest:
                    sqlite.execute(
                        "DELETE FROM outbox WHERE update_of = ? AND state = 'waiting' AND key != ?",
                        (update_of, key),
                    )
            sqlite.execute(
                "INSERT OR IGNORE INTO outbox (key, channel, fallback_channel, thread_ts, "
                "update_of, text, blocks, created_at, next_at, edit_only) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    key, channel, fallback_channel, thread_ts, update_of, text,
                    json.dumps(list(blocks), separators=(",", ":")), at, at, edit_only,
                ),
            )  # fmt: skip
            found = sqlite.execute("SELECT id FROM outbox WHERE key = ?", (key,)).fetchone()
            return int(found[0])

    def channels(self) -> tuple[str, ...]:
        """Where something waits to be sent."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT DISTINCT channel FROM outbox WHERE {_OPEN}"  # noqa: S608 fixed words
            ).fetchall()
        return tuple(channel for (channel,) in rows)

    def head(self, channels: Sequence[str]) -> OutboxMessage | None:
        """The message that is next in those channels: the oldest that is not yet sent."""
        names = ", ".join("?" for _ in channels)
        return self._one(
            f"{_OPEN} AND channel IN ({names}) ORDER BY id LIMIT 1",
            tuple(channels),
        )

    def find(self, key: str) -> OutboxMessage | None:
        return self._one("key = ?", (key,))

    def begin(self, message: OutboxMessage, now: datetime) -> None:
        """An attempt begins: from here on it may have arrived, so this survives a power cut."""
        self._write(
            "UPDATE outbox SET began_at = CASE state WHEN 'sending' THEN began_at ELSE ? END, "
            "state = 'sending' WHERE id = ?",
            (milliseconds(now), message.id),
        )

    def later(
        self, message: OutboxMessage, next_at: datetime, problem: str, *, sure: bool, count: bool
    ) -> None:
        """Try again at `next_at`. `sure`: it has not arrived. `count`: as a failed attempt."""
        self._write(
            "UPDATE outbox SET state = CASE WHEN ? = 1 THEN 'waiting' ELSE state END, "
            "attempts = attempts + ?, next_at = ?, problem = ? WHERE id = ?",
            (int(sure), int(count), milliseconds(next_at), problem, message.id),
            durable=False,  # lost in a power cut, it costs one question to Slack
        )

    def divert(
        self, message: OutboxMessage, course: Course, *, problem: str, now: datetime
    ) -> None:
        """Slack refused it as it was: next in another form or channel, its edits with it."""
        moved = course.channel != message.channel
        meant_for = message.meant_for or (message.channel if moved else "")
        with self._connection.write() as sqlite:
            sqlite.execute(
                "UPDATE outbox SET state = 'waiting', form = ?, channel = ?, meant_for = ?, "
                "thread_ts = ?, update_of = ?, problem = ?, attempts = 0, next_at = ? WHERE id = ?",
                (
                    course.form, course.channel, meant_for, course.thread_ts, course.update_of,
                    problem, milliseconds(now), message.id,
                ),
            )  # fmt: skip
            sqlite.execute(
                f"UPDATE outbox SET channel = ? WHERE update_of = ? AND {_OPEN}",  # noqa: S608
                (course.channel, message.key),
            )

    def sent(self, message: OutboxMessage, channel: str, ts: str, now: datetime) -> None:
        """It stands in Slack at `channel`, `ts`. What it said is there; here it is forgotten."""
        self._write(
            "UPDATE outbox SET state = 'sent', sent_to = ?, ts = ?, sent_at = ?, problem = '', "
            "text = '', blocks = '[]' WHERE id = ?",
            (channel, ts, milliseconds(now), message.id),
        )

    def fail(self, message: OutboxMessage, problem: str) -> None:
        """Every way was refused: kept, and shown to people, until somebody tries again."""
        self._write(
            "UPDATE outbox SET state = 'failed', problem = ? WHERE id = ?", (problem, message.id)
        )

    def retry(self, now: datetime) -> int:
        """Failed messages wait again, to where they were meant to go; answers how many.

        What waits for its next try is tried at once as well.
        """
        at = milliseconds(now)
        with self._connection.write() as sqlite:
            again = sqlite.execute(
                "UPDATE outbox SET state = 'waiting', form = 'whole', attempts = 0, next_at = ?, "
                "channel = CASE meant_for WHEN '' THEN channel ELSE meant_for END, "
                "meant_for = '' WHERE state = 'failed'",
                (at,),
            ).rowcount
            sqlite.execute(
                f"UPDATE outbox SET next_at = ? WHERE {_OPEN} AND next_at > ?",  # noqa: S608
                (at, at),
            )
        return again

    def failed(self, limit: int = 10) -> tuple[OutboxMessage, ...]:
        """The newest failed messages, newest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {COLUMNS} FROM outbox WHERE state = 'failed' "  # noqa: S608 fixed words
                "ORDER BY id DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(from_row(row) for row in rows)

    def withdraw(self, key: str) -> None:
        """Forget a message that nobody waits for, unless it is on its way."""
        self._write(
            "DELETE FROM outbox WHERE key = ? AND state != 'sending'", (key,), durable=False
        )

    def counts(self) -> OutboxCounts:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT count(*) FILTER (WHERE {_OPEN}), "  # noqa: S608 fixed words
                "count(*) FILTER (WHERE state = 'failed'), min(created_at), "
                f"min(CASE WHEN {_OPEN} THEN next_at END) FROM outbox WHERE state != 'sent'"
            ).fetchone()
        waiting, failed, oldest, next_at = row
        return OutboxCounts(waiting, failed, moment(oldest), moment(next_at))

    def problem(self) -> str:
        """Why the oldest message that was tried has not arrived; empty where none was."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT problem FROM outbox WHERE {_OPEN} AND problem != '' "  # noqa: S608
                "AND state != 'sent' ORDER BY id LIMIT 1"
            ).fetchone()
        return str(row[0]) if row else ""

    def sent_since(self, instant: datetime) -> bool:
        """Whether Slack has taken any message since then."""
        with self._connection.read() as sqlite:
            found = sqlite.execute(
                "SELECT 1 FROM outbox WHERE sent_at > ? LIMIT 1", (milliseconds(instant),)
            ).fetchone()
        return found is not None

    def forget_before(self, instant: datetime) -> int:
        """Delete what was sent before then; answers how many. Its keys are free again.

        A message that is still being edited stays known: an edit would become a new message.
        """
        at = milliseconds(instant)
        with self._connection.write() as sqlite:
            return sqlite.execute(
                "DELETE FROM outbox WHERE state = 'sent' AND sent_at < ? AND key NOT IN "
                "(SELECT update_of FROM outbox WHERE sent_at IS NULL OR sent_at >= ?)",
                (at, at),
            ).rowcount

    def worker_lock(self) -> Turn:
        """The right to deliver: one process has it at a time, and a killed one loses it."""
        return self._connection.turn("outbox")

    def _one(self, where: str, values: tuple[object, ...]) -> OutboxMessage | None:
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                f"SELECT {COLUMNS} FROM outbox WHERE {where}",  # noqa: S608 fixed words
                values,
            ).fetchone()
        return None if row is None else from_row(row)

    def _write(self, sql: str, values: tuple[object, ...], *, durable: bool = True) -> None:
        with self._connection.write(durable=durable) as sqlite:
            sqlite.execute(sql, values)


def _first_of(sqlite: Sql, key: str) -> tuple[str, str] | None:
    """The key of the message that an edit of `key` edits in the end, and its channel."""
    if not key:
        return None
    row = sqlite.execute("SELECT key, channel, update_of FROM outbox WHERE key = ?", (key,))
    found = row.fetchone()
    if found is None:
        return None
    return (str(found[2] or found[0]), str(found[1]))
