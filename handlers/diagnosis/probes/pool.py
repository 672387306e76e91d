"""Connections against their limit, sessions that hold transactions open, and who blocks whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.clients.health_words import tidy
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.phrases import plural
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import BLOCKED_SECONDS, IDLE_SECONDS
from handlers.diagnosis.probes.onetrip import connected, rows
from handlers.diagnosis.scene import Scene

FACTS = ("connections_percent", "idle_in_transaction", "blocked", "blocker")
_TITLE = "Database connections"
_SQL = """
with seen as materialized (
  select pid, usename, application_name, state, datname, wait_event_type,
    backend_type = 'client backend' or (backend_type is null and datid is not null) as client,
    extract(epoch from clock_timestamp() - coalesce(state_change, query_start)) as seconds,
    extract(epoch from clock_timestamp() - xact_start) as transaction_seconds
  from pg_stat_activity
), waiting as materialized (
  select pid, seconds, pg_blocking_pids(pid) as blockers from seen where wait_event_type = 'Lock'
), roots as (
  select root.pid, count(distinct w.pid) as waiters, max(w.seconds) as longest
  from waiting w cross join lateral unnest(w.blockers) root (pid)
  where root.pid not in (select pid from waiting) group by root.pid
)
select count(*) filter (where client)::int as used,
  current_setting('max_connections')::int as most,
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
  count(*) filter (where client and state is null and pid <> pg_backend_pid())::int as hidden,
  coalesce(max(seconds) filter (where state like 'idle in transaction%'), 0)::float8 as idle,
  (select count(*)::int from waiting) as blocked,
  coalesce((select max(seconds) from waiting), 0)::float8 as blocked_seconds,
  (select jsonb_build_object('pid', r.pid, 'waiters', r.waiters,
      'state', coalesce(s.state, 'hidden'),
      'application', coalesce(nullif(s.application_name, ''), s.usename, '-'),
      'seconds', coalesce(s.transaction_seconds, 0)::float8)
    from roots r left join seen s using (pid)
    order by r.waiters desc, r.longest desc limit 1) as root
from seen
"""


async def look(scene: Scene, book: Notebook) -> None:
    try:
        async with connected(scene) as connection:
            found = await rows(connection, _SQL, scene.deadline)
    except DatabaseFailure as fault:
        if fault.trouble is not DatabaseTrouble.FULL:
            raise
        alert = f"alert above {scene.settings.metrics['database_connections'].alert:g} %"
        shown = "not one is free for the bot"
        book.note("connections_percent", _TITLE, 100.0, shown, alert, bad=True)
        return
    read(found[0], scene.settings.metrics["database_connections"].alert, book)


def read(row: Mapping[str, Any], alert: float, book: Notebook) -> None:
    """`alert` is the guide's limit for connections, in percent."""
    most = max(1, row["most"] - row["reserved"])
    percent = 100.0 * row["used"] / most
    book.note(
        "connections_percent", _TITLE, percent,
        f"{row['used']} of {most} ({percent:.0f} %)", f"alert above {alert:g} %",
        bad=percent > alert,
    )  # fmt: skip
    idle = row["idle"]
    if row["hidden"]:
        book.lack(
            "States of other sessions",
            f"{plural(row['hidden'], 'session')} hide theirs from the bot's database user.",
            "Grant pg_monitor to it.",
            ("idle_in_transaction",),
        )
    else:
        book.note(
            "idle_in_transaction", "Longest idle in a transaction", idle, f"{idle:.0f} s",
            f"alert above {IDLE_SECONDS:g} s", bad=idle > IDLE_SECONDS,
        )  # fmt: skip
    blocked, longest = row["blocked"], row["blocked_seconds"]
    shown = f"{blocked}, the longest for {longest:.0f} s" if blocked else "none"
    book.note(
        "blocked", "Sessions that wait for a lock", longest if blocked else 0.0, shown,
        f"alert from {BLOCKED_SECONDS:g} s on", bad=blocked > 0 and longest >= BLOCKED_SECONDS,
    )  # fmt: skip
    root = row["root"]
    if root:
        words = (
            f"session {root['pid']} of {tidy(root['application'], 40)}, {root['state']}, in its "
            f"transaction for {root['seconds']:.0f} s, keeps {plural(root['waiters'], 'session')} "
            "waiting"
        )
        book.note("blocker", "The session at the root of it", float(root["pid"]), words, bad=True)
