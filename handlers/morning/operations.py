"""The guide's morning checklist: every part side by side, none keeping the others back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.blocks import clip
from bot.command import Person
from bot.errors import OpsError
from handlers.morning import asking, records
from handlers.morning.overnight import overnight
from handlers.morning.result import TITLES, Found, Morning, unchecked

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings

log = logging.getLogger(__name__)
LONGEST = 25.0  # seconds for one part; all of them run side by side
SELF = Person("schedule:morning-check", "morning check")
_DAY = timedelta(days=1)


async def check_morning(
    runtime: Runtime, person: Person = SELF, due: datetime | None = None, longest: float = LONGEST
) -> Morning:
    """Every part of the checklist. Raises nothing: what could not be checked says why."""
    settings, started, clock = runtime.settings, runtime.now(), time.perf_counter()
    name, store = settings.default_environment, runtime.store
    since = since_last(settings, started)
    health = asyncio.create_task(asking.asked(runtime, person, f"health --environment {name}"))
    errors = f"logs errors --last 20 --environment {name}"

    async def told_health() -> Found:
        return asking.health_found(await asyncio.shield(health), name)

    async def certificates() -> Found:
        return asking.certificate_found(await asyncio.shield(health))

    async def logged() -> Found:
        return asking.errors_found(await asking.asked(runtime, person, errors), name)

    parts: dict[str, Awaitable[Found]] = {
        "health": told_health(),
        "metrics": asyncio.to_thread(overnight, store, settings, name, started),
        "errors": logged(),
        "backups": asking.backups_found(runtime, name),
        "space": asyncio.to_thread(records.space, store, settings, name, started),
        "certificates": certificates(),
        "alerts": asyncio.to_thread(records.open_alerts, store, started),
        "incidents": asyncio.to_thread(records.incidents, store, since, started),
        "deployments": asking.deployments_found(runtime, name, since),
        "actions": asyncio.to_thread(records.action_items, store, started),
    }
    try:
        found = await asyncio.gather(
            *(_bounded(part, work, longest) for part, work in parts.items())
        )
    finally:
        health.cancel()
        await asyncio.gather(health, return_exceptions=True)
    took = (time.perf_counter() - clock) * 1000
    late = due if due is not None and started - due > timedelta(minutes=10) else None
    return Morning(name, started, since, took, tuple(found), late)


def since_last(settings: Settings, now: datetime) -> datetime:
    """When the check before this one was: on a Monday of weekdays, Friday. Pure."""
    local = now.astimezone(ZoneInfo(settings.team.timezone))
    monday = settings.morning.days == "weekdays" and local.weekday() == 0
    return now - (3 * _DAY if monday else _DAY)


async def _bounded(part: str, work: Awaitable[Found], longest: float) -> Found:
    """That part, or why it could not be checked."""
    lost = partial(unchecked, part)
    try:
        async with asyncio.timeout(longest):
            return await work
    except TimeoutError:
        return lost(f"no answer within {longest:g} s")
    except OpsError as error:
        return lost(clip(error.message, 200))
    except Exception as error:
        # A fault of the bot's own costs its own part only.
        log.exception("%s could not be checked", TITLES[part])
        return lost(f"the bot itself failed ({type(error).__name__})")
