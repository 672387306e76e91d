"""Which engine keeps the stores of a test.

What opens a file opens, over PostgreSQL, an empty database that stands for that path: every
feature runs over both engines, and no test says so twice. Both are the real thing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.store import Store
from bot.store.postgresql.connection import WRITE_LOCK
from bot.store.postgresql.leases import SECONDS
from tests.postgresql_store import Server

FILE, POSTGRESQL = "file", "postgresql"
EVERYTHING = os.environ.get("PITCHEY_STORE", FILE)
if EVERYTHING not in {FILE, POSTGRESQL}:
    raise pytest.UsageError(f"PITCHEY_STORE is {FILE} or {POSTGRESQL}, not {EVERYTHING}")

_open = Store.open
_server: Server | None = None
_databases: dict[Path, str] = {}


def address(path: Path) -> str:
    """Of the database that stands for this file; "" where the file itself is meant."""
    path = path.absolute()
    if _server is None or (path.exists() and path not in _databases):
        return ""
    if path not in _databases:
        _databases[path] = _server.shaped(path.parent)
    return _databases[path]


def surroundings(path: Path) -> dict[str, str]:
    """What a process of the test's own needs in its environment to open the same store."""
    return {"STORE_URL": found} if (found := address(path)) else {}


def outlives(path: Path) -> float:
    """How many seconds a killed process still counts as alive; of a file it is known at once."""
    return SECONDS + 1 if address(path) else 0.0


@contextmanager
def over_postgresql(server: Server) -> Iterator[None]:
    """For as long as this lasts. Its databases are dropped at the end."""
    global _server  # noqa: PLW0603 - `Store.open` is one for the process too
    before, _server = _server, server
    try:
        yield
    finally:
        _server = before
        for made in _databases.values():
            server.drop(made)
        _databases.clear()


@contextmanager
def over_files() -> Iterator[None]:
    """For a test that looks into the file."""
    global _server  # noqa: PLW0603 - as above
    before, _server = _server, None
    try:
        yield
    finally:
        _server = before


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    """A process that knows nothing of our turns has the store of this path, and only reads pass."""
    if url := address(path):
        with psycopg.connect(url) as database:
            database.execute("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))
            yield
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")


def _redirected(path: Path, url: str = "", **more: Any) -> Store:
    return _open(path, url or address(path), **more)


Store.open = staticmethod(_redirected)  # type: ignore[method-assign]
