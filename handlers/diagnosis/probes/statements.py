"""Statements seen running again and again over a second and a half, and why the slowest is slow.

pg_stat_statements, where it is installed, remembers more; watching needs no extension.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_trouble import DatabaseFailure
from bot.judging.wording import duration
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import MEAN_MS, STATEMENT_MS
from handlers.diagnosis.probes.explaining import scanned
from handlers.diagnosis.probes.onetrip import connected, rows
from handlers.diagnosis.scene import Scene

if TYPE_CHECKING:
    from bot.clients.postgres import Connection

FACTS = ("statement_ms", "unindexed")
_PAUSE = 0.1  # seconds
_SPARE = 1.0  # seconds that what follows may need
_EXPLAINED = 3  # statements, the slowest
VERY_LONG_MS = 5_000.0  # the platform itself gives up on it
_LIMIT = f"alert above {duration(STATEMENT_MS)}"
# Upkeep and dumps may take their time; who waits for a lock is told elsewhere, and a statement
# whose client does not read its rows is done.
_RUNNING = """
select pid, query_start::text as began, left(query, 4000) as statement,
  (extract(epoch from clock_timestamp() - query_start) * 1000)::float8 as ms
from pg_stat_activity
where state = 'active' and pid <> pg_backend_pid() and datname = current_database()
  and backend_type = 'client backend' and coalesce(wait_event_type, '') not in ('Lock', 'Client')
  and application_name is distinct from current_setting('application_name')
  and query !~* '^\\s*(vacuum|analyze|reindex|cluster|copy|create|alter|refresh|listen|begin)'
"""
_REMEMBERED = """
select left(s.query, 4000) as statement, s.mean_exec_time::float8 as mean, s.calls::int8 as calls,
  (100 * s.total_exec_time / nullif(sum(s.total_exec_time) over (), 0))::float8 as share
from {schema}.pg_stat_statements s join pg_database d on d.oid = s.dbid
where d.datname = current_database() and s.calls >= 20
order by s.total_exec_time desc limit 1
"""
_SCHEMA = """
select quote_ident(n.nspname) as schema from pg_extension e
join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'
"""


async def look(scene: Scene, book: Notebook) -> None:
    began = time.monotonic()
    async with connected(scene) as connection:
        slow = await _watch(connection, scene, book)
        for statement in slow:
            if "unindexed" not in book.facts:
                await _why(connection, statement, scene.deadline, book)
        if time.monotonic() - began > scene.deadline - _SPARE:
            return
        await _remembered(connection, scene.deadline, book)


async def _watch(connection: Connection, scene: Scene, book: Notebook) -> list[str]:
    """The slowest statements seen, the longest first, of those beyond the limit."""
    ends = time.monotonic() + scene.watched
    longest: dict[tuple[int, str], dict[str, Any]] = {}
    while True:
        asked = time.monotonic()
        for row in await rows(connection, _RUNNING, scene.deadline):
            longest[row["pid"], row["began"]] = row
        _note(longest, book)
        answered = time.monotonic()
        if answered >= ends or answered - asked > _SPARE:
            break  # a server this late would not finish many more answers in time
        await asyncio.sleep(_PAUSE)
    if answered - asked > _SPARE:
        return []
    slow = [row for row in longest.values() if row["ms"] > STATEMENT_MS]
    slow.sort(key=lambda row: -row["ms"])
    return list(dict.fromkeys(str(row["statement"]) for row in slow))[:_EXPLAINED]


def _note(longest: dict[tuple[int, str], dict[str, Any]], book: Notebook) -> None:
    slow = [row["ms"] for row in longest.values() if row["ms"] > STATEMENT_MS]
    most = max((row["ms"] for row in longest.values()), default=0.0)
    shown = f"{duration(most)} the longest of {len(longest)} seen" if longest else "none seen"
    # A single one is somebody's report, or a server that was busy for a moment.
    often = len(slow) > 1 or most > VERY_LONG_MS
    book.note("statement_ms", "Statements seen running", most, shown, _LIMIT, bad=often)


async def _why(connection: Connection, statement: str, seconds: float, book: Notebook) -> None:
    """The table that the statement reads whole, by the server's own plan of it."""
    found = await scanned(connection, statement, seconds)
    if found is not None:
        words = f"{found.table} ({found.columns or 'by its condition'}), {found.rows:,} rows"
        book.note("unindexed", "A large table read whole", found.suggestion, words, bad=True)


async def _remembered(connection: Connection, seconds: float, book: Notebook) -> None:
    try:
        installed = await rows(connection, _SCHEMA, seconds)
        if not installed:
            return
        sql = _REMEMBERED.format(schema=installed[0]["schema"])
        found = await rows(connection, sql, seconds)
    except DatabaseFailure:
        return  # a help, not a part of the look
    if found:
        mean, share = found[0]["mean"], found[0]["share"] or 0.0
        shown = f"mean {duration(mean)}, {share:.0f} % of all time, {found[0]['calls']:,} calls"
        book.note(
            "statement_mean_ms", "The statement that takes the most time", mean, shown,
            f"the guide's limit is {duration(MEAN_MS)}", bad=mean > MEAN_MS,
        )  # fmt: skip
