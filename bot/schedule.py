"""APScheduler wiring: schedules live in memory, what they did lives in the store."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import OpsError
from bot.lifetime import HEARTBEAT_SECONDS

if TYPE_CHECKING:
    from bot.app import Workspace
    from bot.command import Daily
    from bot.lifetime import Lifetime
    from bot.outbox import Outbox
    from bot.settings import Settings
    from bot.store import Store

log = logging.getLogger(__name__)
DELIVERIES_KEPT = timedelta(hours=24)  # Slack redelivers for minutes; a day is ample
SENT_KEPT = timedelta(days=30)  # so long a message can be edited by its key
RUNS_KEPT = timedelta(days=90)
# Not at the full hour: everybody's jobs are, and a job that is due is never missed.
LOOK_SECONDS = 30


def scheduler(workspace: Workspace, lifetime: Lifetime) -> AsyncIOScheduler:
    """The process's scheduler, not yet started."""
    house = workspace.house
    made = AsyncIOScheduler(
        timezone=UTC,
        # The default grace of one second drops a firing that finds the loop busy.
        job_defaults={"coalesce": True, "misfire_grace_time": 300, "max_instances": 1},
    )
    daily = [job for feature in house.dispatcher.catalogue.features for job in feature.daily]

    async def forget() -> None:
        forget_old(house.store, datetime.now(UTC))

    async def beat() -> None:
        lifetime.beat()

    async def tell() -> None:
        for job in daily:
            tell_daily(job, house.store, workspace.outbox, house.settings, datetime.now(UTC))

    made.add_job(forget, "interval", hours=1, id="forget_old")
    made.add_job(beat, "interval", seconds=HEARTBEAT_SECONDS, id="beat")
    made.add_job(
        tell, "interval", seconds=LOOK_SECONDS, id="tell_daily", next_run_time=datetime.now(UTC)
    )
    return made


def forget_old(store: Store, now: datetime) -> None:
    """Delete what nobody will ask for again; failed messages and the audit log stay."""
    try:
        deliveries = store.deliveries.forget_before(now - DELIVERIES_KEPT)
        messages = store.outbox.forget_before(now - SENT_KEPT)
        store.firings.forget_before(now - SENT_KEPT)
        store.runs.forget_before(now - RUNS_KEPT)
    except OpsError as error:
        log.warning("old records could not be forgotten: %s", error)
    else:
        log.info("forgot %d old deliveries and %d sent messages", deliveries, messages)


def tell_daily(job: Daily, store: Store, outbox: Outbox, settings: Settings, now: datetime) -> bool:
    """Tell what was due last, unless it was told; True where this call told it.

    After a downtime the newest missed time is caught up, not each of them. A crash in the
    middle is caught up as well, and the outbox takes the same message only once.
    """
    due = last_due(job, now)
    try:
        if store.firings.finished(job.name, due) or not store.firings.claim(job.name, due, now):
            return False
        told = job.tell(settings, store)
        if told is not None:
            key = f"{job.name}:{due:%Y-%m-%d}"
            outbox.post(settings.slack.ops_channel, told.text, told.blocks, key=key)
        store.firings.finish(job.name, due, now)
    except OpsError as error:
        log.error("%s could not be told: %s", job.name, error)
        return False
    return told is not None


def last_due(job: Daily, now: datetime) -> datetime:
    """The newest time the job was due, not after `now` (aware)."""
    today = datetime.combine(now.astimezone(UTC).date(), job.at, UTC)
    return today if today <= now else today - timedelta(days=1)
