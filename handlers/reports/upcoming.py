"""What comes after the period: notes, dated tasks, open action items, schedules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.blocks import clip
from bot.jobs import next_due
from handlers.reports.periods import Period, following
from handlers.reports.result import Planned

if TYPE_CHECKING:
    from bot.jobs import Job
    from bot.runtime import Runtime

_OWN = ("report", "lessons-weekly", "audit-head")
_MOST_TIMES = 40


def upcoming(runtime: Runtime, period: Period, moment: datetime) -> tuple[Planned, ...]:
    """As it stood at `moment`: notes, then late and due work, then schedules. Blocks."""
    since, until = following(period)
    notes = [
        Planned("note", each.text, None, each.author_name)
        for each in runtime.store.report_posts.notes(period.name)
    ]
    return (*notes, *_owed(runtime, moment, until), *_schedules(runtime, since, until))


def _owed(runtime: Runtime, moment: datetime, until: datetime) -> list[Planned]:
    """Action items that were open, and tasks due by the end of the next period; public ones."""
    store = runtime.store
    private = {each.number for each in store.incidents.private()}
    found = [
        Planned(
            "action", f"{each.id} {clip(each.text, 160)}", each.due_at, each.owner_name,
            each.due_at is not None and each.due_at < moment,
        )
        for each in store.lesson_actions.open_at(moment)
        if each.incident not in private
    ]  # fmt: skip
    found += [
        Planned(
            "task", f"INC-{each.incident} {clip(each.text, 160)}", each.due_at, each.owner_name,
            each.due_at is not None and each.due_at < moment,
        )
        for each in store.incident_history.tasks_due(moment, until)
        if each.incident not in private
    ]  # fmt: skip
    far = datetime.max.replace(tzinfo=moment.tzinfo)
    return sorted(found, key=lambda each: (not each.late, each.due or far, each.text))


def _schedules(runtime: Runtime, since: datetime, until: datetime) -> list[Planned]:
    zone = runtime.settings.team.timezone
    found = [
        planned
        for job in runtime.catalogue.jobs
        if not job.quiet and not job.name.startswith(_OWN)
        and (planned := _scheduled(runtime, job, since, until, zone))
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.due is None, each.due, each.text))


def _scheduled(
    runtime: Runtime, job: Job, since: datetime, until: datetime, zone: str
) -> Planned | None:
    """Its times in words; what comes more often than daily is no news."""
    when = job.when(runtime.settings)
    if when is None or isinstance(when, timedelta):
        return None
    times: list[datetime] = []
    moment = since - timedelta(seconds=1)
    while len(times) < _MOST_TIMES:
        due = next_due(when, zone, moment)
        if due is None or due >= until:
            break
        times.append(due)
        moment = due
    if not times or len(times) >= _MOST_TIMES:
        return None
    local = [each.astimezone(ZoneInfo(zone)) for each in times]
    if len(times) == 1:
        return Planned("schedule", job.title, times[0], "")
    return Planned(
        "schedule", f"{job.title}: {len(times)} times, first {local[0]:%a %d %b %H:%M}", None, ""
    )
