"""How near a limit is, and where a region's countries would go. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.forecasting import Forecast, forecast
from bot.regions import RegionSeen
from bot.settings.scale import Region, Scale
from handlers.scaling.result import Failover, Moved, Resource, Route, Standing

NEAR_PERCENT = 80.0
MONTH_DAYS = 30


def standing(used: float, limit: float, when: Forecast, warn_days: int) -> Standing:
    """By the share of the limit, and by the day on which the trend reaches it."""
    if limit <= 0:
        return Standing.UNLIMITED
    if used >= limit:
        return Standing.OVER
    if used >= limit * NEAR_PERCENT / 100:
        return Standing.NEAR
    if when.middle is not None and when.middle <= warn_days:
        return Standing.SOON
    return Standing.WELL


def monthly(values: Mapping[date, float], today: date) -> float:
    """What finished days of the last thirty come to, put on a whole month where there are fewer."""
    finished = [
        value for day, value in values.items() if day < today and (today - day).days <= MONTH_DAYS
    ]
    if not finished:
        return values.get(today, 0.0) * MONTH_DAYS if values else 0.0
    return sum(finished) / len(finished) * MONTH_DAYS


def finished(values: Mapping[date, float], today: date) -> dict[date, float]:
    """Without today, which is not over, and the first day, of which only a part may be kept."""
    days = sorted(day for day in values if day < today)
    return {day: values[day] for day in days[1:]}


def flowing(
    name: str,
    title: str,
    values: Mapping[date, float],
    limit: float,
    unit: str,
    today: date,
    warn_days: int,
    step: tuple[str, str, str],
) -> Resource:
    """What a plan includes by the month: the month is reached when a day's share of it is."""
    used = monthly(values, today)
    when = forecast(finished(values, today), limit / MONTH_DAYS) if limit else _NONE
    label, line, words = step
    return Resource(
        name, title, used, limit, unit, "a month at the pace of the last 30 days", when,
        standing(used, limit, when, warn_days), label, line, words,
    )  # fmt: skip


def holding(
    name: str,
    title: str,
    used: float,
    values: Mapping[date, float],
    limit: float,
    unit: str,
    warn_days: int,
    step: tuple[str, str, str],
) -> Resource:
    """What is held at one moment, such as bytes or connections."""
    when = forecast(values, limit) if limit else _NONE
    label, line, words = step
    return Resource(
        name, title, used, limit, unit, "now", when, standing(used, limit, when, warn_days), label,
        line, words,
    )  # fmt: skip


def routes(settings: Scale, seen: Sequence[RegionSeen]) -> tuple[Route, ...]:
    """The routing table with each region's state, the broken ones first."""
    default = settings.default_region
    found = [
        Route(state, region.countries, default is not None and region.name == default.name)
        for region, state in zip(settings.regions, seen, strict=True)
    ]
    return tuple(sorted(found, key=lambda route: route.seen.healthy))


def failover(
    settings: Scale, region: Region, seen: Mapping[str, RegionSeen], at: datetime
) -> Failover:
    """Who would serve the countries of a region: the healthy others, the quickest first."""
    own = seen[region.name]
    choices = [_moved(own, state) for name, state in seen.items() if name != region.name]
    choices.sort(key=lambda each: (not each.healthy, each.milliseconds or 1e9))
    default = settings.default_region
    return Failover(
        region.name,
        region.countries,
        default is not None and default.name == region.name,
        own,
        tuple(choices),
        at,
    )


def _moved(own: RegionSeen, other: RegionSeen) -> Moved:
    known = own.milliseconds is not None and other.milliseconds is not None
    extra = (other.milliseconds or 0) - (own.milliseconds or 0) if known else None
    return Moved(other.name, other.healthy, other.trouble, other.milliseconds, extra)


_NONE = Forecast(None, None, None, 0, enough=False)
