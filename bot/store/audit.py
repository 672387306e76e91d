"""The audit log: entries can be added and read, never changed, and tampering shows.

`verify` finds entries that were changed, removed (the last one too, by the head record),
inserted or put in another order, and guards that were taken away. It cannot find a log whose
every later hash, and the head, were written anew by someone with access to the file: note
the head elsewhere from time to time and pass it as `noted` to find that too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.errors import OpsError
from bot.store.chain import FIRST, AuditEntry, canonical, from_canonical, instant, link
from bot.store.connection import Connection, Sql
from bot.store.migrations import GUARD_COUNT

_BATCH = 500  # entries verified between two chances for others to write


@dataclass(frozen=True, slots=True)
class Verification:
    """`first_broken` is the number of the first entry that is not as it was written.

    `unknown_head`: every entry fits the one before, and only the noted head is not among them.
    """

    intact: bool
    entries: int
    head: str
    first_broken: int | None = None
    reason: str = ""
    unknown_head: bool = False


class Audit:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, entry: AuditEntry) -> int:
        """Write the entry behind the last one, power-cut safe; answers its number from 1."""
        text = canonical(entry)
        with self._connection.write() as sqlite:
            count, previous = _head(sqlite)
            sequence = count + 1
            sqlite.execute(
                "INSERT INTO audit (sequence, entry, previous, hash) VALUES (?, ?, ?, ?)",
                (sequence, text, previous, link(sequence, previous, text)),
            )
            return sequence

    def entries(
        self,
        person: str | None = None,
        command: str | None = None,
        since: datetime | None = None,
        outcome: str | None = None,
        limit: int = 50,
    ) -> tuple[AuditEntry, ...]:
        """The newest entries that fit, newest first. `person` is an id, `since` an aware time.

        `command` is a whole name, or the first word of several.
        """
        wanted = {
            "person_id = ?": person,
            # `practise` stands for every command that begins with that word.
            "? IN (command, substr(command, 1, instr(command || ' ', ' ') - 1))": command,
            "at >= ?": instant(since) if since else None,
            "outcome = ?": outcome,
        }
        given = {condition: value for condition, value in wanted.items() if value is not None}
        where = " AND ".join(given) or "1 = 1"
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT entry FROM audit WHERE {where} ORDER BY sequence DESC LIMIT ?",  # noqa: S608 fixed words
                [*given.values(), limit],
            ).fetchall()
        try:
            return tuple(from_canonical(text) for (text,) in rows)
        except (ValueError, TypeError, KeyError) as error:
            raise _foreign() from error

    def counted(self, since: datetime, until: datetime) -> dict[str, int]:
        """How often each outcome was recorded in [since, until), aware times."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT outcome, count(*) FROM audit WHERE at >= ? AND at < ? GROUP BY outcome",
                (instant(since), instant(until)),
            ).fetchall()
        return {str(outcome): int(count) for outcome, count in rows}

    def outcomes(self, reference: str, since: datetime) -> frozenset[str]:
        """What was recorded under that reference since then (an aware time)."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT outcome FROM audit WHERE at >= ? "
                "AND json_extract(entry, '$.reference') = ?",
                (instant(since), reference),
            ).fetchall()
        return frozenset(outcome for (outcome,) in rows)

    def head(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last one; nothing is verified."""
        with self._connection.read() as sqlite:
            return _head(sqlite)

    def after(self, sequence: int, limit: int = 500) -> tuple[tuple[int, AuditEntry], ...]:
        """The entries behind that number, each with its own, oldest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT sequence, entry FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?",
                (sequence, limit),
            ).fetchall()
        try:
            return tuple((number, from_canonical(text)) for number, text in rows)
        except (ValueError, TypeError, KeyError) as error:
            raise _foreign() from error

    def each(self) -> Iterator[tuple[int, AuditEntry, str]]:
        """Every entry with its number and hash, oldest first, in batches; raises OpsError."""
        sequence = 0
        count, _ = self.head()
        while rows := self._batch(sequence, count):
            for number, text, _previous, found in rows:
                try:
                    yield number, from_canonical(text), found
                except (ValueError, TypeError, KeyError) as error:
                    raise _foreign() from error
            sequence = rows[-1][0]

    def verify(self, noted: str = "") -> Verification:
        """Read the whole log and recompute every hash; `noted` is a head (or its start) of before.

        Entries that are written meanwhile are not part of it.
        """
        with self._connection.read() as sqlite:
            # Before the head: another process may add an entry between the two.
            highest = sqlite.execute("SELECT coalesce(max(sequence), 0) FROM audit").fetchone()[0]
            count, head = _head(sqlite)
        guards = len(self._connection.triggers("audit", "audit_head"))
        previous, sequence, seen_noted = FIRST, 0, not noted or FIRST.startswith(noted)
        while sequence < count:
            rows = self._batch(sequence, count)
            for number, entry, stored_previous, stored_hash in rows:
                sequence += 1
                if reason := _fault(
                    sequence, previous, number, entry, stored_previous, stored_hash
                ):
                    return Verification(False, count, head, sequence, reason)
                previous = stored_hash
                seen_noted = seen_noted or previous.startswith(noted)
            if not rows:
                return Verification(
                    False, count, head, sequence + 1, "the last entries were removed"
                )
        if previous != head:
            return Verification(False, count, head, count or None, "the head is another entry's")
        if highest > count:
            return Verification(False, count, head, count + 1, "entries were added past the head")
        if guards != GUARD_COUNT:
            return Verification(False, count, head, None, "the guards against changes are missing")
        if not seen_noted:
            reason = "the noted head is not in the log: it was written anew"
            return Verification(False, count, head, None, reason, unknown_head=True)
        return Verification(True, count, head)

    def _batch(self, after: int, last: int) -> list[tuple[int, str, str, str]]:
        with self._connection.read() as sqlite:
            return sqlite.execute(
                "SELECT sequence, entry, previous, hash FROM audit "
                "WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
                (after, last, _BATCH),
            ).fetchall()


def _fault(
    sequence: int, previous: str, number: int, entry: str, stored_previous: str, stored_hash: str
) -> str:
    if number != sequence:
        return "entries were removed here"
    if link(number, stored_previous, entry) != stored_hash:
        return "the entry was changed"
    if stored_previous != previous:
        return "the entry does not follow the one before it: some were exchanged or inserted"
    return ""


def _foreign() -> OpsError:
    return OpsError(
        "The audit log holds an entry that was not written by this bot.",
        "`/pitchey audit verify` says which one.",
        permanent=True,
    )


def _head(sqlite: Sql) -> tuple[int, str]:
    """How many entries were written, and the hash of the last one."""
    row = sqlite.execute("SELECT entries, hash FROM audit_head").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")
