"""The jobs of every feature, each time run once: APScheduler wakes us, the store decides."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.blocks import actions, command_button, escape, section
from bot.errors import OpsError
from bot.jobs import Job, due_before, next_due
from bot.store.firings import LEASE

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import ScheduleRecord

log = logging.getLogger(__name__)
# A firing missed by APScheduler (a busy loop, a pause of the machine) is found by this look.
LOOK_SECONDS = 30
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
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # The default grace of one second drops a firing that finds the loop busy.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Run what was missed, then what comes due; inside a running event loop."""
        for job in self.jobs:
            when = job.when(self.runtime.settings)
            if when is None:
                continue
            seconds = when.total_seconds() if isinstance(when, timedelta) else LOOK_SECONDS
            self._scheduler.add_job(
                self._look, "interval", seconds=seconds, args=(job,), id=job.name,
                next_run_time=datetime.now(UTC),
            )  # fmt: skip
        self._scheduler.start()

    async def aclose(self, seconds: float = 2.0) -> None:
        """Take no more; let what runs end within so many seconds."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _look(self, job: Job) -> None:
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
    lease = max(LEASE, timedelta(seconds=job.deadline + 60))
    if not runtime.store.firings.claim(job.name, due, now, lease):
        return False
    await run_now(runtime, job, due)
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
