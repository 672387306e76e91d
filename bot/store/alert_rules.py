"""What rules remember between two looks, and what is silenced."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from bot.command import Person
from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds

SILENCE, MAINTENANCE = "silence", "maintenance"
_COLUMNS = "id, kind, rule, environment, starts_at, ends_at, owner_id, owner_name, reason, ended_by"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a rule stands in an environment: `state` is ok, pending or firing, since then.

    `open` says whether its alert is; `changes` are the times it began and ceased to fire.
    """

    state: str = "ok"
    since: datetime | None = None
    open: bool = False
    changes: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts of rules that match `rule` (`*` is anything) are told to nobody until it ends."""

    id: int
    kind: str
    rule: str
    environment: str
    starts_at: datetime
    ends_at: datetime
    owner: Person
    reason: str
    ended_by: str

    def holds(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at

    def covers(self, rule: str, environment: str) -> bool:
        return fnmatchcase(rule.upper(), self.rule.upper()) and (
            not self.environment or self.environment == environment
        )


class AlertRules:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def conditions(self) -> dict[tuple[str, str], Condition]:
        """By rule and environment."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT rule, environment, state, since, open, changes FROM alert_conditions"
            ).fetchall()
        return {
            (row[0], row[1]): Condition(
                row[2], at(row[3]), bool(row[4]), tuple(at(each) for each in json.loads(row[5]))
            )
            for row in rows
        }

    def remember(self, conditions: Mapping[tuple[str, str], Condition], now: datetime) -> None:
        """Those that changed. A look cut off before this is done again, to the same end."""
        rows = [
            (
                rule, environment, each.state, milliseconds(each.since or now), each.open,
                json.dumps([milliseconds(change) for change in each.changes]),
            )
            for (rule, environment), each in conditions.items()
        ]  # fmt: skip
        with self._connection.write() as sqlite:
            sqlite.executemany(
                "INSERT INTO alert_conditions VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (rule, environment) DO UPDATE SET state = excluded.state, "
                "since = excluded.since, open = excluded.open, changes = excluded.changes",
                rows,
            )

    def forget(self, keys: Sequence[tuple[str, str]]) -> None:
        """Rules that are no more."""
        with self._connection.write() as sqlite:
            sqlite.executemany(
                "DELETE FROM alert_conditions WHERE rule = ? AND environment = ?", keys
            )

    def silence(
        self,
        kind: str,
        rule: str,
        environment: str,
        starts_at: datetime,
        ends_at: datetime,
        owner: Person,
        reason: str,
    ) -> Silence:
        with self._connection.write() as sqlite:
            added = sqlite.execute(
                "INSERT INTO alert_silences (kind, rule, environment, starts_at, ends_at, "
                "owner_id, owner_name, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    kind, rule, environment, milliseconds(starts_at), milliseconds(ends_at),
                    owner.id, owner.name, reason,
                ),
            )  # fmt: skip
            number = int(added.lastrowid or 0)
        return Silence(number, kind, rule, environment, starts_at, ends_at, owner, reason, "")

    def unsilence(self, number: int, by: str, now: datetime) -> bool:
        """End it now, or before it begins; False where it is over."""
        moment = milliseconds(now)
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE alert_silences SET ends_at = ?, ended_by = ?, "
                    "starts_at = min(starts_at, ?) WHERE id = ? AND ends_at > ? AND ended_by = ''",
                    (moment, by, moment, number, moment),
                ).rowcount
                == 1
            )

    def forget_silences_before(self, moment: datetime) -> None:
        """Those that were over then."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute("DELETE FROM alert_silences WHERE ends_at < ?", (milliseconds(moment),))

    def silences(self, now: datetime, *, past: int = 0) -> tuple[Silence, ...]:
        """Those that hold or will, the one that ends first first; then so many that are over."""
        moment = milliseconds(now)
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM alert_silences "  # noqa: S608 fixed words
                "WHERE ends_at > ? ORDER BY ends_at, id",
                (moment,),
            ).fetchall()
            rows += sqlite.execute(
                f"SELECT {_COLUMNS} FROM alert_silences "  # noqa: S608 fixed words
                "WHERE ends_at <= ? ORDER BY ends_at DESC, id LIMIT ?",
                (moment, past),
            ).fetchall()
        return tuple(map(_silence_of, rows))

    def maintenance_between(
        self, environment: str, since: datetime, until: datetime
    ) -> tuple[Silence, ...]:
        """Maintenance windows of every rule that reach into [since, until), by time."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                f"SELECT {_COLUMNS} FROM alert_silences "  # noqa: S608 fixed words
                "WHERE kind = ? AND rule = '*' AND environment IN ('', ?) "
                "AND starts_at < ? AND ends_at > ? ORDER BY starts_at, id",
                (MAINTENANCE, environment, milliseconds(until), milliseconds(since)),
            ).fetchall()
        return tuple(map(_silence_of, rows))


def _silence_of(row: tuple[Any, ...]) -> Silence:
    return Silence(
        row[0], row[1], row[2], row[3], at(row[4]), at(row[5]), Person(row[6], row[7]), row[8],
        row[9],
    )  # fmt: skip
