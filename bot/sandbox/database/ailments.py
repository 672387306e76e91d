"""What the switches of symptoms do inside the database: a lock, an index, a table that is away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import LiteralString

import psycopg
from psycopg import AsyncConnection

from bot.sandbox.faults import Faults

# By switch: the statement that breaks, and the one that mends.
_CHANGES: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "session_store_down": (
        "ALTER TABLE IF EXISTS user_sessions RENAME TO user_sessions_of_yesterday",
        "ALTER TABLE IF EXISTS user_sessions_of_yesterday RENAME TO user_sessions",
    ),
    "missing_index": (
        "DROP INDEX IF EXISTS idx_pitch_views_pitch",
        "CREATE INDEX IF NOT EXISTS idx_pitch_views_pitch ON pitch_views (pitch_id)",
    ),
}
_WAITS = "UPDATE pitches SET view_count = view_count + 1 WHERE id = 1"


class Ailments:
    """Works in the platform's database, past its door, as the application."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._holder: AsyncConnection | None = None
        self._waiter: AsyncConnection | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._changed: set[str] = set()  # switches whose change of the rows is to be undone

    async def apply(self, url: str) -> None:
        """Bring the rows in line with the switches."""
        if not self._faults.on("blocking_session"):
            await self.release()
        wanted = {name for name in _CHANGES if self._faults.on(name)}
        if wanted != self._changed:
            async with await AsyncConnection.connect(url, autocommit=True) as connection:
                for name in wanted ^ self._changed:
                    await connection.execute(_CHANGES[name][name not in wanted])
            self._changed = wanted
        if self._faults.on("blocking_session") and self._holder is None:
            await self._block(url)

    def forget(self) -> None:
        """The rows were put back, so nothing is left to undo."""
        self._changed.clear()

    async def release(self) -> None:
        """End the session that blocks, and the one that waits for it."""
        holder, self._holder = self._holder, None
        waiter, self._waiter = self._waiter, None
        waiting, self._waiting = self._waiting, None
        if holder is not None:
            await holder.close()
        if waiting is not None:
            with contextlib.suppress(psycopg.Error):
                await waiting
        if waiter is not None:
            await waiter.close()

    async def _block(self, url: str) -> None:
        """Somebody's console has locked the pitches and was left open; a worker waits."""
        self._holder = await AsyncConnection.connect(url, application_name="admin-console")
        await self._holder.execute("LOCK TABLE pitches IN ACCESS EXCLUSIVE MODE")
        self._waiter = await AsyncConnection.connect(url, application_name="pitchey-worker")
        self._waiting = asyncio.create_task(self._waiter.execute(_WAITS))
