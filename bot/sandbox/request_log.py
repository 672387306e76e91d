"""What really happened at the platform's edge: written by it, read by the Cloudflare API."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

import psycopg

_TABLE = """
    CREATE TABLE requests (
        at REAL, method TEXT, path TEXT, status INTEGER, outcome TEXT, wall_ms REAL,
        cpu_us INTEGER, version TEXT, country TEXT, ray TEXT, query TEXT, logs TEXT,
        exceptions TEXT)
"""
_COLUMNS = 13
# What an answer of 500 logged in those days stands in the platform's own table of errors.
_PAST = """
    SELECT extract(epoch FROM answered.created_at)::float8, method, endpoint, status_code, 'ok',
           response_time_ms::float8, cpu_time_us, version_id, country,
           left(answered.request_id, 16), '',
           CASE WHEN words IS NULL THEN '[]' ELSE json_build_array(json_build_object(
               'level', 'error', 'message', json_build_array(words),
               'timestamp', (extract(epoch FROM answered.created_at) * 1000)::bigint))::text END,
           '[]'
    FROM request_logs AS answered LEFT JOIN (
        SELECT DISTINCT ON (request_id) request_id, error_type || ': ' || error_message AS words
        FROM error_logs WHERE request_id IS NOT NULL
    ) AS failed ON failed.request_id = answered.request_id
    WHERE answered.created_at < to_timestamp(%s)
"""
_WRITE = """
    INSERT INTO request_logs (method, endpoint, status_code, response_time_ms, cpu_time_us,
                              version_id, country, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, to_timestamp(%s))
"""
_MOST_WAITING = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request: `at` in epoch seconds, wall time in ms, CPU in microseconds.

    `outcome` is `ok` or `exception`: a handler that answers 500 is still `ok`. `logs` and
    `exceptions` are JSON lists as a tail sends them.
    """

    at: float
    method: str
    path: str
    status: int
    outcome: str
    wall_ms: float
    cpu_us: int
    version: str
    country: str
    ray: str = field(default_factory=lambda: uuid.uuid4().hex[:16])
    query: str = ""
    logs: str = "[]"
    exceptions: str = "[]"

    @property
    def logged(self) -> list[dict[str, Any]]:
        """{level, message: […], timestamp in ms}, in their order."""
        return [] if self.logs == "[]" else list(json.loads(self.logs))

    @property
    def thrown(self) -> list[dict[str, Any]]:
        """{name, message, stack, timestamp in ms}."""
        return [] if self.exceptions == "[]" else list(json.loads(self.exceptions))


class RequestLog:
    """Keeps requests in memory for queries, and writes them to the platform's own table.

    The table is written through the database's door: while that is shut, rows are lost
    there, but not here.
    """

    def __init__(self) -> None:
        self._requests = sqlite3.connect(":memory:")
        self._requests.execute(_TABLE)
        self._started = time.time()
        self._waiting: list[Request] = []
        self._past_is_known = False
        self._learning = asyncio.Lock()
        self._listeners: list[Callable[[Request], None]] = []

    def listen(self, listener: Callable[[Request], None]) -> None:
        """Call `listener` with each request from now on, once it is answered."""
        self._listeners.append(listener)

    def add(self, request: Request) -> None:
        marks = ",".join("?" * _COLUMNS)
        self._requests.execute(f"INSERT INTO requests VALUES ({marks})", astuple(request))  # noqa: S608
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(request)
        for listener in self._listeners:
            listener(request)

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the table `requests`; read only."""
        return self._requests.execute(statement, parameters).fetchall()

    def forget_visits(self) -> None:
        """Only the requests of before the start are left, as if no one had come since."""
        self._requests.execute("DELETE FROM requests WHERE at >= ?", (self._started,))

    async def learn_past(self, url: str) -> None:
        """Add the requests of before the start, once; `url` is the platform's database."""
        async with self._learning:
            if not self._past_is_known:
                await self._learn(url)
                self._past_is_known = True

    async def _learn(self, url: str) -> None:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            rows = await (await connection.execute(_PAST, [self._started])).fetchall()
        marks = ",".join("?" * _COLUMNS)
        self._requests.executemany(f"INSERT INTO requests VALUES ({marks})", rows)  # noqa: S608

    async def write_for_ever(self, url: str) -> None:
        """Write waiting rows to the platform's table every second."""
        while True:
            await asyncio.sleep(1)
            rows, self._waiting = self._waiting, []
            if rows:
                with contextlib.suppress(psycopg.Error, OSError):
                    await _write(url, rows)

    def close(self) -> None:
        self._requests.close()


async def _write(url: str, rows: Sequence[Request]) -> None:
    values = [
        (
            row.method,
            row.path,
            row.status,
            row.wall_ms,
            row.cpu_us,
            row.version,
            row.country,
            row.at,
        )
        for row in rows
    ]
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
        await connection.cursor().executemany(_WRITE, values)
