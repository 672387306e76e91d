"""Watches a session from another one: which locks it holds, and who makes it wait."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clients.postgres import Database
from bot.errors import OpsError
from handlers.migrations.result import Blocker, Held, Mode

if TYPE_CHECKING:
    from bot.clients.postgres import Connection

EVERY = 0.1  # seconds between two looks
_DEADLINE = 5.0
# `pid` null: every session of this database but our own, as in a copy that nobody else uses.
_HELD = """
select c.oid::regclass::text as relation, l.mode
from pg_locks l join pg_class c on c.oid = l.relation
where l.granted and l.locktype = 'relation' and c.relkind in ('r', 'p', 'm')
  and l.database = (select oid from pg_database where datname = current_database())
  and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  and l.pid <> pg_backend_pid() and (%(pid)s::int is null or l.pid = %(pid)s::int)
group by 1, 2
"""
# What the migrating session itself holds; tables that it has made are nobody else's yet.
_OWN = """
select c.oid::regclass::text as relation, l.mode
from pg_locks l join pg_class c on c.oid = l.relation
where l.granted and l.locktype = 'relation' and c.relkind in ('r', 'p', 'm')
  and l.database = (select oid from pg_database where datname = current_database())
  and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  and l.pid = pg_backend_pid() and c.oid = any(%(known)s::oid[])
group by 1, 2
"""
_TABLES = "select oid::int8 as oid from pg_class where relkind in ('r', 'p', 'm')"
_BLOCKERS = """
select pid, coalesce(application_name, '') as application, coalesce(state, '') as state,
  coalesce(extract(epoch from clock_timestamp() - xact_start), 0)::float8 as seconds,
  left(coalesce(query, ''), 300) as query
from pg_stat_activity where pid = any(pg_blocking_pids(%(pid)s::int)) order by xact_start
"""


@dataclass
class Watch:
    """`held` is what was seen so far, strongest first; `waited` who made it wait last."""

    database: Database
    locks: bool = True
    waited: list[Blocker] = field(default_factory=list)
    _known: list[int] = field(default_factory=list)
    _seen: dict[tuple[str, Mode], tuple[float, float]] = field(default_factory=dict)

    async def begin(self, connection: Connection) -> None:
        """Inside the file's transaction: remember which tables there are."""
        if self.locks:
            cursor = await connection.execute(_TABLES.encode())
            self._known = [int(row["oid"]) for row in await cursor.fetchall()]

    async def note(self, connection: Connection) -> None:
        """After a statement: what its transaction holds until its end, however short it is."""
        if self.locks:
            cursor = await connection.execute(_OWN.encode(), {"known": self._known})
            self._note(await cursor.fetchall())

    @property
    def held(self) -> tuple[Held, ...]:
        found = [
            Held(name, mode, last - first) for (name, mode), (first, last) in self._seen.items()
        ]
        return tuple(sorted(found, key=lambda each: (-each.mode, -each.seconds, each.relation)))

    @asynccontextmanager
    async def over(
        self, pid: int | None, say: Callable[[str], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """Look again and again while inside. Where it cannot look, nothing is seen."""
        task = asyncio.create_task(self._look(pid, say))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look(self, pid: int | None, say: Callable[[str], Awaitable[None]]) -> None:
        told: set[int] = set()
        while True:
            with contextlib.suppress(OpsError):
                async with self.database.looking(deadline=_DEADLINE) as looking:
                    while True:
                        asked = {"pid": pid}
                        if self.locks:
                            rows = await looking.rows(_HELD, asked, deadline=_DEADLINE)
                            self._note(rows)
                        if pid is not None:
                            rows = await looking.rows(_BLOCKERS, asked, deadline=_DEADLINE)
                            if rows:
                                self.waited[:] = [self._blocker(row) for row in rows]
                            fresh = [each for each in self.waited if each.pid not in told]
                            if rows and fresh:
                                told |= {each.pid for each in fresh}
                                await say(f"Waits for a lock of {words(fresh[0])}")
                        await asyncio.sleep(EVERY)
            await asyncio.sleep(1.0)

    def _note(self, rows: Sequence[Mapping[str, object]]) -> None:
        now = time.monotonic()
        for row in rows:
            # pg_locks says AccessExclusiveLock.
            name = str(row["mode"]).removesuffix("Lock")
            spelled = "".join(f"_{each}" if each.isupper() else each for each in name)
            try:
                mode = Mode[spelled.lstrip("_").upper()]
            except KeyError:
                continue
            key = (str(row["relation"]), mode)
            first, _ = self._seen.get(key, (now, now))
            self._seen[key] = (first, now)

    def _blocker(self, row: dict[str, object]) -> Blocker:
        query = " ".join(self.database.redact(str(row["query"])).split())
        return Blocker(
            int(str(row["pid"])), str(row["application"]), str(row["state"]),
            float(str(row["seconds"])), query,
        )  # fmt: skip


def words(blocker: Blocker) -> str:
    """Such as "session 4711 (psql, idle in transaction for 83 s)"."""
    named = f"{blocker.application}, " if blocker.application else ""
    return (
        f"session {blocker.pid} ({named}{blocker.state or 'at work'} for {blocker.seconds:.0f} s)"
    )
