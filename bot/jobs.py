"""What is done at set times: declarations, and when each is due. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.command import Risk

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings

When = str | timedelta | None
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Work done at set times, each time once, whichever process comes first.

    `when` answers a crontab line (in the team's time zone), an interval, or None for never.
    `run(runtime, due)` answers the outcome in words; it raises OpsError where it failed. A time
    missed by at most `catch_up` is run late, the newest one only. A `quiet` job is the bot's own
    upkeep: it is listed on request, and a failure of it goes to the log alone. A `vital` one ends
    what people began, or calls them: it is paused for an hour at most. `risk` is that of running
    it by hand, besides its times: then nobody else has looked.
    """

    name: str
    title: str
    when: Callable[[Settings], When]
    run: Callable[[Runtime, datetime], Awaitable[str]]
    deadline: float = 300.0  # seconds
    catch_up: timedelta = timedelta(hours=24)
    quiet: bool = False
    vital: bool = False
    risk: Risk = Risk.CHANGES


def due_before(when: str | timedelta, zone: str, since: datetime, now: datetime) -> datetime | None:
    """The newest time after `since`, not after `now`, that the job was due; all aware.

    Raises ValueError for a crontab line that is none.
    """
    if isinstance(when, timedelta):
        newest = EPOCH + (now - EPOCH) // when * when
        return newest if newest > since else None
    trigger = crontab(when, zone)
    found: datetime | None = None
    moment = since.astimezone(UTC) + timedelta(microseconds=1)
    while (due := trigger.get_next_fire_time(None, moment)) is not None and due <= now:
        found = due.astimezone(UTC)
        moment = found + timedelta(seconds=1)
    return found


def next_due(when: str | timedelta, zone: str, now: datetime) -> datetime | None:
    """The first time after `now`; None where a crontab line names no further one."""
    if isinstance(when, timedelta):
        return EPOCH + ((now - EPOCH) // when + 1) * when
    due = crontab(when, zone).get_next_fire_time(None, now + timedelta(microseconds=1))
    return due.astimezone(UTC) if due is not None else None


def crontab(line: str, zone: str) -> CronTrigger:
    """Raises ValueError; `zone` is an IANA name."""
    return CronTrigger.from_crontab(line, timezone=ZoneInfo(zone))
