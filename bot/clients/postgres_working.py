"""One statement that works on the database for long: watched while it runs, and really ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.AsyncConnection[dict[str, Any]]

LOOK_EVERY = 1.0  # seconds between two looks at its progress and at Cancel
ENDS_WITHIN = 10.0  # seconds that a cancelled statement may take to end
_CANCELLED = "57014"  # SQLSTATE


class StatementCancelled(OpsError):
    """The statement was ended in the database because somebody asked for it."""

    permanent = True


async def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Working:
    """A session in autocommit without a statement time-out, as CONCURRENTLY needs it."""

    connection: Connection
    told: Callable[[float], AbstractAsyncContextManager[None]]
    deadline: float  # seconds for one statement

    @property
    def pid(self) -> int:
        return self.connection.info.backend_pid

    async def rows(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows of a quick statement. Raises DatabaseFailure."""
        async with self.told(self.deadline):
            cursor = await self.connection.execute(sql.encode(), parameters)
            return await cursor.fetchall() if cursor.description else []

    async def run(
        self,
        sql: str,
        parameters: Any = None,
        *,
        stop: Callable[[], bool] = lambda: False,
        beat: Callable[[], Awaitable[None]] = _nothing,
    ) -> int:
        """Run one statement; answers the rows it touched, -1 where the server tells none.

        Each second `beat` is awaited and `stop` asked: where it is true the server ends the
        statement. Raises StatementCancelled then, and DatabaseFailure. Where the caller itself is
        cancelled, the statement is ended too.
        """
        import psycopg

        async with self.told(self.deadline):
            work = asyncio.create_task(self.connection.execute(sql.encode(), parameters))
            stopped = False
            try:
                while not (await asyncio.wait({work}, timeout=LOOK_EVERY))[0]:
                    if stop():
                        stopped = True
                        await self._end(work)
                    else:
                        await beat()
            except BaseException:
                await asyncio.shield(self._end(work))
                raise
            try:
                return (await work).rowcount
            except psycopg.errors.QueryCanceled as error:
                if stopped or "user request" in str(error):
                    raise StatementCancelled(
                        "The statement was cancelled in the database."
                    ) from error
                raise

    async def _end(self, work: asyncio.Task[Any]) -> None:
        """Ask the server to end it, and wait until it did."""
        import psycopg

        if work.done():
            return
        with contextlib.suppress(psycopg.Error, OSError):
            await self.connection.cancel_safe(timeout=ENDS_WITHIN)
        done, _ = await asyncio.wait({work}, timeout=ENDS_WITHIN)
        if not done:
            await self.connection.close()
