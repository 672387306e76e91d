"""How far a reader of a growing record has come, so that a crash loses and repeats nothing."""

from __future__ import annotations

from bot.store.connection import Connection


class Cursors:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def position(self, name: str) -> int | None:
        """The last number read; None for a reader that never read."""
        with self._connection.read() as sqlite:
            row = sqlite.execute("SELECT position FROM cursors WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def move(self, name: str, position: int) -> None:
        """Forward only: a slower second reader moves nothing back."""
        with self._connection.write(durable=False) as sqlite:
            sqlite.execute(
                "INSERT INTO cursors VALUES (?, ?) ON CONFLICT (name) "
                "DO UPDATE SET position = max(cursors.position, excluded.position)",
                (name, position),
            )
