"""Connections of the database, asked of itself."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clients.postgres import PoolUse
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.settings import MetricName
from handlers.metrics.result import Gap, Reading
from handlers.metrics.source import Measuring


class Connections:
    """pg_stat_activity against max_connections less what is reserved."""

    name = "PostgreSQL"
    metrics: tuple[MetricName, ...] = ("database_connections",)
    deadline = 10.0

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
        if not scene.own:
            reason = "DATABASE_URL belongs to the default environment."
            return [Gap("database_connections", reason)]
        database = scene.clients.database
        try:
            probe = await database.probe(deadline=self.deadline)
        except DatabaseFailure as failure:
            if failure.trouble is not DatabaseTrouble.FULL:
                raise
            return [read_refusal(database.seen)]
        return [read_pool(probe.pool)]


def read_pool(pool: PoolUse) -> Reading:
    """The share of usable connections that is taken. Pure."""
    return Reading(
        "database_connections",
        pool.percent,
        "pg_stat_activity against max_connections less the reserved",
        "just now",
        pool.used,
        f"{pool.used} of {pool.available} used, {pool.idle_in_transaction} idle in transaction",
    )


def read_refusal(seen: PoolUse | None) -> Reading:
    """PostgreSQL's refusal for want of a connection (53300) is itself the measurement. Pure.

    `seen` is the pool at the last probe that got in: only it tells how many there are.
    """
    taken = f"{seen.available} of {seen.available}" if seen is not None else "all are"
    return Reading(
        "database_connections",
        100.0,
        "PostgreSQL refuses connections for want of a free one",
        "just now",
        1,
        f"no connection could be had: {taken} taken",
    )
