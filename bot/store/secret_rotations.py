"""When secrets of a Worker were set through this bot: names and times, never values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.outbox_rows import milliseconds
from bot.store.samples_rows import instant


@dataclass(frozen=True, slots=True)
class Rotation:
    """The newest setting of one secret; `generated` says that the bot made the value itself."""

    name: str
    at: datetime
    person_name: str
    generated: bool


class SecretRotations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, script: str, rotation: Rotation, operation: str) -> None:
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO secret_rotations VALUES (?, ?, ?, ?, ?, ?)",
                (
                    script,
                    rotation.name,
                    milliseconds(rotation.at),
                    rotation.person_name,
                    int(rotation.generated),
                    operation,
                ),
            )

    def newest(self, script: str) -> dict[str, Rotation]:
        """The last one of each secret, by name."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT name, at, person_name, generated FROM secret_rotations "
                "WHERE script = ? ORDER BY at",
                (script,),
            ).fetchall()
        return {
            name: Rotation(name, instant(at), person, bool(generated))
            for name, at, person, generated in rows
        }
