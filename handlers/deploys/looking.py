"""One look during a canary: what both versions answered since the last one, and their health."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_version_counts import counts, slower_than, speeds
from bot.errors import OpsError
from bot.together import together
from bot.verification import Verification, verify
from handlers.deploys.canary import Canary
from handlers.deploys.comparison import Compared, Speed, Verdict, compare
from handlers.deploys.evidence import Counts, Window
from handlers.deploys.flight import Flight

if TYPE_CHECKING:
    from bot.clients import Clients

DEADLINE = 15.0  # seconds for one question to Cloudflare
LATE = timedelta(seconds=5)  # a request stands in the log a little after it was answered
BASELINE = timedelta(hours=24)  # how far back the old version's speed is looked at
ENOUGH_BEFORE = 200  # requests; the 99th percentile of fewer is chance
HEALTH_EVERY = timedelta(seconds=60)
SICK_LOOKS = 2  # in a row: one may be a hiccup
_HEALTH_REQUESTS = 6


async def speed_before(flight: Flight) -> tuple[float, float] | None:
    """The old version's percentiles in ms; None where it had too few requests, or none is kept."""
    now = flight.runtime.now()
    found = await speeds(
        flight.runtime.clients.cloudflare,
        flight.record.script,
        now - BASELINE,
        now,
        deadline=DEADLINE,
    )
    old = found.get(flight.record.previous)
    if old is None or old.requests < ENOUGH_BEFORE:
        return None
    return old.p90, old.p99


async def look(flight: Flight, *, health: bool) -> tuple[Canary, Compared]:
    """Count, compare, and answer what to keep; raises OpsError where Cloudflare does not tell."""
    now = flight.runtime.now()
    canary = flight.canary.by_clock(now)
    until = max(now - LATE, canary.window_from or now)
    window = await _window(flight.runtime.clients, flight, canary.window_from or now, until)
    old, new = await _speeds(flight, until)
    grown = canary.counted(window, until)
    grown = replace(grown, old=old or grown.old, new=new or grown.new)
    if health:
        sick = await _sickness(flight)
        again = canary.sick_looks + 1 if sick else 0
        grown = replace(grown, unhealthy=sick, sick_looks=again)
    told = compare(
        grown.closed,
        grown.of_this_step,
        flight.rules,
        grown.old,
        grown.new,
        grown.unhealthy if grown.sick_looks >= SICK_LOOKS else (),
    )
    return replace(grown, verdict=told.verdict.value, reasons=told.reasons), told


def unread(canary: Canary, error: OpsError, step_requests: int) -> tuple[Canary, Compared]:
    """Nothing could be counted: no evidence for either side."""
    words = (f"The numbers cannot be read now: {error.message}",)
    told = Compared(Verdict.WAIT, words, Window(Counts(), Counts(step_requests)), 0.0, 0.0)
    return replace(canary, verdict=told.verdict.value, reasons=words), told


async def _window(clients: Clients, flight: Flight, since: datetime, until: datetime) -> Window:
    if until <= since:
        return Window(Counts(), Counts())
    cloudflare, script = clients.cloudflare, flight.record.script
    found, slower, slowest = await together(
        counts(cloudflare, script, since, until, deadline=DEADLINE),
        _slower(flight, since, until, 0),
        _slower(flight, since, until, 1),
    )

    def of(version: str) -> Counts:
        told = found.get(version)
        if told is None:
            return Counts()
        return Counts(told.requests, told.errors, slower.get(version, 0), slowest.get(version, 0))

    return Window(of(flight.record.previous), of(flight.record.version))


async def _slower(flight: Flight, since: datetime, until: datetime, which: int) -> dict[str, int]:
    """Requests above one of the limits, by version; none where there is no limit."""
    limits = flight.canary.limits
    if limits is None:
        return {}
    return await slower_than(
        flight.runtime.clients.cloudflare,
        flight.record.script,
        since,
        until,
        limits[which],
        deadline=DEADLINE,
    )


async def _speeds(flight: Flight, until: datetime) -> tuple[Speed | None, Speed | None]:
    """Both versions' percentiles since the canary got its first requests."""
    since = flight.canary.since
    if since is None or flight.canary.limits is None:
        return None, None
    found = await speeds(
        flight.runtime.clients.cloudflare,
        flight.record.script,
        since,
        until,
        deadline=DEADLINE,
    )

    def of(version: str) -> Speed | None:
        told = found.get(version)
        return Speed(told.p90, told.p99) if told is not None else None

    return of(flight.record.previous), of(flight.record.version)


async def _sickness(flight: Flight) -> tuple[str, ...]:
    """What the new version, asked by header, has and the old one, asked likewise, has not."""
    old = await _asked(flight, flight.record.previous, None)
    new = await _asked(flight, flight.record.version, old)
    return new.problems if new.proved else ()


async def _asked(flight: Flight, version: str, before: Verification | None) -> Verification:
    return await verify(
        flight.settings,
        flight.runtime.clients,
        flight.environment,
        expect_version=version,
        overriding=True,
        before=before,
        requests=_HEALTH_REQUESTS,
        patience=5.0,
    )
