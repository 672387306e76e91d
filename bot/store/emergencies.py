"""Declared emergencies: who commands one may act without waiting for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.connection import Connection

SEVEREST = "SEV1"


@dataclass(frozen=True, slots=True)
class Emergency:
    """`commander` is a Slack user id; `declared_at` is UTC."""

    id: int
    severity: str
    commander: str
    declared_at: datetime


class Emergencies:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def declare(self, severity: str, commander: str, now: datetime) -> int:
        """Answers the emergency's number."""
        with self._connection.write() as sqlite:
            row = sqlite.execute(
                "INSERT INTO emergencies (severity, commander, declared_at) VALUES (?, ?, ?)",
                (severity, commander, int(now.timestamp() * 1000)),
            )
            return int(row.lastrowid or 0)

    def align(self, incident: int, commander: str, now: datetime) -> None:
        """The open emergency of that incident is that person's; with nobody, there is none.

        The same again changes nothing, so it may be repeated after a crash.
        """
        at = int(now.timestamp() * 1000)
        with self._connection.write() as sqlite:
            found = sqlite.execute(
                "SELECT commander FROM emergencies WHERE incident = ? AND ended_at IS NULL",
                (incident,),
            ).fetchone()
            if found is not None and found[0] == commander:
                return
            if found is not None and not commander:
                sqlite.execute(
                    "UPDATE emergencies SET ended_at = ? WHERE incident = ? AND ended_at IS NULL",
                    (at, incident),
                )
            elif found is not None:
                sqlite.execute(
                    "UPDATE emergencies SET commander = ? WHERE incident = ? AND ended_at IS NULL",
                    (commander, incident),
                )
            elif commander:
                sqlite.execute(
                    "INSERT INTO emergencies (severity, commander, declared_at, incident) "
                    "VALUES (?, ?, ?, ?)",
                    (SEVEREST, commander, at, incident),
                )

    def of_incidents(self) -> tuple[int, ...]:
        """The numbers of the incidents that have an open emergency."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT incident FROM emergencies WHERE incident IS NOT NULL AND ended_at IS NULL "
                "ORDER BY incident"
            ).fetchall()
        return tuple(number for (number,) in rows)

    def hand_over(self, emergency: int, commander: str) -> bool:
        """Another commander; False where it is over."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE emergencies SET commander = ? WHERE id = ? AND ended_at IS NULL",
                    (commander, emergency),
                ).rowcount
                == 1
            )

    def end(self, emergency: int, now: datetime) -> bool:
        """False where it was over before."""
        with self._connection.write() as sqlite:
            return (
                sqlite.execute(
                    "UPDATE emergencies SET ended_at = ? WHERE id = ? AND ended_at IS NULL",
                    (int(now.timestamp() * 1000), emergency),
                ).rowcount
                == 1
            )

    def commanded_by(self, person: str, severity: str = SEVEREST) -> Emergency | None:
        """The newest open emergency of that severity which the person commands."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT id, severity, commander, declared_at FROM emergencies "
                "WHERE commander = ? AND severity = ? AND ended_at IS NULL "
                "ORDER BY id DESC LIMIT 1",
                (person, severity),
            ).fetchone()
        if row is None:
            return None
        return Emergency(row[0], row[1], row[2], datetime.fromtimestamp(row[3] / 1000, UTC))
