"""What backups do by themselves: be made, be pruned, be rehearsed, leave nothing lying about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups.shelf import newest_good
from bot.command import Surface
from bot.jobs import Job
from bot.scheduled import carried_out
from bot.store.operation_rows import OperationRecord, State
from handlers.backups.finding import SECONDS
from handlers.backups.keeping import tidy

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings

_NAME = "backups"  # as whose schedule they run
_LONGEST = 8 * 3_600.0
_AGAIN_WITHIN = timedelta(hours=6)
_MOST_TRIES = 3
_MADE = "backup now --label scheduled"


async def make(runtime: Runtime, _due: datetime) -> str:
    return await carried_out(runtime, _NAME, _MADE)


async def prune(runtime: Runtime, _due: datetime) -> str:
    return await carried_out(runtime, _NAME, "backup prune")


async def drill(runtime: Runtime, _due: datetime) -> str:
    return await carried_out(runtime, _NAME, "restore drill")


async def again(runtime: Runtime, _due: datetime) -> str:
    """A scheduled backup that failed, or whose bot was killed, is made again a few times."""
    tries = _scheduled(runtime)
    if not tries or tries[0].state not in (State.FAILED, State.INTERRUPTED):
        return "nothing to make again"
    failed = 0
    for each in tries:
        if each.state is State.SUCCEEDED:
            break
        failed += 1
    if failed >= _MOST_TRIES:
        return f"given up after {failed} attempts"
    newest = await newest_good(
        runtime.settings, runtime.clients, deadline=SECONDS, now=runtime.now()
    )
    if newest is not None and newest.finished > (tries[0].started_at or tries[0].requested_at):
        return "one was made meanwhile"
    return await carried_out(runtime, _NAME, _MADE)


def _scheduled(runtime: Runtime) -> list[OperationRecord]:
    """Scheduled backups of the last hours, newest first."""
    since = runtime.now() - _AGAIN_WITHIN
    return [
        each
        for each in runtime.store.operations.newest(100)
        if each.request.command == "backup now"
        and each.request.surface == Surface.SCHEDULE.value
        and each.requested_at > since
    ]


def _set(name: str) -> Callable[[Settings], str | None]:
    def when(settings: Settings) -> str | None:
        wanted = settings.secrets
        ready = wanted.database_url is not None and wanted.aws_access_key_id is not None
        line: str = getattr(settings.backups, name)
        return line if ready and line else None

    return when


def _often(settings: Settings) -> timedelta | None:
    return timedelta(minutes=20) if _set("schedule")(settings) else None


JOBS = (
    Job("backup", "The backup of the database", _set("schedule"), make, deadline=_LONGEST),
    Job(
        "backup-prune", "Deleting backups over their limits", _set("prune"), prune,
        deadline=1_800.0,
    ),
    Job(
        "restore-drill", "Rehearsing the restore of a backup", _set("drill"), drill,
        deadline=_LONGEST, catch_up=timedelta(days=3),
    ),
    Job(
        "backup-again", "Making a backup again that failed", _often, again,
        deadline=_LONGEST, catch_up=timedelta(minutes=20), quiet=True,
    ),
    Job(
        "backup-leftovers", "Taking away what killed backups left",
        lambda settings: timedelta(hours=1) if settings.secrets.aws_access_key_id else None,
        tidy, deadline=120.0, quiet=True,
    ),
)  # fmt: skip
