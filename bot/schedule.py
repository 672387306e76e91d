"""The jobs of every feature, each time run once: APScheduler wakes us, the store decides."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.triggers.interval import IntervalTrigger

from bot.blocks import actions, command_button, escape, section
from bot.errors import OpsError
from bot.jobs import EPOCH, Job, due_before, next_due
from bot.store.firings import LEASE

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from bot.runtime import Runtime
    from bot.store import ScheduleRecord

log = logging.getLogger(__name__)
# A firing missed by APScheduler (a busy loop, a pause of the machine) is found by this look.
LOOK_SECONDS = 30
ABANDONED_SECONDS = 1  # between looks at what another copy began and will not end
SUCCEEDED, FAILED, PAUSED = "succeeded", "failed", "paused"


@dataclass(slots=True)
class Schedule:
    """Runs what is due. One per process; several on one store run each firing once."""

    runtime: Runtime
    jobs: tuple[Job, ...]
    _scheduler: AsyncIOScheduler = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _running: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # The default grace of one second drops a firing that finds the loop busy.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Run what was missed, then what comes due; inside a running event loop.

        Every copy looks at the very times that jobs are due, so that none of them is missed much.
        """
        for job in self.jobs:
            when = job.when(self.runtime.settings)
            if when is None:
                continue
            seconds = when.total_seconds() if isinstance(when, timedelta) else LOOK_SECONDS
            times = IntervalTrigger(seconds=seconds, start_date=EPOCH, timezone=UTC)
            self._scheduler.add_job(self._look, times, args=(job,), id=job.name)
            self._begin(job)
        self._scheduler.add_job(self.look_at_abandoned, "interval", seconds=ABANDONED_SECONDS)
        self._scheduler.start()

    async def aclose(self, seconds: float = 2.0) -> None:
        """Take no more; let what runs end within so many seconds. The rest is given back."""
        if self._scheduler.running:
            logging.getLogger("apscheduler.executors.default").addFilter(_no_stop)
            self._scheduler.shutdown(wait=False)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def look_at_abandoned(self) -> None:
        """What a copy gave back as it left, or was killed over, is run here at once."""
        runtime = self.runtime
        jobs = {job.name: job for job in self.jobs}
        try:
            for firing in runtime.store.firings.unfinished():
                if firing.claimed_by and not self._dead(firing.claimed_by):
                    continue
                job = jobs.get(firing.job)
                if job is None or not _still_due(runtime, job, firing.due):
                    runtime.store.firings.finish(firing.job, firing.due, runtime.now())
                    continue
                if firing.claimed_by:
                    runtime.store.firings.give_back(firing.job, firing.due, firing.claimed_by)
                self._begin(job)
        except OpsError as error:
            log.warning("what others left undone could not be looked for: %s", error.message)

    def _dead(self, process: str) -> bool:
        presence = self.runtime.store.presence
        return process != presence.name and not presence.alive(process)

    async def _look(self, job: Job) -> None:
        self._begin(job)

    def _begin(self, job: Job) -> None:
        if job.name in self._running:
            return
        self._running.add(job.name)
        task = asyncio.create_task(self._run_due(job), name=f"job {job.name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _run_due(self, job: Job) -> None:
        try:
            await run_due(self.runtime, job)
        except OpsError as error:
            log.error("%s could not be run: %s", job.name, error)
        finally:
            self._running.discard(job.name)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed: %r", task.get_name(), error, exc_info=error)


async def run_due(runtime: Runtime, job: Job) -> bool:
    """Run the newest time the job was due and is not done; False where there is none for us.

    A time whose process was killed in the middle is run again, once its claim has run out.
    """
    when, now, zone = job.when(runtime.settings), runtime.now(), runtime.settings.team.timezone
    if when is None:
        return False
    known = runtime.store.schedules.know(job.name, now)
    since = max(_undone_since(runtime, job, known), now - job.catch_up)
    due = due_before(when, zone, since, now)
    if due is None or known.paused(now):
        return False
    lease, firings = max(LEASE, timedelta(seconds=job.deadline + 60)), runtime.store.firings
    process = runtime.store.presence.name
    if not firings.claim(job.name, due, now, lease, process):
        return False
    try:
        await run_now(runtime, job, due)
    except asyncio.CancelledError:
        # This copy leaves: the next one need not wait until the claim has run out.
        firings.give_back(job.name, due, process)
        raise
    return True


async def run_now(runtime: Runtime, job: Job, due: datetime) -> tuple[str, str]:
    """Run it for that time, whatever the schedule says; answers outcome and detail."""
    store = runtime.store
    store.schedules.know(job.name, runtime.now())
    store.schedules.started(job.name, due, runtime.now())
    outcome, detail = await _outcome(runtime, job, due)
    now = runtime.now()
    before = store.schedules.finished(job.name, outcome, detail, now)
    store.firings.finish(job.name, due, now)
    if outcome == FAILED and before != FAILED and not job.quiet:
        _tell_failure(runtime, job, due, detail)
    return outcome, detail


def upcoming(runtime: Runtime, job: Job) -> datetime | None:
    """When it runs next; None for a job that is off."""
    when = job.when(runtime.settings)
    if when is None:
        return None
    return next_due(when, runtime.settings.team.timezone, runtime.now())


def _still_due(runtime: Runtime, job: Job, due: datetime) -> bool:
    """Whether that time is one of the job's own, and the newest of them: no other is run late."""
    when, zone, now = job.when(runtime.settings), runtime.settings.team.timezone, runtime.now()
    if when is None or now - due > job.catch_up:
        return False
    return due_before(when, zone, due - timedelta(milliseconds=1), now) == due


def _undone_since(runtime: Runtime, job: Job, known: ScheduleRecord) -> datetime:
    if known.due is None:
        # Its first time may be this very moment.
        return known.since - timedelta(milliseconds=1)
    done = runtime.store.firings.finished(job.name, known.due)
    return known.due if done else known.due - timedelta(milliseconds=1)


async def _outcome(runtime: Runtime, job: Job, due: datetime) -> tuple[str, str]:
    try:
        async with asyncio.timeout(job.deadline):
            return SUCCEEDED, runtime.redactor.text(await job.run(runtime, due))
    except TimeoutError:
        return FAILED, f"It took longer than {job.deadline:g} s and was stopped."
    except OpsError as error:
        log.warning("job %s failed: %s", job.name, error)
        return FAILED, runtime.redactor.text(str(error))
    except Exception as error:
        log.exception("job %s failed unexpectedly", job.name)
        return FAILED, runtime.redactor.text(f"The bot itself failed: {type(error).__name__}.")


def _tell_failure(runtime: Runtime, job: Job, due: datetime, detail: str) -> None:
    text = f":warning: {escape(job.title)} failed: {escape(detail)}"
    blocks = [
        section(f"*{text}*\nIt is told once, until it succeeds again."),
        actions(
            command_button("Run it again", f"schedule run {job.name}"),
            command_button("Show schedules", "schedule list"),
        ),
    ]
    key = f"job-failed:{job.name}:{due:%Y-%m-%dT%H:%M:%S}"
    runtime.messages.post(runtime.settings.slack.ops_channel, text, blocks, key=key)


def _no_stop(record: logging.LogRecord) -> bool:
    # A look that a stop cuts off is no error, and APScheduler logs its traceback.
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
