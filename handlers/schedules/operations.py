"""Reading, running and pausing what is done at set times."""

from __future__ import annotations

import difflib
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.arguments import UnknownWord
from bot.blocks import clip, code
from bot.errors import BadInput, OpsError
from bot.jobs import next_due
from bot.schedule import FAILED, SUCCEEDED, run_now
from bot.upkeep import FORGET
from handlers.schedules.result import Ran, Schedule, Schedules, Standing

if TYPE_CHECKING:
    from bot.jobs import Job, When
    from bot.runtime import Runtime
    from bot.store import ScheduleRecord

_USUAL = re.compile(
    r"(?P<minute>\d{1,2}) (?P<hour>\d{1,2}) (?P<day>\*|\d{1,2}) \* "
    r"(?P<weekday>\*|[a-zA-Z]{3}|mon-fri)"
)
# By name only: APScheduler counts weekdays from Monday, crontab from Sunday.
_WEEKDAYS = {
    "mon-fri": "weekday",
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_GRACE = timedelta(minutes=1)  # after its deadline, what still counts as running was cut off

VITAL_PAUSE = timedelta(hours=1)


def read(runtime: Runtime, *, everything: bool) -> Schedules:
    """Every schedule, the worst first; the bot's own upkeep only with `everything`.

    A quiet one that failed or is paused is shown all the same.
    """
    found = [(job, _schedule(runtime, job)) for job in _jobs(runtime)]
    shown = [
        schedule
        for job, schedule in found
        if everything or not job.quiet or schedule.standing in (Standing.FAILED, Standing.PAUSED)
    ]
    shown.sort(key=lambda one: (one.standing, one.next_at is None, one.next_at, one.name))
    return Schedules(tuple(shown), len(found) - len(shown), runtime.settings.team.timezone)


def named(runtime: Runtime, name: str, act: str) -> Job:
    """The job of that name; raises UnknownWord, with the lines that would work."""
    jobs = {job.name: job for job in _jobs(runtime)}
    if name.lower() in jobs:
        return jobs[name.lower()]
    close = difflib.get_close_matches(name.lower(), jobs, n=3, cutoff=0.5)
    hint = "`/pitchey schedule list --all` names every one."
    if close:
        hint = f"Did you mean {' or '.join(code(one) for one in close)}?"
    raise UnknownWord(
        f"There is no schedule {code(clip(name, 40))}.",
        hint,
        [f"schedule {act} {one}" for one in close] or ["schedule list --all"],
    )


def free(runtime: Runtime, job: Job) -> None:
    """Raises OpsError where it runs at this moment."""
    known = runtime.store.schedules.find(job.name)
    if known is not None and _running(job, known, runtime.now()):
        raise OpsError(
            f"{job.title} runs right now.", "Look again in a moment with `/pitchey schedule`."
        )


async def run(runtime: Runtime, job: Job) -> Ran:
    """Run it now, beside its times; raises OpsError where it runs already."""
    free(runtime, job)
    began = runtime.now()
    due = began.replace(microsecond=began.microsecond // 1000 * 1000)
    process = runtime.store.presence.name
    if not runtime.store.firings.claim(job.name, due, began, by=process):
        raise OpsError(f"{job.title} was started by somebody else at this very moment.")
    outcome, detail = await run_now(runtime, job, due)
    seconds = (runtime.now() - began).total_seconds()
    return Ran(job.name, job.title, outcome == SUCCEEDED, detail, seconds)


def pause(runtime: Runtime, job: Job, by: str, lasting: timedelta | None) -> Schedule:
    """Leave its times out; raises OpsError where it is paused already, and BadInput where it is
    vital and would be left out for over an hour."""
    if job.vital and (lasting is None or lasting > VITAL_PAUSE):
        raise BadInput(
            f"“{job.title}” must not be forgotten: it is paused for an hour at most.",
            f"`/pitchey schedule pause {job.name} for 1h`",
        )
    now = runtime.now()
    runtime.store.schedules.know(job.name, now)
    until = None if lasting is None else now + lasting
    if not runtime.store.schedules.pause(job.name, by, now, until):
        known = _schedule(runtime, job)
        raise OpsError(
            f"{job.title} is paused already, by {known.paused_by}.",
            f"`/pitchey schedule resume {job.name}` first.",
            permanent=True,
        )
    return _schedule(runtime, job)


def resume(runtime: Runtime, job: Job) -> Schedule:
    """Keep its times again; raises OpsError where it was not paused."""
    known = runtime.store.schedules.find(job.name)
    paused = known is not None and known.paused(runtime.now())
    if not runtime.store.schedules.resume(job.name) or not paused:
        raise OpsError(f"{job.title} is not paused.", permanent=True)
    return _schedule(runtime, job)


def rhythm(when: When) -> str:
    """An interval or a crontab line in words."""
    if when is None:
        return "off in the settings"
    if isinstance(when, str):
        return _crontab_words(when)
    seconds = when.total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count, rest = divmod(seconds, length)
        if count and not rest:
            return f"every {unit}" if count == 1 else f"every {count:g} {unit}s"
    return f"every {seconds:g} seconds"


def _crontab_words(line: str) -> str:
    """The usual crontab lines in words, any other as it is."""
    found = _USUAL.fullmatch(line.strip())
    if found is None:
        return f"at {code(line)}"
    at = f"at {int(found['hour']):02}:{int(found['minute']):02}"
    if found["day"] != "*":
        return (
            f"on day {found['day']} of each month {at}"
            if found["weekday"] == "*"
            else (f"at {code(line)}")
        )
    if found["weekday"] == "*":
        return f"every day {at}"
    name = _WEEKDAYS.get(found["weekday"].lower())
    return f"every {name} {at}" if name else f"at {code(line)}"


def _jobs(runtime: Runtime) -> tuple[Job, ...]:
    return (*runtime.catalogue.jobs, FORGET)


def _schedule(runtime: Runtime, job: Job) -> Schedule:
    known, now = runtime.store.schedules.find(job.name), runtime.now()
    when = job.when(runtime.settings)
    next_at = _next_after(runtime, job, now)
    if known is None:
        standing = Standing.OFF if when is None else Standing.WAITING
        return Schedule(job.name, job.title, rhythm(when), standing, next_at, None, "")
    paused = known.paused(now)
    if paused:
        next_at = known.paused_until and _next_after(runtime, job, known.paused_until)
    return Schedule(
        job.name,
        job.title,
        rhythm(when),
        _standing(job, known, now, off=when is None),
        next_at,
        known.finished_at or known.started_at,
        known.detail,
        known.paused_by if paused else "",
        known.paused_until if paused else None,
    )


def _next_after(runtime: Runtime, job: Job, moment: datetime) -> datetime | None:
    """Its first time after that moment."""
    when = job.when(runtime.settings)
    return None if when is None else next_due(when, runtime.settings.team.timezone, moment)


def _standing(job: Job, known: ScheduleRecord, now: datetime, *, off: bool) -> Standing:
    if _running(job, known, now):
        return Standing.RUNNING
    if known.paused(now):
        return Standing.PAUSED
    if off:
        return Standing.OFF
    if known.outcome == FAILED:
        return Standing.FAILED
    return Standing.SUCCEEDED if known.outcome == SUCCEEDED else Standing.WAITING


def _running(job: Job, known: ScheduleRecord, now: datetime) -> bool:
    if known.started_at is None or known.finished_at is not None:
        return False
    return now - known.started_at < timedelta(seconds=job.deadline) + _GRACE
