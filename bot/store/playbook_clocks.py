"""What runs of playbooks say by themselves: alarms, the climbed ladder, offers, cards, timelines.

Each of these is said once, by whichever process comes first, and late where none was running.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.playbooks.records import Alarm, Entry, RunRecord
from bot.store.connection import Connection
from bot.store.operation_rows import milliseconds
from bot.store.playbook_rows import (
    ALARM_COLUMNS,
    RUN_COLUMNS,
    alarm_from,
    append_entry,
    run_from,
    run_id,
    run_number,
)


class PlaybookClocks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set_alarms(self, run: str, alarms: Sequence[Alarm], past: datetime) -> None:
        """Those that have not fired are replaced; what was due before `past` is not said again."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            sqlite.execute(
                "DELETE FROM playbook_alarms WHERE run = ? AND fired_at IS NULL", (number,)
            )
            for alarm in alarms:
                due = milliseconds(alarm.due_at)
                fired = milliseconds(past) if alarm.due_at <= past else None
                sqlite.execute(
                    f"INSERT OR IGNORE INTO playbook_alarms (run, {ALARM_COLUMNS}, fired_at) "  # noqa: S608 fixed
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (number, alarm.key, due, alarm.kind, alarm.subject, alarm.share, fired),
                )

    def due(self, now: datetime) -> tuple[tuple[str, Alarm], ...]:
        """Alarms of active runs that are due and were not fired, oldest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT run, {ALARM_COLUMNS} FROM playbook_alarms "  # noqa: S608 fixed words
                "JOIN playbook_runs ON number = run AND state = 'active' "
                "WHERE fired_at IS NULL AND due_at <= ? ORDER BY due_at, run, key",
                (milliseconds(now),),
            ).fetchall()
        return tuple((run_id(row[0]), alarm_from(row[1:])) for row in rows)

    def fired(self, run: str, key: str, now: datetime, entry: Entry | None) -> bool:
        """False where it was fired before."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            fired = sqlite.execute(
                "UPDATE playbook_alarms SET fired_at = ? "
                "WHERE run = ? AND key = ? AND fired_at IS NULL",
                (milliseconds(now), number, key),
            ).rowcount
            if fired and entry is not None:
                append_entry(sqlite, number, entry)
            return fired == 1

    def offered(self, run: str, version: str, entry: Entry) -> bool:
        """Note that people were told of that version; False where they were before."""
        number = run_number(run)
        with self._connection.write() as sqlite:
            noted = sqlite.execute(
                "UPDATE playbook_runs SET offered = ? WHERE number = ? AND offered != ?",
                (version, number, version),
            ).rowcount
            if noted:
                append_entry(sqlite, number, entry)
            return noted == 1

    def climb(
        self, run: RunRecord, called: int, next_at: datetime | None, entry: Entry | None
    ) -> bool:
        """Store how far the ladder is climbed; False where another process did it first."""
        number = run_number(run.id)
        when = None if next_at is None else milliseconds(next_at)
        before = None if run.climb_at is None else milliseconds(run.climb_at)
        with self._connection.write() as sqlite:
            climbed = sqlite.execute(
                "UPDATE playbook_runs SET climb_called = ?, climb_at = ? "
                "WHERE number = ? AND climb_called = ? AND climb_at IS NOT DISTINCT FROM ?",
                (called, when, number, run.climb_called, before),
            ).rowcount
            if climbed and entry is not None:
                append_entry(sqlite, number, entry)
            return climbed == 1

    def told(self, run: str, sequence: int) -> None:
        """The history up to that line is on the incident's timeline."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "UPDATE playbook_runs SET told = ? WHERE number = ? AND told < ?",
                (sequence, run_number(run), sequence),
            )

    def untold(self) -> tuple[RunRecord, ...]:
        """Of the newest runs, those of incidents with history that is not on the timeline yet."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {RUN_COLUMNS} FROM playbook_runs WHERE incident != '' AND "  # noqa: S608
                "told < (SELECT max(sequence) FROM playbook_history WHERE run = number) AND "
                "number > (SELECT max(number) FROM playbook_runs) - 500 ORDER BY number"
            ).fetchall()
        return tuple(run_from(row) for row in rows)

    def card(self, run: str, card: str) -> tuple[int, str]:
        """How often the card was posted or edited, and the digest of what it shows."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT revision, digest FROM playbook_cards WHERE run = ? AND card = ?",
                (run_number(run), card),
            ).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, "")

    def posted(self, run: str, card: str, before: int, digest: str) -> bool:
        """Note the card's next revision; False where another process was quicker."""
        number = run_number(run)
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "INSERT OR IGNORE INTO playbook_cards (run, card, revision, digest) "
                "VALUES (?, ?, 0, '')",
                (number, card),
            )
            return (
                sqlite.execute(
                    "UPDATE playbook_cards SET revision = revision + 1, digest = ? "
                    "WHERE run = ? AND card = ? AND revision = ?",
                    (digest, number, card, before),
                ).rowcount
                == 1
            )
