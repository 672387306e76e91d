"""What the platform's handlers stand on: its database, cache and storage, and the switches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import psycopg
from aiohttp import web
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from bot.sandbox.faults import Faults
from bot.sandbox.redis import Redis

_DATABASE: ContextVar[str] = ContextVar("database", default="")


@contextmanager
def database_of(url: str) -> Iterator[None]:
    """Within it, the database of a version whose secret DATABASE_URL was set; "" is the usual."""
    token = _DATABASE.set(url)
    try:
        yield
    finally:
        _DATABASE.reset(token)


@dataclass
class Backend:
    """The bindings of the stand-in Worker.

    `check_storage` makes one real call to the uploads bucket and raises OSError with the
    service's words where it fails.
    """

    faults: Faults
    database_url: str
    redis: Redis
    check_storage: Callable[[], Awaitable[None]]

    async def connect(self) -> AsyncConnection[DictRow]:
        """A connection of its own for each request, as serverless drivers make them."""
        return await AsyncConnection.connect(
            _DATABASE.get() or self.database_url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=30,
            application_name="pitchey-worker",
        )

    def upstream_error(self, error: Exception) -> str:
        """The database driver's raw words; as in the platform, they tell too much."""
        words = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        if "compute time quota" in words:
            message = words.rpartition("FATAL:")[2].strip()
            return f'Server error (HTTP status 402): {{"message":"{message}","code":"XX000"}}'
        words = words.replace('"', "'")
        return (
            "Server error (HTTP status 500): "
            f'{{"message":"{words} [{self.database_url}]","code":"08006"}}'
        )


BACKEND = web.AppKey("backend", Backend)
DatabaseErrors = (psycopg.Error, TimeoutError, OSError)
