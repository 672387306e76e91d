"""The figures of a report: where each is stored, and how measurements become one number. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.phrases import plural
from handlers.reports.wording import amount

if TYPE_CHECKING:
    from bot.settings import MetricName
    from bot.store import Bucket

Buckets = Sequence["Bucket"]


@dataclass(frozen=True, slots=True)
class Spec:
    """`stored` is the metric in the store, `sampling` its key in [sampling], `limits` whose target
    it has. `value` and `working` get at least one bucket; those of uptime come in pieces."""

    name: str
    title: str
    unit: str
    stored: str
    sampling: str
    value: Callable[[Buckets], float | None]
    working: Callable[[Buckets], str]
    how: str
    source: str
    limits: MetricName | None = None
    higher_is_better: bool = False


def count_of(buckets: Buckets) -> int:
    return sum(each.count for each in buckets)


def total_of(buckets: Buckets) -> float:
    return sum(each.total for each in buckets)


def _average(buckets: Buckets) -> float:
    return total_of(buckets) / count_of(buckets)


def _percent(buckets: Buckets) -> float:
    return 100.0 * _average(buckets)


def _p95(buckets: Buckets) -> float:
    return buckets[0].quantile(0.95)


def _share_failed(buckets: Buckets) -> float | None:
    total, good = total_of(buckets), sum(each.good or 0 for each in buckets)
    return 100.0 * (total - good) / total if total > 0 else None


def _most(buckets: Buckets) -> float:
    return max(each.maximum for each in buckets)


def _least(buckets: Buckets) -> float:
    return min(each.minimum for each in buckets)


def _good_checks(buckets: Buckets) -> str:
    checks, good = count_of(buckets), total_of(buckets)
    failed = plural(round(checks - good), "check")
    return f"{good:,.0f} of {checks:,} checks were good, {failed} failed: 100 × good ÷ all"


def _mean_of(buckets: Buckets) -> str:
    total, count = total_of(buckets), count_of(buckets)
    return f"{total:,.0f} in all ÷ {plural(count, 'measurement')}"


def _rank_of(buckets: Buckets) -> str:
    count = count_of(buckets)
    beyond = plural(round(count * 0.05), "slower one")
    return f"of {plural(count, 'measurement')} in order, the one with {beyond} behind it"


def _answers_of(buckets: Buckets) -> str:
    total, good = total_of(buckets), sum(each.good or 0 for each in buckets)
    return f"{total - good:,.0f} of {total:,.0f} answers were errors of ours (HTTP 5xx)"


def _sum_of(buckets: Buckets) -> str:
    return f"the sum of {plural(count_of(buckets), 'minute')}"


def _extreme_of(buckets: Buckets) -> str:
    return f"of {plural(count_of(buckets), 'measurement')}, from {_least(buckets):,.4g} to " + (
        f"{_most(buckets):,.4g}"
    )


def _sizes_of(buckets: Buckets) -> str:
    return (
        f"of {plural(count_of(buckets), 'measurement')}, from {amount(_least(buckets), 'bytes')} "
        f"to {amount(_most(buckets), 'bytes')}"
    )


_MERGED = "95 of 100 were at or below it, from merged sketches, within 0.5 % of the exact one."
_BOT, _CLOUDFLARE = "checks by this bot from outside", "Cloudflare's analytics of the Worker"
_TELEMETRY = "Cloudflare's Workers telemetry"
HEALTH = (
    Spec("uptime", "Uptime", "%", "uptime", "api", _percent, _good_checks,
         "Share of checks in which both the API and the site answered well.", _BOT, "uptime", True),
    Spec("response_time", "Average response time", "ms", "response_time", "api", _average, _mean_of,
         "Mean time of the API's cheapest answer.", _BOT, "response_time"),
    Spec("response_p95", "Response time, 95 of 100 within", "ms", "response_time", "api", _p95,
         _rank_of, _MERGED, _BOT, "response_time"),
    Spec("error_rate", "Error rate", "%", "answers", "answers", _share_failed, _answers_of,
         "Share of all answers that were errors of ours (HTTP 5xx); each answer weighs the same.",
         _TELEMETRY, "error_rate"),
    Spec("requests", "Total requests", "", "requests", "worker", total_of, _sum_of,
         "Sum of the requests of each whole minute.", _CLOUDFLARE),
)  # fmt: skip
CAPACITY = (
    Spec("database_connections", "Database connections, peak", "%", "database_connections",
         "database", _most, _extreme_of, "Highest share of the allowed connections in use.",
         "PostgreSQL, asked by this bot", "database_connections"),
    Spec("connections_p95", "Database connections, 95 of 100 within", "%", "database_connections",
         "database", _p95, _rank_of, _MERGED, "PostgreSQL, asked by this bot",
         "database_connections"),
    Spec("cpu", "CPU time, 95 of 100 within", "%", "cpu", "worker", _p95, _rank_of,
         f"Of the Worker's limit a request. {_MERGED}", _CLOUDFLARE, "cpu"),
    Spec("memory", "Memory of the cache, 95 of 100 within", "%", "memory", "cache", _p95, _rank_of,
         f"Of Redis. {_MERGED}", "Upstash, asked by this bot", "memory"),
    Spec("cache_hit_rate", "Cache hit rate", "%", "cache_hit_rate", "cache", _average, _mean_of,
         "Mean of the share of lookups that hit.", "Upstash, asked by this bot",
         higher_is_better=True),
    Spec("database_size", "Database size", "bytes", "database_size", "database_size", _most,
         _sizes_of, "The largest measured.", "PostgreSQL, asked by this bot"),
    Spec("disk", "Disk of the bot's machine", "%", "disk", "disk", _most, _extreme_of,
         "The fullest measured.", "the bot's own machine"),
    Spec("certificate_days", "Certificate, days left", "days", "certificate_days", "certificate",
         _least, _extreme_of, "The least measured.", "the certificates of site and API",
         higher_is_better=True),
    Spec("backup_age_hours", "Oldest that the newest backup got", "hours", "backup_age_hours",
         "backup", _most, _extreme_of, "The highest age of the newest backup.",
         "the backup bucket, listed by this bot"),
)  # fmt: skip
