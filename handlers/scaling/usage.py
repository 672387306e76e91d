"""Counts what is used: Worker, KV and R2 at Cloudflare, connections and size at the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_usage import StoreUse, WorkerUse, store_use, worker_use
from bot.clients.postgres import PoolUse
from bot.errors import OpsError
from bot.forecasting import daily
from handlers.scaling.judging import flowing, holding
from handlers.scaling.result import Replica, Resource, Unknown

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment, Settings
    from bot.store import Store

DEADLINE = 12.0
_DAY = timedelta(days=1)
_BYTES = 1_000_000_000.0
_SIZE = "select pg_database_size(current_database())::float8 as bytes"
_REPLICAS = """
select coalesce(nullif(application_name, ''), 'replica') as name,
  coalesce(state, 'hidden') as state,
  extract(epoch from replay_lag)::float8 as seconds,
  pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 as behind
from pg_stat_replication order by behind desc nulls last limit 20
"""
_PLAN = "Raise the plan at Cloudflare, or make fewer requests for the same page."


@dataclass
class Counted:
    """Resources, what could not be counted, and the replicas where they could be asked for."""

    resources: list[Resource] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    replicas: tuple[Replica, ...] | None = None


async def count(
    clients: Clients, settings: Settings, store: Store, environment: Environment, now: datetime
) -> Counted:
    """Everything side by side; each part that fails is told as unknown."""
    counted = Counted()
    own = environment.name == settings.default_environment
    await asyncio.gather(
        _worker(clients, settings, store, environment, now, counted),
        _stores(clients, settings, now, counted),
        _database(clients, settings, store, environment, now, counted, own=own),
    )
    return counted


async def _worker(
    clients: Clients,
    settings: Settings,
    store: Store,
    environment: Environment,
    now: datetime,
    counted: Counted,
) -> None:
    scale, script = settings.scale, environment.worker_script
    if not clients.cloudflare.configured or not script:
        counted.unknown.append(_unset("Worker"))
        return
    since = _since(settings, now)
    try:
        use = await worker_use(clients.cloudflare, script, since, now, deadline=DEADLINE)
    except OpsError as error:
        use = WorkerUse(daily_total(store, environment.name, "requests", since, now), {}, {})
        counted.unknown.append(Unknown("CPU time, subrequests", error.message, error.hint))
    today, warn = now.date(), scale.warn_days
    if use.requests:
        counted.resources.append(
            flowing(
                "requests",
                "Requests of the Worker",
                use.requests,
                scale.requests_a_month,
                "",
                today,
                warn,
                ("Compare TTLs", "cache ttl", _PLAN),
            )
        )
    if use.cpu_ms:
        counted.resources.append(
            flowing(
                "cpu",
                "CPU time of the Worker",
                use.cpu_ms,
                scale.cpu_ms_a_month,
                "ms",
                today,
                warn,
                ("Diagnose slowness", "diagnose slow", "See what computes so long."),
            )
        )
    requests, subrequests = sum(use.requests.values()), sum(use.subrequests.values())
    if requests and use.subrequests:
        each = {
            day: use.subrequests[day] / use.requests[day]
            for day in use.subrequests
            if use.requests.get(day)
        }
        counted.resources.append(
            holding(
                "subrequests",
                "Subrequests of one request, on average",
                subrequests / requests,
                each,
                scale.subrequests_a_request,
                "",
                warn,
                ("", "", "Ask for several things in one subrequest."),
            )
        )


async def _stores(clients: Clients, settings: Settings, now: datetime, counted: Counted) -> None:
    title = "Workers KV and R2"
    if not clients.cloudflare.configured:
        counted.unknown.append(_unset(title))
        return
    try:
        use = await store_use(clients.cloudflare, _since(settings, now), now, deadline=DEADLINE)
    except OpsError as error:
        counted.unknown.append(Unknown(title, error.message, error.hint))
        return
    counted.unknown += [Unknown(title, problem) for problem in use.problems[:1]]
    counted.resources += _store_resources(use, settings, now.date())


def _store_resources(use: StoreUse, settings: Settings, today: date) -> list[Resource]:
    scale, warn = settings.scale, settings.scale.warn_days
    cache = ("Show the cache", "cache", "Keep what is read often nearer, or longer.")
    uploads = ("", "", "See what writes so often.")
    flows = (
        ("kv_reads", "Reads of Workers KV", use.kv_reads, scale.kv_reads_a_month, cache),
        ("kv_writes", "Writes of Workers KV", use.kv_writes, scale.kv_writes_a_month, uploads),
        ("r2_writes", "Writes of R2 (class A)", use.r2_writes, scale.r2_writes_a_month, uploads),
        ("r2_reads", "Reads of R2 (class B)", use.r2_reads, scale.r2_reads_a_month, cache),
    )
    found = [
        flowing(name, title, values, limit, "", today, warn, step)
        for name, title, values, limit, step in flows
        if values
    ]
    if use.r2_bytes:
        newest = use.r2_bytes[max(use.r2_bytes)]
        sizes = {day: value / _BYTES for day, value in use.r2_bytes.items()}
        found.append(
            holding(
                "r2_storage",
                "Bytes in R2",
                newest / _BYTES,
                sizes,
                scale.r2_storage_gb,
                "GB",
                warn,
                ("", "", "Delete what nobody needs, or raise the plan."),
            )
        )
    return found


async def _database(
    clients: Clients,
    settings: Settings,
    store: Store,
    environment: Environment,
    now: datetime,
    counted: Counted,
    *,
    own: bool,
) -> None:
    if not own or not clients.database.configured:
        reason = "DATABASE_URL belongs to the default environment." if not own else "Not set."
        counted.unknown.append(Unknown("Database", reason, "Set DATABASE_URL."))
        return
    name = environment.name
    pool, size, replicas = await asyncio.gather(
        clients.database.probe(deadline=DEADLINE),
        clients.database.query(_SIZE, deadline=DEADLINE),
        clients.database.query(_REPLICAS, deadline=DEADLINE),
        return_exceptions=True,
    )
    if isinstance(pool, BaseException):
        counted.unknown.append(_failed("Database connections", pool))
    else:
        past = daily(store, settings, name, "database_connections", now)
        counted.resources.append(connections(pool.pool, past, settings))
    if isinstance(size, BaseException):
        counted.unknown.append(_failed("Database storage", size))
    else:
        past = daily(store, settings, name, "database_size", now)
        counted.resources.append(storage(size[0]["bytes"], past, settings))
    if isinstance(replicas, BaseException):
        counted.unknown.append(_failed("Replicas", replicas))
    else:
        counted.replicas = tuple(
            Replica(row["name"], row["state"], row["seconds"], row["behind"]) for row in replicas
        )


def connections(pool: PoolUse, past: Mapping[date, float], settings: Settings) -> Resource:
    sizes = {day: percent / 100 * pool.available for day, percent in past.items()}
    return holding(
        "connections", "Database connections", float(pool.used), sizes, float(pool.available), "",
        settings.scale.warn_days,
        ("Restart the pool", "db pool-restart", "Use the pooled host, or raise the plan."),
    )  # fmt: skip


def storage(size: float, past: Mapping[date, float], settings: Settings) -> Resource:
    sizes = {day: value / _BYTES for day, value in past.items()}
    return holding(
        "storage", "Database storage", size / _BYTES, sizes, settings.database.size_limit_gb, "GB",
        settings.scale.warn_days,
        ("Show tables", "db tables", "Archive old rows, or raise the plan at Neon."),
    )  # fmt: skip


def daily_total(
    store: Store, environment: str, metric: str, since: datetime, until: datetime
) -> dict[date, float]:
    """The sum of a metric's samples by day."""
    buckets = store.samples.series(environment, metric, since, until, _DAY)
    return {bucket.start.date(): bucket.total for bucket in buckets}


def _since(settings: Settings, now: datetime) -> datetime:
    return now - timedelta(days=settings.scale.history_days)


def _unset(title: str) -> Unknown:
    return Unknown(
        title, "Cloudflare is not configured for this environment.",
        "Set CLOUDFLARE_API_TOKEN, and account_id and worker_script in pitchey.toml.",
    )  # fmt: skip


def _failed(title: str, error: BaseException) -> Unknown:
    if not isinstance(error, OpsError):
        raise error
    return Unknown(title, error.message, error.hint)
