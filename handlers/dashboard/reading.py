"""Reads what the bot knows already: samples, alerts, incidents. Asks no service but the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip
from bot.slo import WINDOW, Budget
from handlers.dashboard.result import (
    TITLES,
    Deployed,
    Line,
    Part,
    Snapshot,
    State,
    stale_after,
    stand,
)

if TYPE_CHECKING:
    from bot.settings import MetricName, Settings
    from bot.store import Store

COURSE = timedelta(hours=4)
STEP = timedelta(minutes=20)
_DAY = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_DISK_FULL, _DISK_FILLING = 90.0, 80.0  # percent
Judged = tuple[State, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """A part, the metric that tells of it, and the source of [sampling] that measures that."""

    title: str
    metric: str
    source: str
    judged: Callable[[float, Settings], Judged]
    vital: bool = False
    grows: bool = False  # an age: it goes on growing after it was read


def read_snapshot(
    store: Store, settings: Settings, environment: str, now: datetime, deployed: Deployed
) -> Snapshot:
    """Everything at `now`. Raises OpsError where the store cannot be read."""
    target = settings.metrics["uptime"].target
    every = timedelta(seconds=max(15, settings.sampling.api))

    def budget(window: timedelta) -> Budget | None:
        found = store.samples.window(environment, "uptime", now - window, now)
        return Budget(target, found.total, found.count, window / every) if found else None

    hour = budget(_HOUR)
    opened = store.incidents.open()
    real = [each for each in opened if not each.drill]
    maintenance = store.maintenance.current(environment)
    return Snapshot(
        environment=environment,
        now=now,
        parts=tuple(_parts(store, settings, environment, now)),
        lines=tuple(_line(store, settings, environment, name, now) for name in TITLES),
        budget=budget(WINDOW),
        burn=hour.burn if hour else None,
        alerts=tuple(
            alert
            for alert in store.alerts.open()
            if alert.problem.environment in ("", environment) and not alert.snoozed(now)
        ),
        incidents=tuple(each for each in real if not each.private),
        deployed=deployed,
        drills=len(opened) - len(real),
        private=sum(each.private for each in real),
        maintenance_until=maintenance.ends_at if maintenance is not None else None,
    )


def _parts(store: Store, settings: Settings, environment: str, now: datetime) -> Iterator[Part]:
    own = environment == settings.default_environment
    for known in _PARTS:
        if not own and known.source not in ("api", "worker", "certificate"):
            continue  # the environment variables name one database, cache and bucket
        seconds = int(getattr(settings.sampling, known.source))
        if not seconds:
            continue
        newest = store.samples.latest(environment, known.metric)
        job = store.schedules.find(f"sample-{known.source.replace('_', '-')}")
        trouble = clip(job.detail, 100) if job and job.outcome == "failed" else ""
        if newest is None:
            yield Part(known.title, State.UNKNOWN, "not read yet", None, known.vital, trouble)
        elif now - newest.at > stale_after(timedelta(seconds=seconds)):
            yield Part(
                known.title, State.UNKNOWN, "no reading since", newest.at, known.vital, trouble
            )
        else:
            grown = (now - newest.at) / _HOUR if known.grows else 0.0
            state, words = known.judged(newest.value + grown, settings)
            yield Part(known.title, state, words, newest.at, known.vital, trouble)


def _line(
    store: Store, settings: Settings, environment: str, name: MetricName, now: datetime
) -> Line:
    limits = settings.metrics[name]
    since = now - COURSE
    scale = 100.0 if name == "uptime" else 1.0
    found = store.samples.series(environment, name, since, now, STEP)
    points: list[float | None] = [None] * (COURSE // STEP)
    for bucket in found:
        place = len(points) - 1 - int((now - bucket.start) / STEP)
        if 0 <= place < len(points):
            points[place] = bucket.average * scale
    newest = store.samples.latest(environment, name)
    if newest is None or now - newest.at > _HOUR:
        return Line(name, limits, None, newest.at if newest else None, tuple(points), State.UNKNOWN)
    value = newest.value
    if name == "uptime":
        day = store.samples.window(environment, name, now - _DAY, now)
        value = 100.0 * day.average if day else value * scale
    return Line(name, limits, value, newest.at, tuple(points), stand(value, limits))


def _api(value: float, _settings: Settings) -> Judged:
    return (State.GOOD, "answer") if value >= 1 else (State.BAD, "the last check failed")


def _database(value: float, _settings: Settings) -> Judged:
    return (State.GOOD, "answers") if value >= 1 else (State.BAD, "could not be used")


def _cache(value: float, _settings: Settings) -> Judged:
    return State.GOOD, f"{value:.0f} % of lookups hit"


def _worker(value: float, _settings: Settings) -> Judged:
    return State.GOOD, f"{value:,.0f} requests a minute"


def _certificate(value: float, settings: Settings) -> Judged:
    checks = settings.checks
    words = f"ends in {value:.0f} days (warning below {checks.certificate_warning_days})"
    if value < checks.certificate_critical_days:
        return State.BAD, words
    return (State.POOR if value < checks.certificate_warning_days else State.GOOD), words


def _backup(value: float, settings: Settings) -> Judged:
    limit = settings.checks.backup_warning_hours
    words = f"newest is {value:.0f} h old (limit {limit:g} h)"
    if value > settings.checks.backup_critical_hours:
        return State.BAD, words
    return (State.POOR if value > limit else State.GOOD), words


def _disk(value: float, _settings: Settings) -> Judged:
    words = f"{value:.0f} % full (limit {_DISK_FULL:.0f} %)"
    if value > _DISK_FULL:
        return State.BAD, words
    return (State.POOR if value > _DISK_FILLING else State.GOOD), words


_PARTS = (
    _Known("API and site", "uptime", "api", _api, vital=True),
    _Known("Database", "database_up", "database", _database, vital=True),
    _Known("Cache", "cache_hit_rate", "cache", _cache),
    _Known("Worker", "requests", "worker", _worker),
    _Known("Certificate", "certificate_days", "certificate", _certificate),
    _Known("Backup", "backup_age_hours", "backup", _backup, grows=True),
    _Known("Bot's disk", "disk", "disk", _disk),
)
