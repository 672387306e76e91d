"""Connections by state and the size of the database, where it need not be woken for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from handlers.metrics.sampling.scene import Findings, Scene
from handlers.metrics.sampling.waking import EVIDENCE, Decision, decide, may_sleep, others

DEADLINE = 10.0
_CONNECTIONS = """
select
  count(*) filter (where backend_type = 'client backend')::int as used,
  count(*) filter (where state = 'active' and pid <> pg_backend_pid())::int as active,
  count(*) filter (where state = 'idle')::int as idle,
  count(*) filter (where state like 'idle in transaction%')::int as idle_in_transaction,
  count(*) filter (where backend_type = 'client backend' and state is null)::int as hidden,
  current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int as available
from pg_stat_activity
"""
_SIZE = "select pg_database_size(current_database())::float8 as bytes"
# Nobody can use the database then; other troubles are of the bot's own access.
_DOWN = frozenset(
    {
        DatabaseTrouble.REFUSED, DatabaseTrouble.TIMED_OUT, DatabaseTrouble.FULL,
        DatabaseTrouble.QUOTA, DatabaseTrouble.DISABLED, DatabaseTrouble.CUT,
    }
)  # fmt: skip


async def measure(scene: Scene) -> Findings:
    """Connections now. A database that nobody can use is a sample too."""
    if (silence := _silence(scene)) is not None:
        return silence
    try:
        rows = await scene.clients.database.query(_CONNECTIONS, deadline=DEADLINE)
    except DatabaseFailure as failure:
        if failure.trouble not in _DOWN:
            raise
        down = [scene.sample("database_up", 0.0, 0)]
        if failure.trouble is DatabaseTrouble.FULL:
            down.append(scene.sample("database_connections", 100.0))
        return Findings(tuple(down), str(failure.trouble))
    figures = read_connections(rows[0])
    up = scene.sample("database_up", 1.0, 1)
    return Findings((up, *(scene.sample(name, value) for name, value in figures.items())))


async def measure_size(scene: Scene) -> Findings:
    """Bytes on disk. Raises DatabaseFailure."""
    if (silence := _silence(scene)) is not None:
        return silence
    rows = await scene.clients.database.query(_SIZE, deadline=DEADLINE)
    return Findings((scene.sample("database_size", rows[0]["bytes"]),))


def read_connections(row: Mapping[str, Any]) -> dict[str, float]:
    """Metric by metric; states only where the bot may see those of others. Pure."""
    found = {"database_connections": 100.0 * row["used"] / max(1, row["available"])}
    if not row["hidden"]:
        for state in ("active", "idle", "idle_in_transaction"):
            found[f"connections_{state}"] = float(row[state])
    return found


def _silence(scene: Scene) -> Findings | None:
    """Why the database is left alone; None where it may be asked."""
    if not scene.own:
        return Findings(note="DATABASE_URL belongs to the default environment")
    if not scene.clients.database.configured:
        return Findings(note="DATABASE_URL is not set")
    decision = _decision(scene)
    return None if decision.ask else Findings(note=decision.reason)


def _decision(scene: Scene) -> Decision:
    sampling, name = scene.settings.sampling, scene.environment.name
    seen = scene.store.samples.window(name, "requests", scene.now - EVIDENCE, scene.now)
    asked = scene.store.samples.latest(name, "database_up")
    return decide(
        sleeps=may_sleep(sampling.database_sleep, scene.clients.database.dsn),
        visitors=others(seen.total, sampling.api) if seen else None,
        idle=scene.now - asked.at if asked else None,
        asleep=timedelta(hours=sampling.asleep_hours),
    )
